#include "store/mysql/layout/url.h"

#include <algorithm>
#include <charconv>

namespace trivet::store::mysql {

namespace {

std::unexpected<Error> refuse(std::string_view name, std::string_view expected) {
  return fail(ErrorCode::bad_config,
              "database.url: " + std::string(name) + " must be " + std::string(expected));
}

result<int64_t> number_of(std::string_view name, std::string_view text, int64_t most) {
  int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < 1 || number > most)
    return refuse(name, "a whole number from 1 to " + std::to_string(most));
  return number;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

result<std::string> decoded(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0 || (high == 0 && low == 0))
      return fail(ErrorCode::bad_config, "database.url: % must be followed by two hexadecimal digits",
                  {}, "a % of a password is written %25");
    plain += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return plain;
}

result<void> take(std::string_view name, const std::string& value, MysqlOptions& options) {
  const auto seconds = [&](std::chrono::milliseconds& to) -> result<void> {
    TRIVET_TRY(const int64_t number, number_of(name, value, 86'400));
    to = std::chrono::seconds(number);
    return {};
  };
  if (name == "socket") {
    options.socket = value;
  } else if (name == "connection_limit") {
    TRIVET_TRY(const int64_t number, number_of(name, value, 10'000));
    options.connections = static_cast<size_t>(number);
  } else if (name == "pool_timeout") {
    return seconds(options.wait_max);
  } else if (name == "connect_timeout") {
    return seconds(options.connect_timeout);
  } else if (name == "sslmode") {
    if (value == "disable")
      options.tls = Tls::off;
    else if (value == "require")
      options.tls = Tls::required;
    else if (value == "verify-full")
      options.tls = Tls::verified;
    else
      return refuse(name, "disable, require or verify-full");
  } else if (name == "sslrootcert" || name == "sslcert") {
    options.ca_file = value;
    if (options.tls == Tls::off) options.tls = Tls::verified;
  } else if (name == "sslaccept") {
    if (value != "strict" && value != "accept_invalid_certs")
      return refuse(name, "strict or accept_invalid_certs");
    options.tls = value == "strict" ? Tls::verified : Tls::required;
  } else {
    return fail(ErrorCode::bad_config, "database.url: unknown parameter " + std::string(name), {},
                "known are socket, sslmode, sslrootcert, connection_limit, pool_timeout, "
                "connect_timeout, sslcert, sslaccept");
  }
  return {};
}

}  // namespace

bool is_mysql_url(std::string_view url) {
  return url.starts_with("mysql://") || url.starts_with("mariadb://");
}

result<void> read_url(std::string_view url, MysqlOptions& options) {
  if (!is_mysql_url(url))
    return fail(ErrorCode::bad_config, "database.url of a MariaDB database begins with mysql://");
  std::string_view rest = url.substr(url.find("://") + 3);
  const size_t question = std::min(rest.find('?'), rest.size());
  std::string_view parameters = rest.substr(question);
  rest = rest.substr(0, question);
  const size_t slash = rest.find('/');
  if (slash == rest.npos || slash + 1 == rest.size())
    return fail(ErrorCode::bad_config, "database.url names no database", {},
                "mysql://user@host:3306/database");
  TRIVET_TRY(options.database, decoded(rest.substr(slash + 1)));
  std::string_view authority = rest.substr(0, slash);
  if (const size_t at = authority.rfind('@'); at != authority.npos) {
    const std::string_view user = authority.substr(0, at);
    const size_t colon = std::min(user.find(':'), user.size());
    TRIVET_TRY(options.user, decoded(user.substr(0, colon)));
    if (colon < user.size()) {
      TRIVET_TRY(options.password, decoded(user.substr(colon + 1)));
    }
    authority.remove_prefix(at + 1);
  }
  const bool bracketed = authority.starts_with('[');
  const size_t host_end = bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == authority.npos) return refuse("host", "a name or an address");
  options.host = authority.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  const std::string_view port = authority.substr(std::min(host_end + (bracketed ? 1 : 0), authority.size()));
  if (!port.empty()) {
    if (port.front() != ':') return refuse("port", "a whole number");
    TRIVET_TRY(const int64_t number, number_of("port", port.substr(1), 65'535));
    options.port = static_cast<unsigned>(number);
  }
  if (options.host.empty()) options.host = "localhost";
  while (parameters.size() > 1) {
    parameters.remove_prefix(1);
    const size_t end = std::min(parameters.find('&'), parameters.size());
    const std::string_view one = parameters.substr(0, end);
    parameters.remove_prefix(end);
    const size_t equals = std::min(one.find('='), one.size());
    if (one.empty()) continue;
    TRIVET_TRY(const std::string value, decoded(one.substr(std::min(equals + 1, one.size()))));
    TRIVET_CHECK(take(one.substr(0, equals), value, options));
  }
  return {};
}

std::string without_password(std::string_view url) {
  const size_t start = url.find("://");
  if (start == url.npos) return std::string(url);
  const size_t end = std::min(url.find_first_of("/?", start + 3), url.size());
  const std::string_view authority = url.substr(start + 3, end - start - 3);
  const size_t at = authority.rfind('@');
  std::string text(url.substr(0, start + 3));
  if (at != authority.npos) text += authority.substr(0, std::min(at, authority.find(':')));
  text += at == authority.npos ? authority : authority.substr(at);
  const std::string_view rest = url.substr(end);
  text += rest.substr(0, std::min(rest.find('?'), rest.size()));
  return text;
}

}  // namespace trivet::store::mysql
