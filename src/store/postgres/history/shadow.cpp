#include "store/postgres/history/shadow.h"

#include "store/postgres/layout/url.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

using sql::quote_identifier;

// Only one process may use a named shadow database at a time.
constexpr const char* shadow_lock = "72707370";

// Locks of sessions are a database's own: whoever can't take one that the other session holds is in
// the same database.
result<bool> is_same_database(Session& left, Session& right) {
  TRIVET_CHECK(left.execute("SELECT pg_advisory_lock(72707371)"));
  TRIVET_TRY(const auto rows, right.query("SELECT pg_try_advisory_lock(72707371)"));
  const bool is_same = rows.at(0).at(0) != "t";
  if (!is_same) TRIVET_CHECK(right.execute("SELECT pg_advisory_unlock(72707371)"));
  TRIVET_CHECK(left.execute("SELECT pg_advisory_unlock(72707371)"));
  return is_same;
}

// All that people made in it; extensions go with their schemas.
result<void> empty(Session& session) {
  TRIVET_TRY(const auto schemas,
             session.query("SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname NOT LIKE "
                           "'pg\\_%' AND nspname <> 'information_schema'"));
  for (const TextRow& row : schemas)
    TRIVET_CHECK(session.execute("DROP SCHEMA " + row[0] + " CASCADE"));
  return session.execute("CREATE SCHEMA public");
}

std::unexpected<Error> not_allowed(Error error) {
  error.code = ErrorCode::permission_denied;
  error.message =
      "the database's user may not make the empty database in which migrations are tried out";
  error.hint =
      "ALTER ROLE … CREATEDB; or name an empty database in `[database] shadow_url` "
      "(TRIVET_DATABASE_SHADOW_URL)";
  return std::unexpected(std::move(error));
}

}  // namespace

result<std::unique_ptr<ShadowDatabase>> ShadowDatabase::make(const PostgresOptions& options,
                                                             const std::string& shadow_url,
                                                             const std::string& unique) {
  std::unique_ptr<ShadowDatabase> shadow(new ShadowDatabase());
  TRIVET_CHECK(shadow_url.empty() ? shadow->create(options, unique)
                                  : shadow->take_named(options, shadow_url));
  return shadow;
}

result<void> ShadowDatabase::create(const PostgresOptions& options, const std::string& unique) {
  TRIVET_TRY(owner_, Session::open(options));
  // What a process that was killed left behind; one in use can't be dropped.
  TRIVET_TRY(const auto old,
             owner_->query("SELECT quote_ident(datname) FROM pg_database WHERE pg_has_role(datdba, "
                           "'USAGE') AND CASE WHEN datname ~ '^trivet_shadow_[0-9]+_' THEN "
                           "split_part(datname, '_', 3)::numeric < extract(epoch FROM now()) - "
                           "3600 ELSE false END"));
  for (const TextRow& row : old) (void)owner_->execute("DROP DATABASE IF EXISTS " + row[0]);
  TRIVET_TRY(const int64_t now, owner_->query_integer("SELECT extract(epoch FROM now())::bigint"));
  std::string name = "trivet_shadow_" + std::to_string(now) + "_" + unique;
  if (auto made = owner_->execute("CREATE DATABASE " + quote_identifier(name)); !made) {
    if (made.error().code == ErrorCode::permission_denied) return not_allowed(made.error());
    return made;
  }
  name_ = std::move(name);
  options_ = options;
  return {};
}

result<void> ShadowDatabase::take_named(const PostgresOptions& options, const std::string& url) {
  options_ = options;
  options_.schema.clear();
  TRIVET_CHECK(read_url(url, options_));
  options_.schema = options.schema;
  PostgresOptions plain = options_;
  plain.schema.clear();
  auto opened = Session::open(plain);
  if (!opened) {
    Error error = std::move(opened).error();
    error.message = "the shadow database " + without_password(url) + " can't be reached";
    return std::unexpected(std::move(error));
  }
  owner_ = *std::move(opened);
  TRIVET_TRY(const auto project, Session::open(options));
  TRIVET_TRY(const bool is_own, is_same_database(*project, *owner_));
  if (is_own)
    return fail(ErrorCode::bad_config,
                "`[database] shadow_url` is the project's own database, which would be emptied");
  TRIVET_TRY(const auto history,
             owner_->query("SELECT 1 FROM pg_class WHERE relname = '_prisma_migrations'"));
  if (!history.empty())
    return fail(ErrorCode::bad_config,
                "`[database] shadow_url` is a database with a history of migrations, and would be "
                "emptied",
                {}, "name an empty one");
  TRIVET_CHECK(owner_->execute(std::string("SELECT pg_advisory_lock(") + shadow_lock + ")"));
  may_empty_ = true;
  return empty(*owner_);
}

ShadowDatabase::~ShadowDatabase() {
  if (owner_ == nullptr) return;
  if (!name_.empty())
    (void)owner_->execute("DROP DATABASE IF EXISTS " + quote_identifier(name_) + " WITH (FORCE)");
  else if (may_empty_)
    (void)empty(*owner_);
}

}  // namespace trivet::store::postgres
