#include "store/mysql/layout/migrate.h"

#include "store/mysql/layout/ddl.h"
#include "store/mysql/layout/describe.h"
#include "store/mysql/layout/difference.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {

namespace {

using sql::quote_identifier;
using sql::quote_literal;

constexpr int lock_wait_seconds = 600;

std::string plural(int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

// What the change of one table would lose.
class LossFinder {
 public:
  LossFinder(Session& session, std::vector<Loss>& losses) : session_(session), losses_(losses) {}

  result<void> look(const TableDifference& difference) {
    if (difference.from == nullptr) return {};
    table_ = difference.from->name;
    from_ = " FROM " + quote_identifier(table_);
    TRIVET_TRY(rows_, session_.query_integer("SELECT COUNT(*)" + from_));
    if (rows_ == 0) return {};
    if (difference.to == nullptr) {
      add(LossKind::table_dropped, "", rows_,
          "table \"" + table_ + "\" would be dropped with its " + plural(rows_, "row"));
      return {};
    }
    for (const ColumnDescription* column : difference.dropped_columns)
      TRIVET_CHECK(drop_column(*column));
    for (const ColumnDescription* column : difference.added_columns)
      if (column->required && column->default_sql.empty() && !column->autoincrement)
        add(LossKind::required_added, column->name, rows_,
            "column " + place(column->name) + " is required and has no default, but the table has " +
                plural(rows_, "row") + ": make it optional, or give the field a @default");
    for (const TableDifference::Change& change : difference.changed_columns)
      TRIVET_CHECK(change_column(*change.from, *change.to));
    for (const IndexDescription* index : difference.added_indexes) TRIVET_CHECK(add_unique(*index));
    return {};
  }

 private:
  void add(LossKind kind, const std::string& column, int64_t rows, std::string text) {
    losses_.push_back({kind, table_, column, rows, std::move(text)});
  }
  [[nodiscard]] std::string place(const std::string& column) const {
    return "\"" + table_ + "\".\"" + column + "\"";
  }
  result<int64_t> count(const std::string& where) {
    return session_.query_integer("SELECT COUNT(*)" + from_ + " WHERE " + where);
  }

  result<void> drop_column(const ColumnDescription& column) {
    TRIVET_TRY(const int64_t filled, count(quote_identifier(column.name) + " IS NOT NULL"));
    if (filled > 0)
      add(LossKind::column_dropped, column.name, filled,
          "column " + place(column.name) + " would be dropped with its " + plural(filled, "value"));
    return {};
  }

  result<void> change_column(const ColumnDescription& from, const ColumnDescription& to) {
    const std::string name = quote_identifier(from.name);
    TRIVET_TRY(const int64_t filled, count(name + " IS NOT NULL"));
    if (to.required && !from.required && filled < rows_)
      add(LossKind::required_set, from.name, rows_ - filled,
          "column " + place(from.name) + " becomes required, but " + plural(rows_ - filled, "row") +
              " have no value: give them one first");
    const std::string old_type = normal_type(from.type);
    const std::string new_type = normal_type(to.type);
    if (old_type == new_type || filled == 0) return {};
    // Only for enums is it known which values would be lost.
    if (old_type.starts_with("enum(") && new_type.starts_with("enum(")) {
      TRIVET_TRY(const int64_t gone,
                 count(name + " IS NOT NULL AND " + name + " NOT IN (" +
                       new_type.substr(5, new_type.size() - 6) + ")"));
      if (gone > 0)
        add(LossKind::required_set, from.name, gone,
            "values of " + place(from.name) + " leave its enum, but " + plural(gone, "row") +
                " have them: change them first");
      return {};
    }
    add(LossKind::type_changed, from.name, filled,
        "column " + place(from.name) + " changes from " + old_type + " to " + new_type + ", with its " +
            plural(filled, "value"));
    return {};
  }

  result<void> add_unique(const IndexDescription& index) {
    if (!index.unique) return {};
    std::string columns;
    std::string given;
    for (const IndexColumnDescription& column : index.columns) {
      columns += (columns.empty() ? "" : ", ") + quote_identifier(column.name);
      given += (given.empty() ? "" : " AND ") + quote_identifier(column.name) + " IS NOT NULL";
    }
    // A key over a column that is new has no doubles yet that could be counted.
    const auto doubles =
        session_.query_integer("SELECT COUNT(*) FROM (SELECT 1" + from_ + " WHERE " + given +
                               " GROUP BY " + columns + " HAVING COUNT(*) > 1) AS doubles");
    if (!doubles || *doubles == 0) return {};
    add(LossKind::unique_added, "", *doubles,
        "unique key \"" + index.name + "\" can't be made: " + plural(*doubles, "value") + " of \"" +
            table_ + "\" (" + columns + ") occur more than once");
    return {};
  }

  Session& session_;
  std::vector<Loss>& losses_;
  std::string table_;
  std::string from_;
  int64_t rows_ = 0;
};

}  // namespace

result<Migration> plan_migration(const MysqlOptions& options, const schema::Schema& schema,
                                 Extras extras) {
  TRIVET_TRY(const auto session, Session::open(options));
  TRIVET_TRY(const DatabaseDescription from, describe_database(*session));
  const DatabaseDescription to = describe_schema(schema);
  const std::vector<TableDifference> differences = compare_layouts(from, to, extras);
  Migration migration;
  migration.steps = render_differences(differences);
  LossFinder losses(*session, migration.losses);
  for (const TableDifference& difference : differences) TRIVET_CHECK(losses.look(difference));
  return migration;
}

result<void> apply_migration(const MysqlOptions& options, const Migration& migration,
                             DataLoss data_loss) {
  TRIVET_CHECK(check_losses(migration, data_loss));
  if (migration.empty()) return {};
  TRIVET_TRY(const auto session, Session::open(options));
  const std::string lock = quote_literal("trivet " + options.database);
  TRIVET_TRY(const int64_t locked,
             session->query_integer("SELECT GET_LOCK(" + lock + ", " +
                                    std::to_string(lock_wait_seconds) + ")"));
  if (locked != 1)
    return fail(ErrorCode::lock_not_available, "another process changes the database's tables", {},
                "try again when it has ended");
  for (const MigrationStep& step : migration.steps)
    for (const std::string& statement : step.sql)
      if (auto done = session->execute(statement); !done) {
        Error error = std::move(done).error();
        error.message = "can't " + step.title + ": " + error.message;
        return std::unexpected(std::move(error));
      }
  return {};
}

result<void> settle_database(const MysqlOptions& options) {
  TRIVET_TRY(const auto session, Session::open(options));
  TRIVET_TRY(const DatabaseDescription database, describe_database(*session));
  for (const TableDescription& table : database.tables)
    TRIVET_CHECK(session->execute("ANALYZE TABLE " + quote_identifier(table.name)));
  return {};
}

}  // namespace trivet::store::mysql
