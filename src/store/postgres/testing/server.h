// For tests: a real PostgreSQL server of this process's own, in a temporary folder.
//
// Started at the first use, as an unprivileged user where the test runs as root; reached by a unix
// socket in its folder. It ends with the process, however that ends.
#pragma once

#include <string>

namespace trivet::store::postgres::testing {

class Server {
 public:
  // Whether Debian's package is there.
  static bool is_installed();
  // The one of this process. Aborts if none can be started: the tests are about nothing else.
  static Server& instance();

  // Connection text of a new, empty database; text orders by code point.
  std::string make_database();
  // Of the database that is always there.
  [[nodiscard]] std::string url(const std::string& database) const;
  // Runs SQL on a database, blocking; the first cell of the answer, as text.
  std::string run(const std::string& url, const std::string& sql);

  // Ends all sessions, or kills the server and starts it again on the same data.
  void drop_sessions();
  void restart();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  Server();
  ~Server();
  void start();
  void stop(int signal);

  std::string binaries_;
  std::string folder_;
  int port_ = 0;
  int process_ = -1;
  int databases_ = 0;
};

}  // namespace trivet::store::postgres::testing
