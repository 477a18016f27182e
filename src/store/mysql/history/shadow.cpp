#include "store/mysql/history/shadow.h"

#include <mysqld_error.h>

#include "store/mysql/layout/url.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {

namespace {

using sql::quote_identifier;

// Only one process may use a named shadow database at a time.
constexpr const char* shadow_lock = "'trivet_shadow'";

// Locks are the server's: whoever finds one taken that the other session took is on the same
// server.
result<bool> is_same_database(Session& left, Session& right) {
  constexpr const char* lock = "'trivet_same_server'";
  TRIVET_TRY(const auto from,
             left.query(std::string("SELECT GET_LOCK(") + lock + ", 10), DATABASE()"));
  TRIVET_TRY(const auto to,
             right.query(std::string("SELECT IS_FREE_LOCK(") + lock + "), DATABASE()"));
  TRIVET_CHECK(left.execute(std::string("DO RELEASE_LOCK(") + lock + ")"));
  return from.at(0).at(0) == "1" && to.at(0).at(0) == "0" && from[0][1] == to[0][1];
}

result<void> empty(Session& session) {
  TRIVET_TRY(const auto things,
             session.query("SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE "
                           "TABLE_SCHEMA = DATABASE()"));
  TRIVET_CHECK(session.execute("SET SESSION foreign_key_checks = 0"));
  for (const TextRow& thing : things) {
    const std::string kind = thing[1] == "VIEW"       ? "VIEW "
                             : thing[1] == "SEQUENCE" ? "SEQUENCE "
                                                      : "TABLE ";
    TRIVET_CHECK(session.execute("DROP " + kind + "IF EXISTS " + quote_identifier(thing[0])));
  }
  return session.execute("SET SESSION foreign_key_checks = 1");
}

std::unexpected<Error> not_allowed(Error error) {
  error.code = ErrorCode::permission_denied;
  error.message =
      "the database's user may not make the empty database in which migrations are tried out";
  error.hint =
      "GRANT CREATE, DROP, … ON `trivet_shadow_%`.* TO it; or name an empty database in "
      "`[database] shadow_url` (TRIVET_DATABASE_SHADOW_URL)";
  return std::unexpected(std::move(error));
}

}  // namespace

result<std::unique_ptr<ShadowDatabase>> ShadowDatabase::make(const MysqlOptions& options,
                                                             const std::string& shadow_url,
                                                             const std::string& unique) {
  std::unique_ptr<ShadowDatabase> shadow(new ShadowDatabase());
  TRIVET_CHECK(shadow_url.empty() ? shadow->create(options, unique)
                                  : shadow->take_named(options, shadow_url));
  return shadow;
}

result<void> ShadowDatabase::create(const MysqlOptions& options, const std::string& unique) {
  TRIVET_TRY(owner_, Session::open(options));
  // What a process that was killed left behind.
  TRIVET_TRY(const auto old,
             owner_->query(
                 "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME REGEXP "
                 "'^trivet_shadow_[0-9]+_' AND CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(SCHEMA_NAME, "
                 "'_', 3), '_', -1) AS UNSIGNED) < UNIX_TIMESTAMP() - 3600"));
  for (const TextRow& row : old)
    (void)owner_->execute("DROP DATABASE IF EXISTS " + quote_identifier(row[0]));
  TRIVET_TRY(const auto facts,
             owner_->query(
                 "SELECT UNIX_TIMESTAMP(), DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM "
                 "information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()"));
  const std::string name = "trivet_shadow_" + facts.at(0).at(0) + "_" + unique;
  const auto made = owner_->execute("CREATE DATABASE " + quote_identifier(name) +
                                    " CHARACTER SET " + facts[0][1] + " COLLATE " + facts[0][2]);
  if (!made) {
    const unsigned number = owner_->last_number();
    if (number == ER_DBACCESS_DENIED_ERROR || number == ER_SPECIFIC_ACCESS_DENIED_ERROR)
      return not_allowed(made.error());
    return made;
  }
  options_ = options;
  options_.database = name;
  made_ = true;
  return {};
}

result<void> ShadowDatabase::take_named(const MysqlOptions& options, const std::string& url) {
  options_ = options;
  TRIVET_CHECK(read_url(url, options_));
  auto opened = Session::open(options_);
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
  TRIVET_TRY(
      const int64_t histories,
      owner_->query_integer("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                            "DATABASE() AND TABLE_NAME = '_prisma_migrations'"));
  if (histories > 0)
    return fail(ErrorCode::bad_config,
                "`[database] shadow_url` is a database with a history of migrations, and would be "
                "emptied",
                {}, "name an empty one");
  TRIVET_TRY(const int64_t locked,
             owner_->query_integer(std::string("SELECT GET_LOCK(") + shadow_lock + ", 600)"));
  if (locked != 1)
    return fail(ErrorCode::lock_not_available, "another process uses the shadow database");
  may_empty_ = true;
  return empty(*owner_);
}

ShadowDatabase::~ShadowDatabase() {
  if (owner_ == nullptr) return;
  if (made_)
    (void)owner_->execute("DROP DATABASE IF EXISTS " + quote_identifier(options_.database));
  else if (may_empty_)
    (void)empty(*owner_);
}

}  // namespace trivet::store::mysql
