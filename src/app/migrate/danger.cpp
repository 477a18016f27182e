#include "app/migrate/danger.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/sql/render.h"

namespace trivet::app {
namespace {

using store::ColumnDescription;
using store::Loss;
using store::LossKind;
using store::sql::quote_identifier;
using store::sql::TableChange;

std::string grouped(int64_t rows) { return fmt::format("{} {}", rows, rows == 1 ? "row" : "rows"); }

std::string quoted(const std::string& table, const std::string& column) {
  return quote_identifier(table) + "." + quote_identifier(column);
}

std::string fill_in_batches(std::string_view row, const std::string& table,
                            const std::string& column) {
  const std::string some =
      row.empty() ? fmt::format("{} IS NULL LIMIT 1000", quote_identifier(column))
                  : fmt::format("{2} IN (SELECT {2} FROM {0} WHERE {1} IS NULL LIMIT 1000)",
                                quote_identifier(table), quote_identifier(column), row);
  return fmt::format(
      "in three releases: add it optional, and let the new version write it; fill the rows in "
      "batches, UPDATE {} SET {} = … WHERE {}, until none is left; then require it",
      quote_identifier(table), quote_identifier(column), some);
}

std::string loss_advice(std::string_view row, const Loss& loss) {
  switch (loss.kind) {
    case LossKind::table_dropped:
      return fmt::format("keep a copy (trivet export {} FILE), and drop it once no version uses it",
                         schema::told_name(loss.table));
    case LossKind::column_dropped:
      return "copy what matters first, and drop it once no version uses it";
    case LossKind::type_changed:
      return "add a column of the new type, fill it, and drop the old one in a later migration";
    case LossKind::required_added:
    case LossKind::required_set:
      return fill_in_batches(row, loss.table, loss.column);
    case LossKind::extra_dropped:
      return "write it into the script again, where the table is made or behind it";
    case LossKind::unique_added:
      return "resolve the duplicates first, in this migration or before it";
  }
  return {};
}

class DangerFinder {
 public:
  DangerFinder(store::sql::MigrationTarget& live, const store::sql::LayoutDiff& diff,
               const store::sql::ScriptFacts& facts)
      : live_(live), diff_(diff), facts_(facts) {}

  result<std::vector<Danger>> find(const std::vector<store::sql::Rename>& earlier) {
    renames_ = earlier;
    renames_.insert(renames_.end(), diff_.renames.begin(), diff_.renames.end());
    store::sql::LayoutDiff since_now = diff_;
    since_now.renames = renames_;
    TRIVET_TRY(const std::vector<Loss> losses, live_.find_losses(since_now));
    for (const Loss& loss : losses)
      found_.push_back({loss.is_impossible() ? DangerKind::fails : DangerKind::loses_data,
                        loss.table, loss.column, loss.rows, loss.text,
                        loss_advice(live_.row_locator(), loss)});
    for (const store::sql::Rename& rename : diff_.renames) TRIVET_CHECK(renamed(rename));
    for (const TableChange& change : diff_.changes) TRIVET_CHECK(changed(change));
    for (const store::sql::TableCost& cost : live_.find_costs(diff_, facts_))
      TRIVET_CHECK(costs(cost));
    TRIVET_CHECK(script());
    for (Danger& danger : found_) danger.table = schema::told_name(danger.table);
    return std::move(found_);
  }

 private:
  result<int64_t> rows_of(const std::string& table) {
    return live_.count_rows(store::sql::name_before(renames_, table));
  }

  void breaks(const std::string& table, const std::string& column, int64_t rows,
              const std::string& text, std::string advice) {
    found_.push_back({DangerKind::breaks_running, table, column, rows,
                      text + ": a version that still runs meets errors", std::move(advice)});
  }

  result<void> renamed(const store::sql::Rename& rename) {
    if (rename.column.empty()) {
      TRIVET_TRY(const int64_t rows, rows_of(rename.to));
      breaks(rename.to, {}, rows,
             fmt::format("table {} is renamed to {}", quote_identifier(rename.table),
                         quote_identifier(rename.to)),
             fmt::format("keep the name in the database, with @@map(\"{}\")", schema::split_name(rename.table).name));
      return {};
    }
    TRIVET_TRY(const int64_t rows, rows_of(rename.table));
    breaks(
        rename.table, rename.to, rows,
        fmt::format("column {} is renamed to {}", quoted(rename.table, rename.column),
                    quote_identifier(rename.to)),
        fmt::format("keep the name in the database, with @map(\"{}\"); or in three releases: add "
                    "the new column and write both, fill it in batches, drop the old one",
                    rename.column));
    return {};
  }

  result<void> changed(const TableChange& change) {
    if (change.from == nullptr) return {};
    TRIVET_TRY(const int64_t rows, rows_of(change.from->name));
    if (change.kind == TableChange::Kind::drop) {
      breaks(change.from->name, {}, rows,
             fmt::format("table {} is dropped with its rows", quote_identifier(change.from->name)),
             "first release a version that doesn't use it");
      return {};
    }
    for (const ColumnDescription& column : change.from->columns) old_column(change, column, rows);
    for (const ColumnDescription& column : change.added_columns) new_column(change, column, rows);
    return {};
  }

