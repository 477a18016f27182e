// For tests: a real MariaDB server of this process's own, in a temporary folder.
//
// Started at the first use, as an unprivileged user where the test runs as root; reached by a unix
// socket in its folder. It ends with the process, however that ends.
#pragma once

#include <string>

#include "store/mysql/options.h"

namespace trivet::store::mysql::testing {

class Server {
 public:
  // Whether Debian's package is there.
  static bool is_installed();
  // The one of this process. Aborts if none can be started: the tests are about nothing else.
  static Server& instance();

  // A new, empty database; its URL, and its options.
  std::string make_database();
  MysqlOptions make_options();
  // Runs SQL on a database, blocking; the first cell of the answer, as text.
  std::string run(const std::string& url, const std::string& sql);
  // Kills the server and starts it again on the same data.
  void restart();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  Server();
  ~Server();
  void start();
  void stop(int signal);

  std::string folder_;
  int process_ = -1;
  int databases_ = 0;
};

}  // namespace trivet::store::mysql::testing
