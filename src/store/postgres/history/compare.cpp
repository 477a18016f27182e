#include "store/postgres/history/compare.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "store/postgres/layout/describe.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

using sql::NameChange;
using sql::TableChange;

bool same_column(const ColumnDescription& left, const ColumnDescription& right) {
  // A sequence and an identity both count up: the schema says no more.
  const bool same_value = left.autoincrement == right.autoincrement &&
                          (left.autoincrement || left.default_sql == right.default_sql);
  // A list is never null here, whether the column may be or not.
  const bool same_need = left.required == right.required || left.type.ends_with("[]");
  return same_value && left.type == right.type && same_need;
}

bool same_index(const IndexDescription& left, const IndexDescription& right) {
  return left.unique == right.unique && left.columns == right.columns &&
         left.where_sql == right.where_sql && left.method == right.method &&
         left.extra == right.extra;
}

bool same_key(const ForeignKeyDescription& left, const ForeignKeyDescription& right) {
  return left.columns == right.columns && left.to_columns == right.to_columns &&
         left.table == right.table && left.on_delete == right.on_delete &&
         left.on_update == right.on_update;
}

// Pairs what does the same, those of one name first; hands on what is left over.
template <class Item, class Same, class Paired>
void match(const std::vector<Item>& from, const std::vector<Item>& to, Same same, Paired paired,
           std::vector<Item>& dropped, std::vector<Item>& added) {
  std::vector<const Item*> left;
  for (const Item& item : from) left.push_back(&item);
  const auto take = [&](const Item& wanted, bool by_name) -> const Item* {
    const auto found = std::ranges::find_if(left, [&](const Item* item) {
      return same(*item, wanted) && (!by_name || item->name == wanted.name);
    });
    if (found == left.end()) return nullptr;
    const Item* const item = *found;
    left.erase(found);
    return item;
  };
  std::vector<const Item*> open;
  for (const Item& item : to)
    if (take(item, true) == nullptr) open.push_back(&item);
  for (const Item* item : open) {
    const Item* const old = take(*item, false);
    if (old == nullptr)
      added.push_back(*item);
    else
      paired(*old, *item);
  }
  for (const Item* item : left) dropped.push_back(*item);
}

std::optional<TableChange> compare_tables(const TableDescription& from,
                                          const TableDescription& to) {
  TableChange change{TableChange::Kind::alter, &from, &to, {}, {}, {}};
  for (const ColumnDescription& column : to.columns) {
    const ColumnDescription* old = from.find_column(column.name);
    if (old == nullptr)
      change.added_columns.push_back(column);
    else if (!same_column(*old, column))
      change.changed_columns.push_back({old, &column});
  }
  const bool drops = std::ranges::any_of(from.columns, [&](const ColumnDescription& column) {
    return to.find_column(column.name) == nullptr;
  });
  change.new_primary_key = from.primary_key != to.primary_key;
  if (!change.new_primary_key && from.primary_key_name != to.primary_key_name)
    change.renamed.push_back(
        {NameChange::Kind::constraint, from.primary_key_name, to.primary_key_name});
  match(
      from.indexes, to.indexes, same_index,
      [&](const IndexDescription& old, const IndexDescription& index) {
        change.renamed.push_back({NameChange::Kind::index, old.name, index.name});
      },
      change.dropped_indexes, change.added_indexes);
  match(
      from.foreign_keys, to.foreign_keys, same_key,
      [&](const ForeignKeyDescription& old, const ForeignKeyDescription& key) {
        change.renamed.push_back({NameChange::Kind::constraint, old.name, key.name});
      },
      change.dropped_keys, change.added_keys);
  const bool is_same = change.added_columns.empty() && change.changed_columns.empty() && !drops &&
                       !change.new_primary_key && change.renamed.empty() &&
                       change.dropped_indexes.empty() && change.added_indexes.empty() &&
                       change.dropped_keys.empty() && change.added_keys.empty();
  if (is_same) return std::nullopt;
  return change;
}

// The number in character varying(20).
std::optional<int64_t> length_of(std::string_view type) {
  constexpr std::string_view opening = "character varying(";
  int64_t length = 0;
  if (!type.starts_with(opening)) return std::nullopt;
  std::from_chars(type.data() + opening.size(), type.data() + type.size(), length);
  return length;
}

std::string quoted(const std::string& table) { return "table " + sql::quote_identifier(table); }

// Constants are kept beside the table; what is computed is written into each row.
bool is_written_to_rows(const ColumnDescription& column) {
  return column.autoincrement || sql::is_generated(column) ||
         (column.default_sql.find('(') != std::string::npos && column.default_sql != "now()");
}

class CostFinder {
 public:
  explicit CostFinder(const sql::ScriptFacts& facts) : facts_(facts) {}

