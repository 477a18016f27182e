// A session with a PostgreSQL server and its queries over pg_catalog. Blocking; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

struct pg_conn;

namespace trivet::store::introspect {

using CatalogRow = std::vector<std::string>;  // null is empty

class Catalog {
 public:
  // Opens a read-only transaction. `url` without ?schema=.
  [[nodiscard]] static result<std::unique_ptr<Catalog>> open(const std::string& url);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // $1 is `parameter`.
  [[nodiscard]] result<std::vector<CatalogRow>> query(const char* sql,
                                                      const std::string& parameter);

 private:
  explicit Catalog(pg_conn* connection) : connection_(connection) {}
  pg_conn* connection_;
};

// The URL without its ?schema=…, which is Prisma's and not libpq's, and that schema.
struct PostgresUrl {
  std::string url;
  std::string schema = "public";
};
[[nodiscard]] PostgresUrl split_url(const std::string& url);

}  // namespace trivet::store::introspect
