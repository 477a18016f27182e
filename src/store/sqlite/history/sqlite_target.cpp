#include "store/sqlite/history/sqlite_target.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "store/sql/ddl.h"
#include "store/sql/render.h"
#include "store/sqlite/history/file_lock.h"
#include "store/sqlite/history/script_runner.h"
#include "store/sqlite/introspect.h"
#include "store/sqlite/losses.h"

namespace trivet::store::sqlite {
namespace {

constexpr const char* in_memory = ":memory:";

// As Prisma writes it, to the letter.
constexpr const char* history_table = R"sql(CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
))sql";

// Prisma's drivers write milliseconds or ISO 8601.
constexpr const char* history_query =
    "SELECT id, migration_name, checksum, coalesce(logs, ''), finished_at IS NOT NULL, "
    "rolled_back_at IS NOT NULL FROM _prisma_migrations ORDER BY CASE typeof(started_at) WHEN "
    "'text' THEN CAST(unixepoch(started_at, 'subsec') * 1000 AS INTEGER) ELSE started_at END, "
    "rowid";

std::string words_of(const Error& error) {
  return error.details.empty() ? error.message : error.message + "\n" + error.details;
}

bool is_in_transaction(Connection& connection) {
  return sqlite3_get_autocommit(connection.db()) == 0;
}

// A script may leave its last transaction open.
result<void> finish_transaction(Connection& connection) {
  if (!is_in_transaction(connection)) return {};
  return connection.execute("COMMIT");
}

}  // namespace

result<Connection*> SqliteTarget::reading() {
  if (writer_) return writer_.get();
  if (options_.path == in_memory) return writing();
  std::error_code ignored;
  if (!std::filesystem::exists(options_.path, ignored)) return nullptr;
  if (!reader_) {
    TRIVET_TRY(reader_, Connection::open(options_, Access::read));
  }
  return reader_.get();
}

result<Connection*> SqliteTarget::writing() {
  if (!writer_) {
    TRIVET_TRY(writer_, Connection::open(options_, Access::write));
  }
  return writer_.get();
}

result<DatabaseDescription> SqliteTarget::describe() {
  TRIVET_TRY(Connection* const connection, reading());
  if (connection == nullptr) return DatabaseDescription{};
  TRIVET_TRY(DatabaseDescription layout, introspect(*connection));
  return sql::without_tool_tables(std::move(layout));
}

result<DatabaseDescription> SqliteTarget::layout_of(const schema::Schema& schema) {
  return sql::describe_schema(schema);
}

sql::LayoutDiff SqliteTarget::diff(const DatabaseDescription& from, const DatabaseDescription& to,
                                   const std::vector<sql::Rename>& renames) const {
  return sql::diff_layouts(from, to, renames);
}

sql::ScriptFacts SqliteTarget::read_script(std::string_view script) const {
  return sql::read_script(script);
}

std::vector<sql::TableCost> SqliteTarget::find_costs(const sql::LayoutDiff& diff,
                                                     const sql::ScriptFacts&) const {
  using enum sql::TableCost::Kind;
  std::vector<sql::TableCost> costs;
  for (const sql::TableChange& change : diff.changes) {
    if (change.from == nullptr || change.to == nullptr) continue;
    const std::string table = "table " + sql::quote_identifier(change.to->name);
    if (change.kind == sql::TableChange::Kind::rebuild)
      costs.push_back({rewrite, change.to->name, {}, table + " is rewritten", "writers",
                       "apply it at a quiet hour; adding an optional column, a column with a "
                       "constant default or an index rewrites nothing"});
    else if (!change.added_indexes.empty())
      costs.push_back({lock, change.to->name, {}, "an index of " + table + " is built", "writers",
                       "apply it at a quiet hour"});
  }
  return costs;
}

std::string SqliteTarget::render(const sql::LayoutDiff& diff) const {
  return sql::render_script(diff);
}

result<bool> SqliteTarget::is_empty() {
  TRIVET_TRY(Connection* const connection, reading());
  if (connection == nullptr) return true;
  TRIVET_TRY(const auto rows, query_text(*connection, "SELECT tbl_name FROM sqlite_schema"));
  for (const TextRow& row : rows)
    if (!sql::is_tool_table(row[0])) return false;
  return true;
}

