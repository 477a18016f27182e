#include "store/mysql/history/mysql_target.h"

#include <mysqld_error.h>

#include <algorithm>
#include <array>

#include "store/mysql/history/dump.h"
#include "store/mysql/history/layout.h"
#include "store/mysql/history/script.h"
#include "store/mysql/layout/difference.h"
#include "store/mysql/layout/losses.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {

namespace {

using sql::quote_identifier;
using sql::quote_literal;

// Prisma's name, so that its tools and ours keep each other out.
constexpr const char* migration_lock = "'prisma_migrate'";

// As Prisma makes it.
constexpr const char* create_history_text = R"sql(CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             DATETIME(3),
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          DATETIME(3),
    started_at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count     INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci)sql";

// MariaDB's default.
constexpr const char* script_mode =
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,"
    "NO_ENGINE_SUBSTITUTION'";

// Beyond this the server's own estimate of a table's rows is near enough.
constexpr int64_t counted_rows_max = 1'000'000;

std::string words_of(const Error& error) {
  return error.details.empty() ? error.message : error.message + "\n" + error.details;
}

// The beginning of a statement, in one line.
std::string excerpt(std::string_view text) {
  const size_t end = std::min({text.find('\n'), text.size(), size_t{100}});
  return std::string(text.substr(0, end)) + (end < text.size() ? " …" : "");
}

// Statements that a ROLLBACK takes back.
bool changes_rows_alone(const std::vector<sql::SqlStatement>& statements) {
  static constexpr auto words = std::to_array<std::string_view>(
      {"INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH", "SET", "DO"});
  return std::ranges::all_of(statements, [](const sql::SqlStatement& statement) {
    return std::ranges::find(words, statement.tokens.front().text) != words.end();
  });
}

class SessionLock final : public sql::MigrationLock {
 public:
  explicit SessionLock(std::unique_ptr<Session> session) : session_(std::move(session)) {}

 private:
  std::unique_ptr<Session> session_;  // whose end lets go of it
};

}  // namespace

result<Session*> MysqlTarget::session() {
  if (session_) return session_.get();
  auto opened = Session::open(options_.database);
  if (!opened) {
    Error error = std::move(opened).error();
    error.message = "the database " + place() + " can't be reached";
    error.hint = "is the server running, and are host, port, user and password right?";
    return std::unexpected(std::move(error));
  }
  session_ = *std::move(opened);
  return session_.get();
}

result<DatabaseDescription> MysqlTarget::describe() {
  TRIVET_TRY(Session* const open, session());
  return read_layout(*open);
}

result<DatabaseDescription> MysqlTarget::layout_of(const schema::Schema& schema) {
  return layout_of_schema(schema);
}

sql::LayoutDiff MysqlTarget::diff(const DatabaseDescription& from, const DatabaseDescription& to,
                                  const std::vector<sql::Rename>& renames) const {
  return sql::diff_layouts(from, to, renames, compare_for_migration);
}

std::string MysqlTarget::render(const sql::LayoutDiff& diff) const {
  return mysql::render_script(diff);
}

sql::ScriptFacts MysqlTarget::read_script(std::string_view script) const {
  sql::ScriptFacts facts = sql::read_script(script, sql::ScriptDialect::mysql);
  // Every script is run statement by statement here.
  facts.manages_transactions = false;
  return facts;
}

std::vector<sql::TableCost> MysqlTarget::find_costs(const sql::LayoutDiff& diff,
                                                    const sql::ScriptFacts&) const {
  return mysql::find_costs(diff);
}

result<bool> MysqlTarget::is_empty() {
  TRIVET_TRY(Session* const open, session());
  TRIVET_TRY(
      const auto tables,
      open->query("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                  "DATABASE() UNION ALL SELECT ROUTINE_NAME FROM information_schema.ROUTINES "
                  "WHERE ROUTINE_SCHEMA = DATABASE()"));
  return std::ranges::all_of(tables, [](const TextRow& row) { return sql::is_tool_table(row[0]); });
}

result<std::string> MysqlTarget::dump_layout() {
  TRIVET_TRY(Session* const open, session());
  return mysql::dump_layout(*open);
}

