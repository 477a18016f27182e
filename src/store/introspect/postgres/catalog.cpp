#include "store/introspect/postgres/catalog.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace trivet::store::introspect {

namespace {

struct ClearResult {
  void operator()(PGresult* answer) const { PQclear(answer); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

std::unexpected<Error> failure(std::string message, const char* text) {
  auto failed = fail(ErrorCode::store_lost, std::move(message));
  failed.error().log_text = text;
  while (failed.error().log_text.ends_with('\n')) failed.error().log_text.pop_back();
  return failed;
}

// Settings of Prisma's URLs that libpq doesn't know.
constexpr std::array<std::string_view, 6> prisma_settings = {
    "schema",    "connection_limit", "pool_timeout",
    "pgbouncer", "socket_timeout",   "statement_cache_size"};

bool is_prismas(std::string_view name) {
  for (const std::string_view setting : prisma_settings)
    if (name == setting) return true;
  return false;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](size_t at) {
      return std::string_view("0123456789abcdef").find(static_cast<char>(text[at] | 0x20));
    };
    if (text[i] == '%' && i + 2 < text.size() && digit(i + 1) != std::string_view::npos &&
        digit(i + 2) != std::string_view::npos) {
      out += static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

PostgresUrl split_url(const std::string& url) {
  PostgresUrl split;
  const size_t mark = url.find('?');
  split.url = url.substr(0, mark);
  if (mark == std::string::npos) return split;
  char separator = '?';
  for (size_t at = mark + 1; at <= url.size();) {
    const size_t end = std::min(url.find('&', at), url.size());
    const std::string_view pair = std::string_view(url).substr(at, end - at);
    const std::string_view name = pair.substr(0, pair.find('='));
    if (name == "schema" && pair.size() > name.size() + 1)
      split.schema = decoded(pair.substr(name.size() + 1));
    if (!is_prismas(name) && !pair.empty()) {
      split.url += separator;
      split.url += pair;
      separator = '&';
    }
    at = end + 1;
  }
  return split;
}

Catalog::~Catalog() { PQfinish(connection_); }

result<std::unique_ptr<Catalog>> Catalog::open(const std::string& url) {
  std::unique_ptr<Catalog> catalog(new Catalog(PQconnectdb(url.c_str())));
  if (PQstatus(catalog->connection_) != CONNECTION_OK)
    return failure("can't connect to the PostgreSQL database",
                   PQerrorMessage(catalog->connection_));
  // Names of types and functions are written with their schema unless it is pg_catalog.
  const ResultPtr begun(PQexec(catalog->connection_,
                               "SET search_path = pg_catalog; SET client_encoding = 'UTF8'; "
                               "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  if (PQresultStatus(begun.get()) != PGRES_COMMAND_OK)
    return failure("the PostgreSQL database can't be read", PQerrorMessage(catalog->connection_));
  return catalog;
}

result<std::vector<CatalogRow>> Catalog::query(const char* sql, const std::string& parameter) {
  const char* value = parameter.c_str();
  const ResultPtr answer(PQexecParams(connection_, sql, 1, nullptr, &value, nullptr, nullptr, 0));
  if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK)
    return failure("the database's catalogue can't be read", PQerrorMessage(connection_));
  std::vector<CatalogRow> rows(static_cast<size_t>(PQntuples(answer.get())));
  for (size_t i = 0; i < rows.size(); ++i)
    for (int k = 0; k < PQnfields(answer.get()); ++k)
      rows[i].emplace_back(PQgetvalue(answer.get(), static_cast<int>(i), k));
  return rows;
}

}  // namespace trivet::store::introspect
