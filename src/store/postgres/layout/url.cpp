#include "store/postgres/layout/url.h"

#include <algorithm>
#include <charconv>

namespace trivet::store::postgres {

namespace {

std::unexpected<Error> refuse(std::string_view name, std::string_view expected) {
  return fail(ErrorCode::bad_config,
              "database.url: " + std::string(name) + " must be " + std::string(expected));
}

result<int64_t> number_of(std::string_view name, std::string_view text) {
  int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < 1 || number > 86'400)
    return refuse(name, "a whole number");
  return number;
}

// Whether the parameter is one of Prisma's own.
result<bool> take(std::string_view name, std::string_view value, PostgresOptions& options) {
  if (name == "schema") {
    options.schema = value;
    return true;
  }
  if (name == "pgbouncer") {
    if (value != "true" && value != "false") return refuse(name, "true or false");
    if (value == "true") options.pooler = Pooler::transactions;
    return true;
  }
  if (name == "connection_limit") {
    TRIVET_TRY(const int64_t number, number_of(name, value));
    options.connections = static_cast<size_t>(number);
    return true;
  }
  if (name == "pool_timeout") {
    TRIVET_TRY(const int64_t seconds, number_of(name, value));
    options.wait_max = std::chrono::seconds(seconds);
    return true;
  }
  return false;
}

}  // namespace

bool is_postgres_url(std::string_view url) {
  return url.starts_with("postgres://") || url.starts_with("postgresql://");
}

result<void> read_url(std::string_view url, PostgresOptions& options) {
  if (!is_postgres_url(url))
    return fail(ErrorCode::bad_config,
                "database.url of a PostgreSQL database begins with "
                "postgres://");
  const size_t question = url.find('?');
  std::string kept(url.substr(0, question));
  std::string_view rest = question == url.npos ? std::string_view() : url.substr(question + 1);
  char separator = '?';
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const size_t sign = std::min(one.find('='), one.size());
    const std::string_view value = sign < one.size() ? one.substr(sign + 1) : std::string_view();
    TRIVET_TRY(const bool taken, take(one.substr(0, sign), value, options));
    if (taken || one.empty()) continue;
    kept += separator;
    kept += one;
    separator = '&';
  }
  options.url = std::move(kept);
  if (options.pooler == Pooler::transactions && !options.schema.empty() &&
      options.schema != "public")
    return fail(ErrorCode::bad_config,
                "database.url: schema=" + options.schema +
                    " needs sessions of its own, which a pooler of transactions doesn't give",
                {}, "set the search_path of the database's user instead");
  return {};
}

std::string without_password(std::string_view url) {
  const size_t start = url.find("://");
  if (start == url.npos) return std::string(url);
  const std::string_view authority =
      url.substr(start + 3, url.find_first_of("/?", start + 3) - (start + 3));
  const size_t at = authority.rfind('@');
  std::string text(url.substr(0, start + 3));
  if (at != authority.npos) text += authority.substr(0, std::min(at, authority.find(':')));
  text += at == authority.npos ? authority : authority.substr(at);
  std::string_view rest = url.substr(start + 3 + authority.size());
  // ?password=… is libpq's other way to give one.
  const size_t question = std::min(rest.find('?'), rest.size());
  text += rest.substr(0, question);
  return text;
}

}  // namespace trivet::store::postgres