result<std::optional<std::vector<sql::MigrationRecord>>> MysqlTarget::history() {
  TRIVET_TRY(Session* const open, session());
  TRIVET_TRY(
      const int64_t tables,
      open->query_integer("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                          "DATABASE() AND TABLE_NAME = '_prisma_migrations'"));
  if (tables == 0) return std::nullopt;
  TRIVET_TRY(
      const auto rows,
      open->query("SELECT id, migration_name, checksum, COALESCE(logs, ''), finished_at IS NOT "
                  "NULL, rolled_back_at IS NOT NULL FROM \"_prisma_migrations\" ORDER BY "
                  "started_at, migration_name"));
  std::vector<sql::MigrationRecord> records;
  for (const TextRow& row : rows) {
    using enum sql::MigrationState;
    records.push_back({row[0], row[1], row[2], row[3],
                       row[5] == "1"   ? rolled_back
                       : row[4] == "1" ? applied
                                       : failed});
  }
  return records;
}

result<void> MysqlTarget::create_history(Session& session) {
  return session.execute(create_history_text);
}

result<std::string> MysqlTarget::insert_record(Session& session, const sql::MigrationScript& script,
                                               const std::string& values) {
  std::string id = ids_.uuid4();
  TRIVET_CHECK(session.execute(
      "INSERT INTO \"_prisma_migrations\" (id, checksum, migration_name, started_at, finished_at, "
      "rolled_back_at, logs, applied_steps_count) VALUES (" +
      quote_literal(id) + ", " + quote_literal(script.checksum) + ", " +
      quote_literal(script.name) + ", CURRENT_TIMESTAMP(3), " + values + ")"));
  return id;
}

result<void> MysqlTarget::update_record(Session& session, const std::string& id,
                                        const std::string& values) {
  return session.execute("UPDATE \"_prisma_migrations\" SET " + values +
                         " WHERE id = " + quote_literal(id));
}

std::optional<MysqlTarget::Failure> MysqlTarget::run_script(Session& session,
                                                            const std::string& script) {
  const auto statements = sql::split_script(script, sql::ScriptDialect::mysql);
  if (statements.empty()) return std::nullopt;
  const bool rows_alone = changes_rows_alone(statements);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(options_.lock_timeout).count();
  const std::string patience = std::to_string(seconds == 0 ? 31'536'000 : seconds);
  std::optional<Failure> failure;
  for (int attempt = 1; attempt <= options_.attempts_max; ++attempt) {
    // A script may have changed any setting of the session.
    result<void> done = session.reset();
    if (done)
      done = session.execute("SET SESSION lock_wait_timeout = " + patience +
                             ", innodb_lock_wait_timeout = " + patience);
    if (done) done = session.execute(script_mode);
    if (done && rows_alone) done = session.execute("START TRANSACTION");
    size_t count = 0;
    if (done) done = session.run_script(script, count);
    const unsigned number = done ? 0 : session.last_number();
    if (done) done = session.execute("COMMIT");  // also what the script began
    if (done) {
      done = session.reset();
      if (done) return std::nullopt;
    }
    Error error = std::move(done).error();
    (void)session.reset();  // which takes back what wasn't committed
    const Left left = count == 0 || rows_alone ? Left::nothing : Left::something;
    error.message = "statement " + std::to_string(count + 1) +
                    " failed: " + (error.details.empty() ? error.message : error.details);
    error.details = count < statements.size() ? excerpt(statements[count].text) : std::string();
    error.hint.clear();
    error.log_text.clear();
    if (left == Left::something)
      error.hint = count == 1 ? "the statement before it is done"
                              : "the " + std::to_string(count) + " statements before it are done";
    failure = Failure{std::move(error), left};
    const bool waited = number == ER_LOCK_WAIT_TIMEOUT || number == ER_LOCK_DEADLOCK;
    if (!waited || left == Left::something) break;
    failure->error.hint = "somebody holds the table for long: see SHOW PROCESSLIST, and try again";
  }
  return failure;
}

result<void> MysqlTarget::apply(const sql::MigrationScript& script) {
  TRIVET_TRY(Session* const open, session());
  TRIVET_CHECK(create_history(*open));
  TRIVET_TRY(const std::string id, insert_record(*open, script, "NULL, NULL, NULL, 0"));
  std::optional<Failure> failed = run_script(*open, script.sql);
  if (!failed)
    return update_record(*open, id, "finished_at = CURRENT_TIMESTAMP(3), applied_steps_count = 1");
  std::string values = "logs = " + quote_literal(words_of(failed->error));
  if (failed->left == Left::nothing) values += ", rolled_back_at = CURRENT_TIMESTAMP(3)";
  const auto recorded = update_record(*open, id, values);
  if (!recorded)
    failed->error.details += "\nand that could not be recorded: " + recorded.error().message;
  return std::unexpected(std::move(failed->error));
}

result<void> MysqlTarget::revert(const sql::MigrationRecord& record, const std::string& down) {
  TRIVET_TRY(Session* const open, session());
  if (auto failed = run_script(*open, down)) {
    // Half of the way back: the migration is neither there nor gone.
    if (failed->left == Left::something)
      (void)update_record(
          *open, record.id,
          "finished_at = NULL, logs = " + quote_literal("down.sql: " + words_of(failed->error)));
    return std::unexpected(std::move(failed->error));
  }
  // Without finished_at, so that Prisma's `migrate resolve --applied` takes it too.
  return update_record(*open, record.id,
                       "finished_at = NULL, logs = 'rolled back with down.sql', rolled_back_at = "
                       "CURRENT_TIMESTAMP(3)");
}

result<void> MysqlTarget::mark_applied(const sql::MigrationScript& script) {
  TRIVET_TRY(Session* const open, session());
  TRIVET_CHECK(create_history(*open));
  TRIVET_CHECK(insert_record(*open, script, "CURRENT_TIMESTAMP(3), NULL, '', 0"));
  return {};
}

result<void> MysqlTarget::mark_rolled_back(const sql::MigrationRecord& record) {
  TRIVET_TRY(Session* const open, session());
  return update_record(*open, record.id, "rolled_back_at = CURRENT_TIMESTAMP(3)");
}

result<void> MysqlTarget::run(const std::string& script) {
  TRIVET_TRY(Session* const open, session());
  if (auto failed = run_script(*open, script)) return std::unexpected(std::move(failed->error));
  return {};
}

result<std::vector<Loss>> MysqlTarget::find_losses(const sql::LayoutDiff& diff) {
  const bool takes_from = std::ranges::any_of(
      diff.changes, [](const sql::TableChange& change) { return change.from != nullptr; });
  if (!takes_from) return std::vector<Loss>();
  TRIVET_TRY(const DatabaseDescription live, describe());
  return mysql::find_losses(*session_, live, compare_layouts(*diff.from, *diff.to, Extras::drop),
                            diff.renames);
}

result<int64_t> MysqlTarget::count_rows(const std::string& table) {
  TRIVET_TRY(Session* const open, session());
  TRIVET_TRY(
      const auto rows,
      open->query(
          "SELECT COALESCE(TABLE_ROWS, 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
          "DATABASE() AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME = " +
          quote_literal(table)));
  if (rows.empty()) return 0;
  const int64_t estimate = std::strtoll(rows[0][0].c_str(), nullptr, 10);
  if (estimate >= counted_rows_max) return estimate;
  return open->query_integer("SELECT COUNT(*) FROM " + quote_identifier(table));
}

result<std::unique_ptr<sql::MigrationLock>> MysqlTarget::lock(std::chrono::seconds wait) {
  TRIVET_CHECK(session());
  TRIVET_TRY(auto holder, Session::open(options_.database));
  TRIVET_TRY(const int64_t taken,
             holder->query_integer(std::string("SELECT GET_LOCK(") + migration_lock + ", " +
                                   std::to_string(wait.count()) + ")"));
  if (taken != 1)
    return fail(ErrorCode::lock_not_available,
                "another process is migrating " + place() +
                    ", or another database of its server, "
                    "Trivet's or Prisma's",
                {}, "wait for it; --wait SECONDS waits longer");
  return std::make_unique<SessionLock>(std::move(holder));
}

result<std::unique_ptr<sql::MigrationTarget>> MysqlTarget::shadow() {
  TRIVET_CHECK(session());
  TRIVET_TRY(auto made, ShadowDatabase::make(options_.database, options_.shadow_url, ids_.uuid4()));
  MysqlTargetOptions options;
  options.database = made->options();
  options.place = "the shadow database";
  options.lock_timeout = options_.lock_timeout;
  auto target = std::make_unique<MysqlTarget>(std::move(options), clock_, random_);
  target->shadow_ = std::move(made);
  return target;
}

}  // namespace trivet::store::mysql
