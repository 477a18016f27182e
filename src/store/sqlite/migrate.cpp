#include "store/sqlite/migrate.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "store/sql/ddl.h"
#include "store/sqlite/introspect.h"
#include "store/sqlite/losses.h"

namespace trivet::store::sqlite {

namespace {

using sql::TableChange;

result<void> run_steps(Connection& connection, const Migration& migration) {
  for (const MigrationStep& step : migration.steps)
    for (const std::string& statement : step.sql)
      if (auto done = connection.execute(statement); !done) {
        Error error = std::move(done).error();
        error.message = "can't " + step.title + ": " + error.message;
        return std::unexpected(std::move(error));
      }
  TRIVET_TRY(const int64_t orphans,
             connection.query_integer("SELECT count(*) FROM pragma_foreign_key_check"));
  if (orphans == 0) return {};
  return fail(ErrorCode::foreign_key_violation,
              "the migration would leave " + std::to_string(orphans) +
                  (orphans == 1 ? " row" : " rows") + " whose foreign key points to nothing",
              {}, "change these rows first, or drop the relation");
}

enum class Others : uint8_t { drop, leave };

result<Migration> plan_changes(const SqliteOptions& options, const schema::Schema& schema,
                               Others others) {
  const DatabaseDescription to = sql::describe_schema(schema);
  Migration migration;
  std::error_code ignored;
  if (!std::filesystem::exists(options.path, ignored)) {
    for (const TableChange& change : sql::compare_databases({}, to))
      migration.steps.push_back(sql::render_change(change));
    return migration;
  }
  TRIVET_TRY(const auto connection, Connection::open(options, Access::read));
  connection->set_busy_timeout(options.busy_timeout);
  TRIVET_TRY(const DatabaseDescription from, introspect(*connection));
  std::vector<TableChange> changes = sql::compare_databases(from, to);
  if (others == Others::leave)
    std::erase_if(changes, [](const TableChange& change) { return change.kind == TableChange::Kind::drop; });
  for (const TableChange& change : changes) migration.steps.push_back(sql::render_change(change));
  TRIVET_TRY(migration.losses, find_losses(*connection, from, changes, {}));
  return migration;
}

}  // namespace

result<DatabaseDescription> describe_database(const SqliteOptions& options) {
  TRIVET_TRY(const auto connection, Connection::open(options, Access::read));
  connection->set_busy_timeout(options.busy_timeout);
  return introspect(*connection);
}

result<Migration> plan_migration(const SqliteOptions& options, const schema::Schema& schema) {
  return plan_changes(options, schema, Others::drop);
}

result<Migration> plan_beside(const SqliteOptions& options, const schema::Schema& schema) {
  return plan_changes(options, schema, Others::leave);
}

result<void> apply_migration(const SqliteOptions& options, const Migration& migration,
                             DataLoss data_loss) {
  TRIVET_CHECK(check_losses(migration, data_loss));
  TRIVET_TRY(const auto connection, Connection::open(options, Access::write));
  if (migration.empty()) return {};
  // SQLite's procedure for changes that ALTER TABLE lacks: constraints off, all in one transaction,
  // checked at the end.
  TRIVET_CHECK(connection->execute(
      "PRAGMA foreign_keys = 0; PRAGMA legacy_alter_table = 1; BEGIN IMMEDIATE"));
  auto done = run_steps(*connection, migration);
  if (done) done = connection->execute("COMMIT");
  if (!done && sqlite3_get_autocommit(connection->db()) == 0) (void)connection->execute("ROLLBACK");
  return done;
}

result<void> optimize_database(const SqliteOptions& options) {
  TRIVET_TRY(const auto connection, Connection::open(options, Access::write));
  return connection->execute("PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002");
}

}  // namespace trivet::store::sqlite
