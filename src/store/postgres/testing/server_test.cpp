#include "store/postgres/testing/server.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "store/testing/server_process.h"

namespace trivet::store::postgres::testing {

namespace {

using store::testing::give_up;
using store::testing::ReadySocket;
using store::testing::start_process;
using store::testing::unprivileged_user;

constexpr const char* user_name = "postgres";

// The newest of Debian's versions.
std::string find_binaries() {
  std::string found;
  std::error_code none;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    const std::string folder = version.path() / "bin";
    if (std::filesystem::exists(folder + "/initdb") && folder > found) found = folder;
  }
  return found;
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(socket);
  if (!bound) give_up("no free port");
  return ntohs(address.sin_port);
}

}  // namespace

bool Server::is_installed() { return !find_binaries().empty(); }

Server& Server::instance() {
  static Server server;
  return server;
}

Server::Server() : binaries_(find_binaries()) {
  if (binaries_.empty())
    give_up("no server under /usr/lib/postgresql: install the package postgresql-15");
  std::string pattern = std::filesystem::temp_directory_path() / "trivet-postgres-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) give_up("no temporary folder");
  folder_ = pattern;
  if (const passwd* user = unprivileged_user(user_name))
    if (chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) give_up("chown");
  const int process = start_process(
      user_name, "QUIT",
      {binaries_ + "/initdb", "-D", folder_ + "/data", "--no-sync", "--no-instructions", "-A",
       "trust", "-E", "UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "-U", "postgres"},
      folder_ + "/log");
  int status = 0;
  if (waitpid(process, &status, 0) != process || status != 0) give_up("initdb failed: " + folder_);
  port_ = free_port();
  start();
}

void Server::start() {
  const ReadySocket ready(folder_ + "/ready");
  process_ = start_process(user_name, "QUIT", {binaries_ + "/postgres", "-D", folder_ + "/data", "-k", folder_, "-p",
                            std::to_string(port_), "-c", "listen_addresses=127.0.0.1", "-c",
                            "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=32MB"},
                           folder_ + "/log");
  if (!ready.wait()) give_up("the server doesn't start: " + folder_);
}

void Server::stop(int signal) {
  kill(process_, signal);
  waitpid(process_, nullptr, 0);
}

Server::~Server() {
  stop(SIGQUIT);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Server::restart() {
  stop(SIGQUIT);
  start();
}

std::string Server::url(const std::string& database) const {
  return "host=" + folder_ + " port=" + std::to_string(port_) + " user=postgres dbname=" + database;
}

std::string Server::make_database() {
  const std::string name = "test" + std::to_string(++databases_);
  run(url("postgres"), "CREATE DATABASE " + name);
  return url(name);
}

void Server::drop_sessions() {
  run(url("postgres"),
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> "
      "pg_backend_pid() AND backend_type = 'client backend'");
}

std::string Server::run(const std::string& url, const std::string& sql) {
  PGconn* connection = PQconnectdb(url.c_str());
  PGresult* answer = PQexec(connection, sql.c_str());
  const auto status = PQresultStatus(answer);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    give_up(sql + ": " + PQerrorMessage(connection));
  const std::string cell = PQntuples(answer) > 0 ? PQgetvalue(answer, 0, 0) : "";
  PQclear(answer);
  PQfinish(connection);
  return cell;
}

}  // namespace trivet::store::postgres::testing
