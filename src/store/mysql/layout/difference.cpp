#include "store/mysql/layout/difference.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "store/mysql/layout/ddl.h"
#include "store/sql/ddl.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {

using sql::quote_identifier;

namespace {

std::string lower_outside_quotes(std::string_view text) {
  std::string result;
  bool quoted = false;
  for (const char c : text) {
    if (c == '\'') quoted = !quoted;
    if (!quoted && std::isspace(static_cast<unsigned char>(c)) != 0 && result.ends_with(',')) continue;
    result += quoted ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

std::string without_parentheses(std::string text) {
  while (text.size() >= 2 && text.front() == '(' && text.back() == ')') {
    int depth = 0;
    size_t at = 0;
    for (; at < text.size(); ++at) {
      depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
      if (depth == 0) break;
    }
    if (at + 1 != text.size()) break;
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

// The server writes current_timestamp(), curdate(); and escapes and backticks of its own.
std::string normal_default(const std::string& text) {
  std::string result = lower_outside_quotes(without_parentheses(text));
  std::erase(result, '`');
  std::erase(result, '"');
  if (result == "curdate()" || result == "current_date()") return "current_date";
  if (result.ends_with("()")) result.resize(result.size() - 2);
  return result;
}

bool same_default(const std::string& left, const std::string& right) {
  if (sql::same_default(left, right)) return true;
  return normal_default(left) == normal_default(right);
}

// A key's column is required, whether or not it says so.
bool same_column(const ColumnDescription& left, const ColumnDescription& right) {
  return normal_type(left.type) == normal_type(right.type) && left.required == right.required &&
         left.autoincrement == right.autoincrement &&
         same_default(left.default_sql, right.default_sql);
}

bool same_but_for_name(const IndexDescription& left, const IndexDescription& right) {
  return left.unique == right.unique && left.columns == right.columns && left.method == right.method;
}

bool same_index(const IndexDescription& left, const IndexDescription& right) {
  return left.name == right.name && left.unique == right.unique && left.columns == right.columns;
}

// RESTRICT and NO ACTION are one to the server.
std::string normal_action(const std::string& action) {
  return action == "NO ACTION" ? "RESTRICT" : action;
}

bool same_key(const ForeignKeyDescription& left, const ForeignKeyDescription& right) {
  return left.columns == right.columns && left.table == right.table &&
         left.to_columns == right.to_columns &&
         normal_action(left.on_delete) == normal_action(right.on_delete) &&
         normal_action(left.on_update) == normal_action(right.on_update);
}

// The server makes an index for a foreign key that has none.
bool serves_a_key(const IndexDescription& index, const TableDescription& table) {
  return !index.unique && std::ranges::any_of(table.foreign_keys, [&](const auto& key) {
    if (index.columns.size() < key.columns.size()) return false;
    for (size_t i = 0; i < key.columns.size(); ++i)
      if (index.columns[i].name != key.columns[i]) return false;
    return true;
  });
}

template <class Item, class Same>
bool has(const std::vector<Item>& items, const Item& item, Same same) {
  return std::ranges::any_of(items, [&](const Item& other) { return same(item, other); });
}

void compare_indexes(TableDifference& difference, Extras extras) {
  const TableDescription& from = *difference.from;
  const TableDescription& to = *difference.to;
  std::vector<const IndexDescription*> gone;
  for (const IndexDescription& index : from.indexes)
    if (!has(to.indexes, index, same_index)) gone.push_back(&index);
  const auto named = [](const TableDescription& table, const std::string& name) {
    return std::ranges::find(table.indexes, name, &IndexDescription::name) != table.indexes.end();
  };
  for (const IndexDescription& index : to.indexes) {
    if (has(from.indexes, index, same_index)) continue;
    const auto old = std::ranges::find_if(gone, [&](const IndexDescription* candidate) {
      return extras == Extras::drop && same_but_for_name(*candidate, index) &&
             !named(to, candidate->name) && !named(from, index.name);
    });
    if (old == gone.end()) {
      difference.added_indexes.push_back(&index);
      continue;
    }
    difference.renamed_indexes.push_back({*old, &index});
    gone.erase(old);
  }
  for (const IndexDescription* index : gone)
    if (named(to, index->name) || (extras == Extras::drop && !serves_a_key(*index, to)))
      difference.dropped_indexes.push_back(index);
}

TableDifference compare_tables(const TableDescription& from, const TableDescription& to,
                               Extras extras) {
  TableDifference difference{&from, &to};
  // What others call a key is in nobody's way.
  const auto same = [&](const ForeignKeyDescription& left, const ForeignKeyDescription& right) {
    return same_key(left, right) && (extras == Extras::keep || left.name == right.name);
  };
  for (const ForeignKeyDescription& key : from.foreign_keys) {
    if (has(to.foreign_keys, key, same)) continue;
    const bool replaced = std::ranges::any_of(
        to.foreign_keys, [&](const auto& other) { return other.name == key.name; });
    if (extras == Extras::drop || replaced) difference.dropped_keys.push_back(&key);
  }
  for (const ForeignKeyDescription& key : to.foreign_keys)
    if (!has(from.foreign_keys, key, same)) difference.added_keys.push_back(&key);
  compare_indexes(difference, extras);
  for (const ColumnDescription& column : from.columns) {
    if (to.find_column(column.name) != nullptr) continue;
    const bool in_the_way = column.required && column.default_sql.empty() && !column.autoincrement;
    if (extras == Extras::drop || in_the_way) difference.dropped_columns.push_back(&column);
  }
  for (const ColumnDescription& column : to.columns) {
    const ColumnDescription* old = from.find_column(column.name);
    if (old == nullptr)
      difference.added_columns.push_back(&column);
    else if (!same_column(*old, column))
      difference.changed_columns.push_back({old, &column});
  }
  difference.new_primary_key = from.primary_key != to.primary_key;
  return difference;
}

std::string names(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns)
    text += (text.empty() ? "" : ", ") + quote_identifier(column);
  return text;
}

// One ALTER TABLE: the server copies the table at most once.
void alter(const TableDifference& difference, std::vector<MigrationStep>& steps) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const IndexDescription* index : difference.dropped_indexes)
    add("DROP INDEX " + quote_identifier(index->name));
  for (const TableDifference::IndexRename& index : difference.renamed_indexes)
    add("RENAME INDEX " + quote_identifier(index.from->name) + " TO " +
        quote_identifier(index.to->name));
  if (difference.new_primary_key && !difference.from->primary_key.empty()) add("DROP PRIMARY KEY");
  for (const ColumnDescription* column : difference.dropped_columns)
    add("DROP COLUMN " + quote_identifier(column->name));
  for (const ColumnDescription* column : difference.added_columns)
    add("ADD COLUMN " + render_column(*column));
  for (const TableDifference::Change& change : difference.changed_columns)
    add("MODIFY COLUMN " + render_column(*change.to));
  if (difference.new_primary_key && !difference.to->primary_key.empty())
    add("ADD PRIMARY KEY (" + names(difference.to->primary_key) + ")");
  const std::string table = quote_identifier(difference.to->name);
  for (const IndexDescription* index : difference.added_indexes) {
    const std::string whole = render_add_index(difference.to->name, *index);
    add(whole.substr(("ALTER TABLE " + table + " ").size()));
  }
  if (!text.empty())
    steps.push_back({"change table " + table, {"ALTER TABLE " + table + " " + text}});
}

}  // namespace

bool TableDifference::empty() const {
  return from != nullptr && to != nullptr && dropped_keys.empty() && added_keys.empty() &&
         dropped_indexes.empty() && added_indexes.empty() && renamed_indexes.empty() && dropped_columns.empty() &&
         added_columns.empty() && changed_columns.empty() && !new_primary_key;
}

std::string normal_type(std::string_view type) {
  using Name = std::pair<std::string_view, std::string_view>;
  static constexpr auto same = std::to_array<Name>({{"boolean", "tinyint(1)"},
                                                    {"integer", "int(11)"},
                                                    {"int", "int(11)"},
                                                    {"bigint", "bigint(20)"},
                                                    {"smallint", "smallint(6)"},
                                                    {"mediumint", "mediumint(9)"},
                                                    {"tinyint", "tinyint(4)"},
                                                    {"int unsigned", "int(10) unsigned"},
                                                    {"bigint unsigned", "bigint(20) unsigned"},
                                                    {"smallint unsigned", "smallint(5) unsigned"},
                                                    {"mediumint unsigned", "mediumint(8) unsigned"},
                                                    {"tinyint unsigned", "tinyint(3) unsigned"},
                                                    {"year", "year(4)"},
                                                    {"json", "longtext"},
                                                    {"datetime(0)", "datetime"},
                                                    {"timestamp(0)", "timestamp"},
                                                    {"time(0)", "time"}});
  const std::string lower = lower_outside_quotes(type);
  const auto found = std::ranges::find(same, lower, &Name::first);
  return found == same.end() ? lower : std::string(found->second);
}

std::vector<TableDifference> compare_layouts(const DatabaseDescription& from,
                                             const DatabaseDescription& to, Extras extras) {
  std::vector<TableDifference> differences;
  for (const TableDescription& table : to.tables) {
    const TableDescription* old = from.find_table(table.name);
    if (old == nullptr) {
      TableDifference& made = differences.emplace_back();
      made.to = &table;
      for (const ForeignKeyDescription& key : table.foreign_keys) made.added_keys.push_back(&key);
    } else if (TableDifference changed = compare_tables(*old, table, extras); !changed.empty()) {
      differences.push_back(std::move(changed));
    }
  }
  if (extras == Extras::keep) return differences;
  for (const TableDescription& table : from.tables) {
    if (to.find_table(table.name) != nullptr || sql::is_tool_table(table.name)) continue;
    TableDifference& gone = differences.emplace_back();
    gone.from = &table;
    for (const ForeignKeyDescription& key : table.foreign_keys) gone.dropped_keys.push_back(&key);
  }
  return differences;
}

std::vector<MigrationStep> render_differences(const std::vector<TableDifference>& differences) {
  std::vector<MigrationStep> steps;
  for (const TableDifference& one : differences)
    for (const ForeignKeyDescription* key : one.dropped_keys)
      steps.push_back({"drop foreign key " + quote_identifier(key->name),
                       {"ALTER TABLE " + quote_identifier(one.from->name) + " DROP FOREIGN KEY " +
                        quote_identifier(key->name)}});
  for (const TableDifference& one : differences) {
    if (one.to == nullptr)
      steps.push_back({"drop table " + quote_identifier(one.from->name),
                       {"DROP TABLE " + quote_identifier(one.from->name)}});
    else if (one.from == nullptr)
      steps.push_back({"create table " + quote_identifier(one.to->name), {render_create_table(*one.to)}});
    else
      alter(one, steps);
  }
  for (const TableDifference& one : differences)
    for (const ForeignKeyDescription* key : one.added_keys)
      steps.push_back({"add foreign key " + quote_identifier(key->name),
                       {render_add_foreign_key(one.to->name, *key)}});
  return steps;
}

}  // namespace trivet::store::mysql
