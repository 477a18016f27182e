#include "store/sqlite/migrate.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "store/sql/ddl.h"
#include "store/sql/render.h"
#include "store/sqlite/introspect.h"

namespace trivet::store::sqlite {

namespace {

using sql::quote_identifier;
using sql::TableChange;

std::string plural(int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

// Counts what a change would destroy.
class LossFinder {
 public:
  LossFinder(Connection& connection, std::vector<Loss>& losses)
      : connection_(connection), losses_(losses) {}

  result<void> find(const TableChange& change) {
    if (change.from == nullptr) return {};
    from_ = "FROM " + quote_identifier(change.from->name);
    TRIVET_TRY(rows_, connection_.query_integer("SELECT count(*) " + from_));
    if (rows_ == 0) return {};
    if (change.kind == TableChange::Kind::drop) {
      add(LossKind::table_dropped, *change.from, "", rows_,
          "table \"" + change.from->name + "\" would be dropped with its " + plural(rows_, "row"));
      return {};
    }
    for (const ColumnDescription& column : change.from->columns)
      TRIVET_CHECK(old_column(change, column));
    for (const ColumnDescription& column : change.added_columns) new_column(change, column);
    for (const IndexDescription& index : change.added_indexes)
      TRIVET_CHECK(new_index(change, index));
    return {};
  }

 private:
  void add(LossKind kind, const TableDescription& table, const std::string& column, int64_t rows,
           std::string text) {
    losses_.push_back({kind, table.name, column, rows, std::move(text)});
  }

  result<void> old_column(const TableChange& change, const ColumnDescription& column) {
    const TableDescription& table = *change.from;
    const std::string name = quote_identifier(column.name);
    const std::string where = "\"" + table.name + "\".\"" + column.name + "\"";
    const ColumnDescription* to = change.to->find_column(column.name);
    TRIVET_TRY(const int64_t filled,
               connection_.query_integer("SELECT count(" + name + ") " + from_));
    if (to == nullptr) {
      if (filled > 0)
        add(LossKind::column_dropped, table, column.name, filled,
            "column " + where + " would be dropped with its " + plural(filled, "value"));
      return {};
    }
    if (to->required && !column.required && filled < rows_ && to->default_sql.empty())
      add(LossKind::required_set, table, column.name, rows_ - filled,
          "column " + where + " becomes required, but " + plural(rows_ - filled, "row") +
              " have no value: give them one, or give the field a @default");
    if (to->type == column.type || filled == 0 || sql::same_column(column, *to)) return {};
    TRIVET_TRY(const int64_t changed,
               connection_.query_integer("SELECT count(*) " + from_ + " WHERE CAST(" + name +
                                         " AS " + affinity(to->type) + ") IS NOT " + name));
    if (changed > 0)
      add(LossKind::type_changed, table, column.name, changed,
          "column " + where + " changes from " + column.type + " to " + to->type + ": " +
              plural(changed, "value") + " would change");
    return {};
  }

  // The type name that makes CAST convert as the column would.
  static std::string affinity(const std::string& type) {
    if (type == "TEXT" || type == "BLOB" || type == "REAL") return type;
    if (type == "INTEGER" || type == "BIGINT") return "INTEGER";
    return "NUMERIC";
  }

  void new_column(const TableChange& change, const ColumnDescription& column) {
    if (!column.required || !column.default_sql.empty() || column.autoincrement) return;
    add(LossKind::required_added, *change.from, column.name, rows_,
        "column \"" + change.from->name + "\".\"" + column.name +
            "\" is required and has no default, but the table has " + plural(rows_, "row") +
            ": make it optional, or give the field a @default");
  }

  result<void> new_index(const TableChange& change, const IndexDescription& index) {
    if (!index.unique) return {};
    std::string columns;
    std::string present;
    for (const IndexColumnDescription& column : index.columns) {
      if (change.from->find_column(column.name) == nullptr) return {};
      columns += (columns.empty() ? "" : ", ") + quote_identifier(column.name);
      present += " AND " + quote_identifier(column.name) + " IS NOT NULL";
    }
    const std::string condition = index.where_sql.empty() ? "1" : "(" + index.where_sql + ")";
    TRIVET_TRY(const int64_t doubles,
               connection_.query_integer("SELECT count(*) FROM (SELECT 1 " + from_ + " WHERE " +
                                         condition + present + " GROUP BY " + columns +
                                         " HAVING count(*) > 1)"));
    if (doubles > 0)
      add(LossKind::unique_added, *change.from, "", doubles,
          "unique key \"" + index.name + "\" can't be made: " + plural(doubles, "value") +
              " of \"" + change.from->name + "\" (" + columns + ") occur more than once");
    return {};
  }

  Connection& connection_;
  std::vector<Loss>& losses_;
  std::string from_;
  int64_t rows_ = 0;
};

result<void> check_losses(const Migration& migration, DataLoss data_loss) {
  std::string details;
  bool impossible = false;
  for (const Loss& loss : migration.losses) {
    if (data_loss == DataLoss::accept && !loss.is_impossible()) continue;
    impossible = impossible || loss.is_impossible();
    details += (details.empty() ? "" : "\n") + loss.text;
  }
  if (details.empty()) return {};
  if (impossible)
    return fail(ErrorCode::would_lose_data,
                "the migration can't be applied to the data that is there", details);
  return fail(ErrorCode::would_lose_data, "the migration would lose data", details,
              "run it with --accept-data-loss if that is meant");
}

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
              "the migration would leave " + plural(orphans, "row") +
                  " whose foreign key points to nothing",
              {}, "change these rows first, or drop the relation");
}

}  // namespace

result<DatabaseDescription> describe_database(const SqliteOptions& options) {
  TRIVET_TRY(const auto connection, Connection::open(options, Access::read));
  connection->set_busy_timeout(options.busy_timeout);
  return introspect(*connection);
}

result<Migration> plan_migration(const SqliteOptions& options, const schema::Schema& schema) {
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
  LossFinder losses(*connection, migration.losses);
  for (const TableChange& change : sql::compare_databases(from, to)) {
    TRIVET_CHECK(losses.find(change));
    migration.steps.push_back(sql::render_change(change));
  }
  return migration;
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
