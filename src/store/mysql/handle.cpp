#include "store/mysql/handle.h"

#include <mutex>

namespace trivet::store::mysql {

Handle make_handle(const MysqlOptions& options, std::chrono::seconds patience) {
  // libmariadb's own set-up may not run in two threads at once.
  static std::once_flag set_up;
  std::call_once(set_up, [] { (void)mysql_server_init(0, nullptr, nullptr); });
  Handle handle(mysql_init(nullptr));
  if (handle == nullptr) return handle;
  MYSQL* raw = handle.get();
  const auto seconds = static_cast<unsigned>(patience.count());
  for (const mysql_option option :
       {MYSQL_OPT_CONNECT_TIMEOUT, MYSQL_OPT_READ_TIMEOUT, MYSQL_OPT_WRITE_TIMEOUT})
    if (seconds > 0) mysql_options(raw, option, &seconds);
  mysql_options(raw, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  const unsigned no_files = 0;  // the server may not ask for files of this machine
  mysql_options(raw, MYSQL_OPT_LOCAL_INFILE, &no_files);
  const my_bool yes = 1;
  mysql_options(raw, MYSQL_REPORT_DATA_TRUNCATION, &yes);
  if (options.tls != Tls::off) {
    mysql_options(raw, MYSQL_OPT_SSL_ENFORCE, &yes);
    if (!options.ca_file.empty()) mysql_options(raw, MYSQL_OPT_SSL_CA, options.ca_file.c_str());
    const my_bool verify = options.tls == Tls::verified ? 1 : 0;
    mysql_options(raw, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  }
  return handle;
}

Target target_of(const MysqlOptions& options) {
  const auto given = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  // By TCP also to localhost, unless a socket is named.
  const std::string& host = options.host;
  return {options.socket.empty() ? (host == "localhost" ? "127.0.0.1" : host.c_str()) : nullptr,
          given(options.user),
          given(options.password),
          given(options.database),
          options.socket.empty() ? options.port : 0,
          given(options.socket)};
}

bool connect_blocking(MYSQL& handle, const MysqlOptions& options) {
  const Target to = target_of(options);
  return mysql_real_connect(&handle, to.host, to.user, to.password, to.database, to.port, to.socket,
                            client_flags) != nullptr;
}

}  // namespace trivet::store::mysql