result<std::string> SqliteTarget::dump_layout() {
  std::string script;
  TRIVET_TRY(Connection* const connection, reading());
  if (connection == nullptr) return script;
  // A virtual table makes its shadow tables itself.
  TRIVET_TRY(const auto rows,
             query_text(*connection,
                        "SELECT tbl_name, type, sql FROM sqlite_schema AS s WHERE sql IS NOT NULL "
                        "AND NOT EXISTS (SELECT 1 FROM pragma_table_list(s.tbl_name) WHERE schema "
                        "= 'main' AND type = 'shadow') ORDER BY CASE type WHEN 'table' THEN 0 WHEN "
                        "'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, rowid"));
  for (const TextRow& row : rows) {
    if (sql::is_tool_table(row[0])) continue;
    std::string kind = row[1];
    kind.front() = static_cast<char>(kind.front() - 'a' + 'A');
    script += (script.empty() ? "-- Create" : "\n-- Create") + kind + "\n" + row[2] + ";\n";
  }
  return script;
}

result<std::optional<std::vector<sql::MigrationRecord>>> SqliteTarget::history() {
  std::vector<sql::MigrationRecord> records;
  TRIVET_TRY(Connection* const connection, reading());
  if (connection == nullptr) return std::nullopt;
  TRIVET_TRY(const int64_t exists,
             connection->query_integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' "
                                       "AND name = '_prisma_migrations'"));
  if (exists == 0) return std::nullopt;
  TRIVET_TRY(const auto rows, query_text(*connection, history_query));
  for (const TextRow& row : rows) {
    using enum sql::MigrationState;
    records.push_back({row[0], row[1], row[2], row[3],
                       row[5] == "1"   ? rolled_back
                       : row[4] == "1" ? applied
                                       : failed});
  }
  return records;
}

std::string SqliteTarget::now_sql() const {
  const std::string ms = std::to_string(clock_.now_us() / 1000);
  return "(SELECT CASE WHEN EXISTS (SELECT 1 FROM _prisma_migrations WHERE typeof(started_at) = "
         "'text') THEN strftime('%Y-%m-%dT%H:%M:%f+00:00', " +
         ms + " / 1000.0, 'unixepoch') ELSE " + ms + " END)";
}

result<void> SqliteTarget::create_history(Connection& connection) {
  return connection.execute(history_table);
}

result<std::string> SqliteTarget::insert_record(Connection& connection,
                                                const sql::MigrationScript& script,
                                                const std::string& values) {
  std::string id = ids_.uuid4();
  TRIVET_CHECK(connection.execute(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, "
      "rolled_back_at, logs, applied_steps_count) VALUES (" +
      sql::quote_literal(id) + ", " + sql::quote_literal(script.checksum) + ", " +
      sql::quote_literal(script.name) + ", " + now_sql() + ", " + values + ")"));
  return id;
}

result<void> SqliteTarget::apply(const sql::MigrationScript& script) {
  TRIVET_TRY(Connection* const connection, writing());
  TRIVET_CHECK(create_history(*connection));
  const sql::ScriptFacts facts = sql::read_script(script.sql);
  if (facts.manages_transactions) return run_openly(*connection, script);
  const result<void> done = run_atomically(*connection, facts, [&]() -> result<void> {
    TRIVET_TRY(const std::string id, insert_record(*connection, script, "NULL, NULL, NULL, 1"));
    TRIVET_CHECK(run_statements(*connection, script.sql));
    return connection->execute("UPDATE _prisma_migrations SET finished_at = " + now_sql() +
                               " WHERE id = " + sql::quote_literal(id));
  });
  if (done) return {};
  Error error = done.error();
  // Nothing of it remained, and the record says so: the next deploy may try again.
  const auto recorded =
      insert_record(*connection, script,
                    "NULL, " + now_sql() + ", " + sql::quote_literal(words_of(error)) + ", 0");
  if (!recorded) error.details += "\nand that could not be recorded: " + recorded.error().message;
  return std::unexpected(std::move(error));
}

