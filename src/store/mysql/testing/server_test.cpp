#include "store/mysql/testing/server.h"

#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "store/mysql/layout/session.h"
#include "store/mysql/layout/url.h"
#include "store/testing/server_process.h"

namespace trivet::store::mysql::testing {

namespace {

constexpr const char* server_program = "/usr/sbin/mariadbd";

using store::testing::give_up;
using store::testing::ReadySocket;
using store::testing::start_process;
using store::testing::unprivileged_user;

constexpr const char* user_name = "mysql";

}  // namespace

bool Server::is_installed() { return std::filesystem::exists(server_program); }

Server& Server::instance() {
  static Server server;
  return server;
}

Server::Server() {
  if (!is_installed()) give_up("no server: install the package mariadb-server");
  std::string pattern = std::filesystem::temp_directory_path() / "trivet-mariadb-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) give_up("no temporary folder");
  folder_ = pattern;
  if (const passwd* user = unprivileged_user(user_name))
    if (chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) give_up("chown");
  const int process = start_process(
      user_name, "KILL",
      {"/usr/bin/mariadb-install-db", "--no-defaults", "--datadir=" + folder_ + "/data",
       "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
       "--innodb-log-file-size=16M"},
      folder_ + "/log");
  int status = 0;
  if (waitpid(process, &status, 0) != process || status != 0)
    give_up("mariadb-install-db failed: " + folder_);
  start();
}

void Server::start() {
  const ReadySocket ready(folder_ + "/ready");
  process_ = start_process(
      user_name, "KILL",
      {server_program, "--no-defaults", "--datadir=" + folder_ + "/data",
       "--socket=" + folder_ + "/socket", "--pid-file=" + folder_ + "/pid", "--skip-networking",
       "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--sync-binlog=0",
       "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--skip-log-bin",
       "--character-set-server=utf8mb4", "--collation-server=utf8mb4_nopad_bin",
       "--lower-case-table-names=0", "--skip-name-resolve"},
      folder_ + "/log");
  if (!ready.wait()) give_up("the server doesn't start: " + folder_);
}

void Server::stop(int signal) {
  kill(process_, signal);
  waitpid(process_, nullptr, 0);
}

Server::~Server() {
  stop(SIGKILL);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Server::restart() {
  stop(SIGKILL);
  start();
}

std::string Server::make_database() {
  const std::string name = "test" + std::to_string(++databases_);
  const std::string place = "mysql://root@localhost/";
  const std::string behind = "?socket=" + folder_ + "/socket";
  run(place + "mysql" + behind, "CREATE DATABASE " + name);
  return place + name + behind;
}

MysqlOptions Server::make_options() {
  MysqlOptions options;
  if (const auto read = read_url(make_database(), options); !read) give_up(read.error().message);
  return options;
}

std::string Server::run(const std::string& url, const std::string& sql) {
  MysqlOptions options;
  if (const auto read = read_url(url, options); !read) give_up(read.error().message);
  const auto session = Session::open(options);
  if (!session) give_up(session.error().log_text);
  const auto rows = (*session)->query(sql);
  if (!rows) give_up(sql + ": " + rows.error().log_text);
  return rows->empty() || rows->front().empty() ? "" : rows->front().front();
}

}  // namespace trivet::store::mysql::testing
