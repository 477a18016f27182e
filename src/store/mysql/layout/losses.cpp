#include "store/mysql/layout/losses.h"

#include "store/sql/layout/layout_diff.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {

namespace {

using sql::quote_identifier;

std::string plural(int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

// What the change of one table would lose.
class LossFinder {
 public:
  LossFinder(Session& session, const DatabaseDescription& live,
             const std::vector<sql::Rename>& renames)
      : session_(session), live_(live), renames_(renames) {}

  std::vector<Loss> take() { return std::move(losses_); }

  result<void> look(const TableDifference& difference) {
    if (difference.from == nullptr) return {};
    new_table_ = difference.from->name;
    now_ = live_.find_table(sql::name_before(renames_, new_table_));
    if (now_ == nullptr) return {};
    table_ = now_->name;
    from_ = " FROM " + quote_identifier(table_);
    TRIVET_TRY(rows_, session_.query_integer("SELECT COUNT(*)" + from_));
    if (rows_ == 0) return {};
    if (difference.to == nullptr) {
      add(LossKind::table_dropped, "", rows_,
          "table \"" + table_ + "\" would be dropped with its " + plural(rows_, "row"));
      return {};
    }
    for (const ColumnDescription* column : difference.dropped_columns)
      if (const ColumnDescription* now = column_now(column->name)) TRIVET_CHECK(drop_column(*now));
    for (const ColumnDescription* column : difference.added_columns)
      if (column->required && column->default_sql.empty() && !column->autoincrement)
        add(LossKind::required_added, column->name, rows_,
            "column " + place(column->name) +
                " is required and has no default, but the table has " + plural(rows_, "row") +
                ": make it optional, or give the field a @default");
    for (const TableDifference::Change& change : difference.changed_columns)
      if (const ColumnDescription* now = column_now(change.from->name))
        TRIVET_CHECK(change_column(*now, *change.to));
    for (const IndexDescription* index : difference.added_indexes) TRIVET_CHECK(add_unique(*index));
    return {};
  }

 private:
  // Null where it isn't there yet.
  [[nodiscard]] const ColumnDescription* column_now(const std::string& column) const {
    return now_->find_column(sql::name_before(renames_, new_table_, column));
  }
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
      TRIVET_TRY(const int64_t gone, count(name + " IS NOT NULL AND " + name + " NOT IN (" +
                                           new_type.substr(5, new_type.size() - 6) + ")"));
      if (gone > 0)
        add(LossKind::required_set, from.name, gone,
            "values of " + place(from.name) + " leave its enum, but " + plural(gone, "row") +
                " have them: change them first");
      return {};
    }
    add(LossKind::type_changed, from.name, filled,
        "column " + place(from.name) + " changes from " + old_type + " to " + new_type +
            ", with its " + plural(filled, "value"));
    return {};
  }

  result<void> add_unique(const IndexDescription& index) {
    if (!index.unique) return {};
    std::string columns;
    std::string given;
    for (const IndexColumnDescription& column : index.columns) {
      const ColumnDescription* const now = column_now(column.name);
      if (now == nullptr) return {};  // nothing is there yet that could be double
      const std::string name = quote_identifier(now->name);
      columns += (columns.empty() ? "" : ", ") + name;
      given += (given.empty() ? "" : " AND ") + name + " IS NOT NULL";
    }
    TRIVET_TRY(const int64_t doubles,
               session_.query_integer("SELECT COUNT(*) FROM (SELECT 1" + from_ + " WHERE " + given +
                                      " GROUP BY " + columns + " HAVING COUNT(*) > 1) AS doubles"));
    if (doubles == 0) return {};
    add(LossKind::unique_added, "", doubles,
        "unique key \"" + index.name + "\" can't be made: " + plural(doubles, "value") + " of \"" +
            table_ + "\" (" + columns + ") occur more than once");
    return {};
  }

  Session& session_;
  const DatabaseDescription& live_;
  const std::vector<sql::Rename>& renames_;
  std::vector<Loss> losses_;
  const TableDescription* now_ = nullptr;
  std::string new_table_;
  std::string table_;
  std::string from_;
  int64_t rows_ = 0;
};

}  // namespace

result<std::vector<Loss>> find_losses(Session& session, const DatabaseDescription& live,
                                      const std::vector<TableDifference>& differences,
                                      const std::vector<sql::Rename>& renames) {
  LossFinder finder(session, live, renames);
  for (const TableDifference& difference : differences) TRIVET_CHECK(finder.look(difference));
  return finder.take();
}

}  // namespace trivet::store::mysql