  result<void> costs(const store::sql::TableCost& cost) {
    TRIVET_TRY(const int64_t rows, rows_of(cost.table));
    if (rows < big_table_rows) return {};
    const bool rewrites = cost.kind == store::sql::TableCost::Kind::rewrite;
    found_.push_back(
        {rewrites ? DangerKind::rewrites_table : DangerKind::locks_table, cost.table, cost.column,
         rows, fmt::format("{}, {}, and {} wait meanwhile", cost.what, grouped(rows), cost.who),
         cost.advice});
    return {};
  }

  void old_column(const TableChange& change, const ColumnDescription& column, int64_t rows) {
    const std::string& table = change.to->name;
    const ColumnDescription* to = change.to->find_column(column.name);
    if (to == nullptr)
      return breaks(table, column.name, rows,
                    fmt::format("column {} is dropped with its values", quoted(table, column.name)),
                    "first release a version that doesn't use it");
    if (to->required && !column.required)
      breaks(table, column.name, rows,
             fmt::format("column {} becomes required", quoted(table, column.name)),
             fill_in_batches(live_.row_locator(), table, column.name));
    const bool is_changed = std::ranges::any_of(
        change.changed_columns, [&](const auto& changed) { return changed.to == to; });
    if (to->type != column.type && is_changed)
      breaks(table, column.name, rows,
             fmt::format("column {} changes from {} to {}", quoted(table, column.name), column.type,
                         to->type),
             "add a column of the new type, fill it, and drop the old one in a later migration");
  }

  void new_column(const TableChange& change, const ColumnDescription& column, int64_t rows) {
    if (!column.required || !column.default_sql.empty() || column.autoincrement) return;
    breaks(change.to->name, column.name, rows,
           fmt::format("column {} is new, required and without default",
                       quoted(change.to->name, column.name)),
           "give it a default, or: " + fill_in_batches(live_.row_locator(), change.to->name, column.name));
  }

  // What the layouts don't show.
  result<void> script() {
    for (const std::string& table : facts_.emptied_tables)
      TRIVET_CHECK(lost(table, {}, "the script deletes rows of table " + quote_identifier(table)));
    for (const std::string& table : facts_.dropped_tables)
      TRIVET_CHECK(
          lost(table, {}, "the script drops table " + quote_identifier(table) + " with its rows"));
    for (const store::sql::Rename& dropped : facts_.dropped_columns)
      TRIVET_CHECK(lost(dropped.table, dropped.column,
                        "the script drops column " + quoted(dropped.table, dropped.column)));
    return {};
  }

  result<void> lost(const std::string& table, const std::string& column, std::string text) {
    const bool is_known = std::ranges::any_of(found_, [&](const Danger& danger) {
      return danger.kind == DangerKind::loses_data && danger.table == table &&
             danger.column == column;
    });
    TRIVET_TRY(const int64_t rows, rows_of(table));
    if (is_known || rows == 0) return {};
    // A column that the layouts show as dropped holds no value, else it would be known.
    const bool is_shown = !column.empty() && std::ranges::any_of(found_, [&](const Danger& danger) {
      return danger.table == table && danger.column == column;
    });
    if (is_shown) return {};
    found_.push_back({DangerKind::loses_data, table, column, rows, std::move(text), {}});
    return {};
  }

  store::sql::MigrationTarget& live_;
  const store::sql::LayoutDiff& diff_;
  const store::sql::ScriptFacts& facts_;
  std::vector<store::sql::Rename> renames_;  // since now
  std::vector<Danger> found_;
};

}  // namespace

std::string_view danger_name(DangerKind kind) {
  switch (kind) {
    case DangerKind::loses_data:
      return "loses_data";
    case DangerKind::fails:
      return "fails";
    case DangerKind::rewrites_table:
      return "rewrites_table";
    case DangerKind::locks_table:
      return "locks_table";
    case DangerKind::breaks_running:
      return "breaks_running";
  }
  return {};
}

result<std::vector<Danger>> find_dangers(store::sql::MigrationTarget& live,
                                         const store::sql::LayoutDiff& diff,
                                         const store::sql::ScriptFacts& facts,
                                         const std::vector<store::sql::Rename>& earlier) {
  return DangerFinder(live, diff, facts).find(earlier);
}

std::vector<Danger> refused_dangers(const std::vector<Danger>& dangers, const Accepted& accepted) {
  std::vector<Danger> refused;
  for (const Danger& danger : dangers) {
    const bool stands = (danger.kind == DangerKind::loses_data && !accepted.data_loss) ||
                        (danger.kind == DangerKind::breaks_running && !accepted.breaking);
    if (stands && danger.rows > 0) refused.push_back(danger);
  }
  return refused;
}

}  // namespace trivet::app
