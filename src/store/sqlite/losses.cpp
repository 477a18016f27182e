#include "store/sqlite/losses.h"

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
  LossFinder(Connection& connection, const DatabaseDescription& live,
             const std::vector<sql::Rename>& renames)
      : connection_(connection), live_(live), renames_(renames) {}

  result<void> find(const TableChange& change) {
    if (change.from == nullptr) return {};
    table_ = live_.find_table(sql::name_before(renames_, change.from->name));
    if (table_ == nullptr) return {};
    from_ = "FROM " + quote_identifier(table_->name);
    if (change.kind == TableChange::Kind::rebuild) TRIVET_CHECK(extras(change));
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

  std::vector<Loss> take() { return std::move(losses_); }

 private:
  // The column that is there now; null if there is none yet.
  const ColumnDescription* live_column(const TableChange& change, const std::string& name) const {
    return table_->find_column(sql::name_before(renames_, change.from->name, name));
  }

  void add(LossKind kind, const TableDescription& table, const std::string& column, int64_t rows,
           std::string text) {
    losses_.push_back({kind, table.name, column, rows, std::move(text)});
  }

  // What no schema says: it goes with the table that is replaced.
  result<void> extras(const TableChange& change) {
    const std::string of_table = "tbl_name = " + sql::quote_literal(table_->name);
    const std::string why =
        " would be dropped, since table \"" + change.from->name + "\" is rebuilt";
    TRIVET_TRY(const auto rows,
               query_text(connection_, "SELECT type, name, sql FROM sqlite_schema WHERE " +
                                           of_table + " AND type IN ('trigger', 'table')"));
    for (const TextRow& row : rows) {
      if (row[1].starts_with("_trivet"))
        continue;  // ours, and made again when it is missed
      if (row[0] == "trigger")
        add(LossKind::extra_dropped, *change.from, "", 1, "trigger \"" + row[1] + "\"" + why);
      else if (holds_check(row[2]))
        add(LossKind::extra_dropped, *change.from, "", 1,
            "what CHECK asks of \"" + row[1] + "\"" + why);
    }
    return {};
  }

  static bool holds_check(const std::string& create_table) {
    for (const sql::SqlStatement& statement : sql::split_script(create_table))
      for (const sql::SqlToken& token : statement.tokens)
        if (token.kind == sql::TokenKind::word && token.text == "CHECK") return true;
    return false;
  }

  result<void> old_column(const TableChange& change, const ColumnDescription& column) {
    const TableDescription& table = *change.from;
    const ColumnDescription* live = live_column(change, column.name);
    if (live == nullptr) return {};
    const std::string name = quote_identifier(live->name);
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
      const ColumnDescription* live = change.from->find_column(column.name) == nullptr
                                          ? nullptr
                                          : live_column(change, column.name);
      if (live == nullptr) return {};
      columns += (columns.empty() ? "" : ", ") + quote_identifier(live->name);
      present += " AND " + quote_identifier(live->name) + " IS NOT NULL";
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
  const DatabaseDescription& live_;
  const std::vector<sql::Rename>& renames_;
  std::vector<Loss> losses_;
  const TableDescription* table_ = nullptr;  // as it is now
  std::string from_;
  int64_t rows_ = 0;
};

}  // namespace

result<std::vector<Loss>> find_losses(Connection& connection, const DatabaseDescription& live,
                                      const std::vector<sql::TableChange>& changes,
                                      const std::vector<sql::Rename>& renames) {
  LossFinder finder(connection, live, renames);
  for (const TableChange& change : changes) TRIVET_CHECK(finder.find(change));
  return finder.take();
}

}  // namespace trivet::store::sqlite