result<void> SqliteTarget::run_openly(Connection& connection, const sql::MigrationScript& script) {
  TRIVET_TRY(const std::string id, insert_record(connection, script, "NULL, NULL, NULL, 0"));
  result<void> done = run_statements(connection, script.sql);
  if (done) done = finish_transaction(connection);
  if (!done && is_in_transaction(connection)) (void)connection.execute("ROLLBACK");
  const std::string where = " WHERE id = " + sql::quote_literal(id);
  const std::string update = done ? "finished_at = " + now_sql() + ", applied_steps_count = 1"
                                  : "logs = " + sql::quote_literal(words_of(done.error()));
  const result<void> recorded =
      connection.execute("UPDATE _prisma_migrations SET " + update + where);
  // The script may have changed any setting of the connection.
  writer_.reset();
  if (!done) return done;
  return recorded;
}

result<void> SqliteTarget::revert(const sql::MigrationRecord& record, const std::string& down) {
  TRIVET_TRY(Connection* const connection, writing());
  const sql::ScriptFacts facts = sql::read_script(down);
  if (facts.manages_transactions)
    return fail(ErrorCode::bad_config,
                "down.sql has transactions of its own, so it could stay half done", {},
                "take BEGIN, COMMIT and VACUUM out of it");
  return run_atomically(*connection, facts, [&]() -> result<void> {
    TRIVET_CHECK(run_statements(*connection, down));
    // Without finished_at, so that Prisma's `migrate resolve --applied` takes it too.
    return connection->execute(
        "UPDATE _prisma_migrations SET finished_at = NULL, logs = "
        "'rolled back with down.sql', rolled_back_at = " +
        now_sql() + " WHERE id = " + sql::quote_literal(record.id));
  });
}

result<void> SqliteTarget::mark_applied(const sql::MigrationScript& script) {
  TRIVET_TRY(Connection* const connection, writing());
  TRIVET_CHECK(create_history(*connection));
  TRIVET_CHECK(insert_record(*connection, script, now_sql() + ", NULL, '', 0"));
  return {};
}

result<void> SqliteTarget::mark_rolled_back(const sql::MigrationRecord& record) {
  TRIVET_TRY(Connection* const connection, writing());
  return connection->execute("UPDATE _prisma_migrations SET rolled_back_at = " + now_sql() +
                             " WHERE id = " + sql::quote_literal(record.id));
}

result<void> SqliteTarget::run(const std::string& script) {
  TRIVET_TRY(Connection* const connection, writing());
  const sql::ScriptFacts facts = sql::read_script(script);
  if (facts.manages_transactions) {
    TRIVET_CHECK(run_statements(*connection, script));
    return finish_transaction(*connection);
  }
  return run_atomically(*connection, facts, [&] { return run_statements(*connection, script); });
}

result<std::vector<Loss>> SqliteTarget::find_losses(const sql::LayoutDiff& diff) {
  TRIVET_TRY(Connection* const connection, reading());
  const bool takes_from = std::ranges::any_of(
      diff.changes, [](const sql::TableChange& change) { return change.from != nullptr; });
  if (connection == nullptr || !takes_from) return std::vector<Loss>();
  TRIVET_TRY(const DatabaseDescription live, describe());
  return sqlite::find_losses(*connection, live, diff.changes, diff.renames);
}

result<int64_t> SqliteTarget::count_rows(const std::string& table) {
  TRIVET_TRY(Connection* const connection, reading());
  if (connection == nullptr) return 0;
  TRIVET_TRY(const int64_t exists,
             connection->query_integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' "
                                       "AND name = " +
                                       sql::quote_literal(table)));
  if (exists == 0) return 0;
  return connection->query_integer("SELECT count(*) FROM " + sql::quote_identifier(table));
}

result<std::unique_ptr<sql::MigrationLock>> SqliteTarget::lock(std::chrono::seconds wait) {
  return lock_file(options_.path + "-migrate", wait);
}

result<std::unique_ptr<sql::MigrationTarget>> SqliteTarget::shadow() {
  SqliteOptions options = options_;
  options.path = in_memory;
  options.key.clear();
  options.missing = Missing::create;
  return std::make_unique<SqliteTarget>(std::move(options), clock_, random_);
}

}  // namespace trivet::store::sqlite
