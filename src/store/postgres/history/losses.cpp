#include "store/postgres/history/losses.h"

#include <algorithm>

#include "store/postgres/layout/losses.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

using sql::TableChange;

LayoutColumn as_layout(const ColumnDescription& column, const std::string& name) {
  return {name, column.type, column.required, column.autoincrement, column.default_sql};
}

class Finder {
 public:
  Finder(Session& session, const DatabaseDescription& live, const sql::LayoutDiff& diff)
      : live_(live), diff_(diff), counter_(session, losses_) {}

  result<std::vector<Loss>> find() {
    for (const TableChange& change : diff_.changes) TRIVET_CHECK(changed(change));
    for (const sql::EnumChange& change : diff_.enums) TRIVET_CHECK(changed(change));
    return std::move(losses_);
  }

 private:
  // Counting begins at the table that it is now; false if it isn't there yet.
  result<bool> begin(const std::string& table) {
    now_ = live_.find_table(sql::name_before(diff_.renames, table));
    if (now_ == nullptr) return false;
    table_ = {};
    table_.name = now_->name;
    TRIVET_CHECK(counter_.begin(table_));
    return true;
  }

  // Null where it isn't there yet.
  [[nodiscard]] const ColumnDescription* column_now(const std::string& table,
                                                    const std::string& column) const {
    return now_->find_column(sql::name_before(diff_.renames, table, column));
  }

  result<void> changed(const TableChange& change) {
    if (change.from == nullptr) return {};
    TRIVET_TRY(const bool is_there, begin(change.from->name));
    if (!is_there) return {};
    if (change.to == nullptr) {
      counter_.drop_table();
      return {};
    }
    for (const ColumnDescription& column : change.from->columns) {
      const ColumnDescription* const now = column_now(change.from->name, column.name);
      if (now == nullptr || change.to->find_column(column.name) != nullptr) continue;
      if (!sql::is_generated(*now))
        TRIVET_CHECK(counter_.drop_column(as_layout(*now, now->name)));
    }
    for (const ColumnDescription& column : change.added_columns)
      if (!sql::is_generated(column)) counter_.add_column(as_layout(column, column.name));
    for (const sql::ColumnChange& column : change.changed_columns) {
      const ColumnDescription* const now = column_now(change.from->name, column.from->name);
      if (now == nullptr || sql::is_generated(*now) || sql::is_generated(*column.to)) continue;
      TRIVET_CHECK(counter_.change_column(as_layout(*now, now->name),
                                          as_layout(*column.to, column.to->name)));
    }
    for (const IndexDescription& index : change.added_indexes)
      TRIVET_CHECK(added(change, index));
    return {};
  }

  result<void> added(const TableChange& change, const IndexDescription& index) {
    LayoutIndex made{index.name, index.unique, false, {}, {}, index.where_sql};
    for (const IndexColumnDescription& column : index.columns) {
      const ColumnDescription* const now =
          column.is_expression ? nullptr : column_now(change.from->name, column.name);
      if (!column.is_expression && now == nullptr) return {};
      made.keys += (made.keys.empty() ? "" : ", ") +
                   (now == nullptr ? column.name : sql::quote_identifier(now->name));
    }
    return counter_.add_unique(made);
  }

  result<void> changed(const sql::EnumChange& change) {
    if (change.from == nullptr || change.to == nullptr) return {};
    std::vector<std::string> removed;
    for (const std::string& value : change.from->values)
      if (std::ranges::find(change.to->values, value) == change.to->values.end())
        removed.push_back(value);
    if (removed.empty()) return {};
    const std::string& name = change.from->name;
    for (const TableDescription& table : live_.tables)
      for (const ColumnDescription& column : table.columns) {
        if (!is_of_enum(column.type, name)) continue;
        table_ = {};
        table_.name = table.name;
        TRIVET_CHECK(counter_.begin(table_));
        TRIVET_CHECK(counter_.drop_values(as_layout(column, column.name), removed));
      }
    return {};
  }

  const DatabaseDescription& live_;
  const sql::LayoutDiff& diff_;
  std::vector<Loss> losses_;
  LossFinder counter_;  // adds to losses_, looks at table_
  LayoutTable table_;
  const TableDescription* now_ = nullptr;
};

}  // namespace

result<std::vector<Loss>> find_losses(Session& session, const DatabaseDescription& live,
                                      const sql::LayoutDiff& diff) {
  return Finder(session, live, diff).find();
}

}  // namespace trivet::store::postgres
