#include "store/postgres/testing/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace trivet::store::postgres::testing {

namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "PostgreSQL for tests: %s\n", why.c_str());
  std::abort();
}

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

// The server refuses to run as root.
const passwd* unprivileged_user() {
  if (getuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) user = getpwnam("nobody");
  if (user == nullptr) give_up("no user to run it as");
  return user;
}

// Ends when this process does, however that ends; its output goes to a file.
int start_process(const std::vector<std::string>& words, const std::string& log) {
  std::vector<std::string> all = {"/usr/bin/setpriv", "--pdeathsig", "QUIT"};
  if (const passwd* user = unprivileged_user())
    for (const std::string& word :
         {std::string("--reuid"), std::to_string(user->pw_uid), std::string("--regid"),
          std::to_string(user->pw_gid), std::string("--clear-groups")})
      all.push_back(word);
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t process = -1;
  if (posix_spawn(&process, arguments[0], &actions, nullptr, arguments.data(), environ) != 0)
    give_up("can't start " + words.front());
  posix_spawn_file_actions_destroy(&actions);
  return process;
}

// Where the server says that it is ready, as it does to systemd.
class ReadySocket {
 public:
  explicit ReadySocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    unlink(path.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const timeval patience{60, 0};
    const bool made =
        bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
        chmod(path.c_str(), 0777) == 0 &&
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0;
    if (!made) give_up("no socket at " + path);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~ReadySocket() {
    unsetenv("NOTIFY_SOCKET");
    close(socket_);
  }
  ReadySocket(const ReadySocket&) = delete;
  ReadySocket& operator=(const ReadySocket&) = delete;

  [[nodiscard]] bool wait() const {
    std::array<char, 512> text{};
    for (;;) {
      const ssize_t size = recv(socket_, text.data(), text.size(), 0);
      if (size <= 0) return false;
      if (std::string(text.data(), static_cast<size_t>(size)).find("READY=1") != std::string::npos)
        return true;
    }
  }

 private:
  int socket_;
};

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
  if (const passwd* user = unprivileged_user())
    if (chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) give_up("chown");
  const int process = start_process(
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
  process_ = start_process({binaries_ + "/postgres", "-D", folder_ + "/data", "-k", folder_, "-p",
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