  void find(const TableChange& change) {
    for (const ColumnDescription& column : change.added_columns)
      if (is_written_to_rows(column))
        add(Kind::rewrite, change, column.name, quoted(change.to->name) + " is rewritten",
            "readers and writers",
            "add the column without the default, set the default in a second migration, and fill "
            "the old rows in batches");
    for (const sql::ColumnChange& column : change.changed_columns) changed(change, column);
    for (const IndexDescription& index : change.added_indexes)
      if (std::ranges::find(facts_.concurrent_indexes, index.name) ==
          facts_.concurrent_indexes.end())
        add(Kind::lock, change, {}, "an index of " + quoted(change.to->name) + " is built",
            "writers",
            "give it a migration of its own (`trivet migrate dev --create-only`) and write CREATE "
            "INDEX CONCURRENTLY there");
    for (const ForeignKeyDescription& key : change.added_keys)
      add(Kind::lock, change, {},
          "foreign key " + sql::quote_identifier(key.name) + " is checked for all rows of " +
              quoted(change.to->name),
          "writers of both tables",
          "write NOT VALID behind it, and ALTER TABLE … VALIDATE CONSTRAINT into the migration "
          "after it");
  }

  void find(const sql::EnumChange& change, const DatabaseDescription& from) {
    if (change.from == nullptr || change.to == nullptr) return;
    const bool only_adds = std::ranges::includes(sorted(*change.to), sorted(*change.from));
    if (only_adds) return;
    for (const TableDescription& table : from.tables)
      for (const ColumnDescription& column : table.columns)
        if (is_of_enum(column.type, change.from->name))
          costs_.push_back({Kind::rewrite, table.name, column.name,
                            quoted(table.name) + " is rewritten, since values leave " +
                                sql::quote_identifier(change.from->name),
                            "readers and writers",
                            "let the value be, unused; or change the column to text first"});
  }

  [[nodiscard]] std::vector<sql::TableCost> take() { return std::move(costs_); }

 private:
  using Kind = sql::TableCost::Kind;

  static std::vector<std::string> sorted(const EnumDescription& type) {
    std::vector<std::string> values = type.values;
    std::ranges::sort(values);
    return values;
  }

  void add(Kind kind, const TableChange& change, const std::string& column, std::string what,
           std::string who, std::string advice) {
    costs_.push_back(
        {kind, change.to->name, column, std::move(what), std::move(who), std::move(advice)});
  }

  void changed(const TableChange& change, const sql::ColumnChange& column) {
    if (column.from->type != column.to->type && !is_widened(column.from->type, column.to->type))
      add(Kind::rewrite, change, column.to->name,
          quoted(change.to->name) + " is rewritten with its indexes", "readers and writers",
          "add a column of the new type, write both, fill it in batches, and drop the old one in a "
          "later migration");
    if (column.to->required && !column.from->required)
      add(Kind::lock, change, column.to->name,
          quoted(change.to->name) + " is read through for nulls", "readers and writers",
          "first ADD CONSTRAINT … CHECK (" + sql::quote_identifier(column.to->name) +
              " IS NOT NULL) NOT VALID, then VALIDATE CONSTRAINT in a migration of its own: "
              "after that SET NOT NULL reads nothing");
  }

  const sql::ScriptFacts& facts_;
  std::vector<sql::TableCost> costs_;
};

}  // namespace

bool is_widened(const std::string& from, const std::string& to) {
  const auto length = length_of(from);
  const bool is_text = from == "text" || from == "character varying" || length;
  if (!is_text) return false;
  if (to == "text" || to == "character varying") return true;
  const auto wanted = length_of(to);
  return length && wanted && *wanted >= *length;
}

std::vector<TableChange> compare_layouts(const DatabaseDescription& from,
                                         const DatabaseDescription& to) {
  std::vector<TableChange> changes;
  for (const TableDescription& table : to.tables) {
    const TableDescription* old = from.find_table(table.name);
    if (old == nullptr)
      changes.push_back({TableChange::Kind::create, nullptr, &table, {}, {}, {}});
    else if (auto change = compare_tables(*old, table))
      changes.push_back(*std::move(change));
  }
  for (const TableDescription& table : from.tables)
    if (to.find_table(table.name) == nullptr)
      changes.push_back({TableChange::Kind::drop, &table, nullptr, {}, {}, {}});
  return changes;
}

std::vector<sql::TableCost> find_costs(const sql::LayoutDiff& diff, const sql::ScriptFacts& facts) {
  CostFinder finder(facts);
  for (const TableChange& change : diff.changes)
    if (change.from != nullptr && change.to != nullptr) finder.find(change);
  for (const sql::EnumChange& change : diff.enums) finder.find(change, *diff.from);
  return finder.take();
}

}  // namespace trivet::store::postgres
