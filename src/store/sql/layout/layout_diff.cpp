#include "store/sql/layout/layout_diff.h"

#include <algorithm>
#include <cctype>
#include <ranges>

namespace trivet::store::sql {
namespace {

void replace(std::string& name, const std::string& from, const std::string& to) {
  if (name == from) name = to;
}

void rename_table(DatabaseDescription& layout, const Rename& rename) {
  for (TableDescription& table : layout.tables) {
    replace(table.name, rename.table, rename.to);
    for (ForeignKeyDescription& key : table.foreign_keys)
      replace(key.table, rename.table, rename.to);
  }
}

void rename_column(DatabaseDescription& layout, const Rename& rename) {
  for (TableDescription& table : layout.tables) {
    const bool is_own = table.name == rename.table;
    for (ForeignKeyDescription& key : table.foreign_keys) {
      if (is_own)
        for (std::string& column : key.columns) replace(column, rename.column, rename.to);
      if (key.table == rename.table)
        for (std::string& column : key.to_columns) replace(column, rename.column, rename.to);
    }
    if (!is_own) continue;
    for (ColumnDescription& column : table.columns) replace(column.name, rename.column, rename.to);
    for (std::string& column : table.primary_key) replace(column, rename.column, rename.to);
    for (IndexDescription& index : table.indexes)
      for (IndexColumnDescription& column : index.columns)
        replace(column.name, rename.column, rename.to);
  }
}

// Whether the layout has what is renamed, and nothing of the new name.
bool applies(const DatabaseDescription& layout, const Rename& rename) {
  const TableDescription* table = layout.find_table(rename.table);
  if (table == nullptr || rename.to.empty()) return false;
  if (rename.column.empty()) return layout.find_table(rename.to) == nullptr;
  return table->find_column(rename.column) != nullptr && table->find_column(rename.to) == nullptr;
}

bool is_same_type(const ColumnDescription& left, const ColumnDescription& right) {
  return std::ranges::equal(left.type, right.type, [](unsigned char a, unsigned char b) {
    return std::toupper(a) == std::toupper(b);
  });
}

// The tables that A and B of an implicit join table point to; both empty for other tables.
std::pair<std::string, std::string> join_targets(const TableDescription& table) {
  std::pair<std::string, std::string> targets;
  if (table.columns.size() != 2 || table.foreign_keys.size() != 2) return targets;
  for (const ForeignKeyDescription& key : table.foreign_keys) {
    if (key.columns == std::vector<std::string>{"A"}) targets.first = key.table;
    if (key.columns == std::vector<std::string>{"B"}) targets.second = key.table;
  }
  if (targets.first.empty() || targets.second.empty()) return {};
  return targets;
}

// At least half of their columns have the same name and type.
bool is_like(const TableDescription& left, const TableDescription& right) {
  if (join_targets(left) != join_targets(right)) return false;
  const auto both = std::ranges::count_if(left.columns, [&](const ColumnDescription& column) {
    const ColumnDescription* other = right.find_column(column.name);
    return other != nullptr && is_same_type(column, *other);
  });
  return static_cast<size_t>(both) * 2 >= std::max(left.columns.size(), right.columns.size());
}

// A table can't be renamed into another schema.
bool is_beside(const TableDescription& left, const TableDescription& right) {
  return schema::split_name(left.name).db_schema == schema::split_name(right.name).db_schema;
}

const schema::Model* model_of(const schema::Schema& schema, const std::string& table) {
  return schema.find_table(table);
}

bool is_renamed(const std::vector<Rename>& renames, const std::string& table) {
  return std::ranges::any_of(
      renames, [&](const Rename& rename) { return rename.column.empty() && rename.to == table; });
}

// Join tables of the new layout that `gone` may be, and the only ones that join what it joined.
std::vector<const TableDescription*> successors(const LayoutDiff& diff,
                                                const TableDescription& gone) {
  std::vector<const TableDescription*> found;
  const auto [a, b] = join_targets(gone);
  if (!is_renamed(diff.renames, a) && !is_renamed(diff.renames, b)) return found;
  for (const TableChange& made : diff.changes) {
    if (made.kind != TableChange::Kind::create) continue;
    const auto targets = join_targets(*made.to);
    if (targets == std::pair(a, b) || targets == std::pair(b, a)) found.push_back(made.to);
  }
  return found;
}

std::vector<EnumChange> compare_enums(const DatabaseDescription& from,
                                      const DatabaseDescription& to) {
  std::vector<EnumChange> changes;
  for (const EnumDescription& type : to.enums)
    if (const EnumDescription* old = from.find_enum(type.name); old == nullptr || *old != type)
      changes.push_back({old, &type});
  for (const EnumDescription& type : from.enums)
    if (to.find_enum(type.name) == nullptr) changes.push_back({&type, nullptr});
  return changes;
}

}  // namespace

DatabaseDescription without_tool_tables(DatabaseDescription layout) {
  std::erase_if(layout.tables,
                [](const TableDescription& table) { return is_tool_table(table.name); });
  return layout;
}

LayoutDiff diff_layouts(const DatabaseDescription& from, const DatabaseDescription& to,
                        const std::vector<Rename>& renames, CompareLayouts compare) {
  LayoutDiff diff;
  diff.compare = compare;
  auto renamed = std::make_shared<DatabaseDescription>(from);
  for (const Rename& rename : renames) {
    if (!applies(*renamed, rename)) continue;
    if (rename.column.empty())
      rename_table(*renamed, rename);
    else
      rename_column(*renamed, rename);
    diff.renames.push_back(rename);
  }
  diff.from = std::move(renamed);
  diff.to = std::make_shared<DatabaseDescription>(to);
  diff.changes = compare(*diff.from, *diff.to);
  diff.enums = compare_enums(*diff.from, *diff.to);
  return diff;
}

LayoutDiff reverse(const LayoutDiff& diff) {
  std::vector<Rename> back;
  for (const Rename& rename : std::views::reverse(diff.renames))
    back.push_back(rename.column.empty() ? Rename{rename.to, {}, rename.table}
                                         : Rename{rename.table, rename.to, rename.column});
  DatabaseDescription from = *diff.from;
  for (const Rename& rename : back) {
    if (rename.column.empty())
      rename_table(from, rename);
    else
      rename_column(from, rename);
  }
  return diff_layouts(*diff.to, from, back, diff.compare);
}

std::string name_before(const std::vector<Rename>& renames, const std::string& table) {
  std::string name = table;
  for (const Rename& rename : std::views::reverse(renames))
    if (rename.column.empty() && rename.to == name) name = rename.table;
  return name;
}

std::string name_before(const std::vector<Rename>& renames, const std::string& table,
                        const std::string& column) {
  std::string owner = table;
  std::string name = column;
  for (const Rename& rename : std::views::reverse(renames)) {
    if (rename.column.empty())
      replace(owner, rename.to, rename.table);
    else if (rename.table == owner)
      replace(name, rename.to, rename.column);
  }
  return name;
}

std::vector<Rename> find_rename_candidates(const LayoutDiff& diff) {
  std::vector<Rename> found;
  for (const TableChange& gone : diff.changes) {
    if (gone.kind != TableChange::Kind::drop) continue;
    for (const TableChange& made : diff.changes)
      if (made.kind == TableChange::Kind::create && is_beside(*gone.from, *made.to) && is_like(*gone.from, *made.to))
        found.push_back({gone.from->name, {}, made.to->name});
  }
  for (const TableChange& change : diff.changes) {
    if (change.from == nullptr || change.to == nullptr) continue;
    for (const ColumnDescription& gone : change.from->columns) {
      if (change.to->find_column(gone.name) != nullptr) continue;
      for (const ColumnDescription& made : change.to->columns)
        if (change.from->find_column(made.name) == nullptr && is_same_type(gone, made))
          found.push_back({change.to->name, gone.name, made.name});
    }
  }
  return found;
}

std::vector<Rename> find_mapped_renames(const LayoutDiff& diff, const schema::Schema& schema) {
  std::vector<Rename> found;
  for (const Rename& candidate : find_rename_candidates(diff)) {
    const schema::Model* model =
        model_of(schema, candidate.column.empty() ? candidate.to : candidate.table);
    if (model == nullptr) continue;
    const schema::Field* field =
        candidate.column.empty() ? nullptr : model->find_column(candidate.to);
    const std::string& name = field == nullptr ? model->name : field->name;
    const std::string& old = candidate.column.empty() ? candidate.table : candidate.column;
    if (name == schema::split_name(old).name) found.push_back(candidate);
  }
  return found;
}

std::vector<Rename> find_join_renames(const LayoutDiff& diff) {
  std::vector<Rename> found;
  for (const TableChange& gone : diff.changes) {
    if (gone.kind != TableChange::Kind::drop) continue;
    const auto targets = join_targets(*gone.from);
    const auto made = successors(diff, *gone.from);
    if (made.size() != 1) continue;
    const std::string& name = made.front()->name;
    found.push_back({gone.from->name, {}, name});
    if (join_targets(*made.front()) == targets) continue;
    found.push_back({name, "A", "_A"});
    found.push_back({name, "B", "A"});
    found.push_back({name, "_A", "B"});
  }
  return found;
}

}  // namespace trivet::store::sql
