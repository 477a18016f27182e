#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "store/sql/ddl.h"
#include "store/sql/declared_type.h"
#include "value/datetime.h"

namespace trivet::store::sql {

namespace {

std::string lower(std::string_view text) {
  std::string result;
  for (const char c : text)
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

// Whether the first parenthesis closes at the very end.
bool is_enclosed(std::string_view text) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return false;
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i + 1 == text.size();
  }
  return false;
}

std::string_view strip(std::string_view text) {
  text = trim(text);
  while (is_enclosed(text)) text = trim(text.substr(1, text.size() - 2));
  return text;
}

std::optional<std::string> quoted_content(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  std::string content;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\'') ++i;
    content += text[i];
  }
  return content;
}

std::optional<double> number(std::string_view text) {
  const std::string word = lower(text);
  if (word == "true") return 1;
  if (word == "false") return 0;
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0') return std::nullopt;
  return value;
}

// `2024-01-01 00:00:00 +00:00`, as Prisma writes DateTime defaults, has a blank before its offset.
std::optional<int64_t> instant(std::string text) {
  if (const size_t blank = text.rfind(" +"); blank != text.npos) text.erase(blank, 1);
  return parse_stored_timestamp(text);
}

// X'6869' and '6869', a blob and Prisma's attempt at one.
std::optional<std::string> hex_content(std::string_view text) {
  if (text.size() >= 3 && (text.front() == 'X' || text.front() == 'x'))
    return quoted_content(text.substr(1));
  return std::nullopt;
}

std::string squeeze(std::string_view text) {
  std::string result;
  for (const char c : strip(text))
    if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != '"' && c != '`') result += c;
  return lower(result);
}

// The two spellings of the present second in UTC.
bool is_now(std::string_view text) {
  const std::string words = squeeze(text);
  return words == "current_timestamp" || words == "datetime('now')";
}

template <class Item, class Same>
bool same_set(const std::vector<Item>& left, const std::vector<Item>& right, Same same) {
  return left.size() == right.size() && std::ranges::all_of(left, [&](const Item& item) {
           return std::ranges::any_of(right, [&](const Item& other) { return same(item, other); });
         });
}

bool same_foreign_key(const ForeignKeyDescription& left, const ForeignKeyDescription& right) {
  return left.columns == right.columns && left.to_columns == right.to_columns &&
         left.table == right.table && left.on_delete == right.on_delete &&
         left.on_update == right.on_update;
}

// Each once, whatever their actions; of a live database (not null) those that a schema can say.
std::vector<ForeignKeyDescription> plain_foreign_keys(const DatabaseDescription* live,
                                                      const TableDescription& table) {
  std::vector<ForeignKeyDescription> keys;
  for (const ForeignKeyDescription& key : table.foreign_keys)
    if ((live == nullptr || is_relation(*live, table, key)) &&
        std::ranges::none_of(keys, [&](const auto& other) { return same_reference(key, other); }))
      keys.push_back(key);
  return keys;
}

std::optional<TableChange> compare_tables(const DatabaseDescription& from_database,
                                          const TableDescription& from,
                                          const TableDescription& to) {
  TableChange change{TableChange::Kind::alter, &from, &to, {}, {}, {}};
  bool rebuild = from.primary_key != to.primary_key ||
                 !same_set(plain_foreign_keys(&from_database, from),
                           plain_foreign_keys(nullptr, to), same_foreign_key);
  for (const ColumnDescription& column : to.columns) {
    const ColumnDescription* old = from.find_column(column.name);
    if (old == nullptr)
      change.added_columns.push_back(column);
    else if (!same_column(*old, column))
      change.changed_columns.push_back({old, &column});
  }
  rebuild = rebuild || !change.changed_columns.empty();
  for (const ColumnDescription& column : from.columns)
    rebuild = rebuild || to.find_column(column.name) == nullptr;
  for (const ColumnDescription& column : change.added_columns) {
    // ADD COLUMN takes neither a required column without a constant default nor an expression as
    // default.
    const bool constant = !column.default_sql.empty() && column.default_sql.front() != '(' &&
                          !column.default_sql.starts_with("CURRENT_") && !is_generated(column);
    rebuild = rebuild || (column.required ? !constant : !column.default_sql.empty() && !constant) ||
              std::ranges::find(to.primary_key, column.name) != to.primary_key.end();
  }
  for (const IndexDescription& index : from.indexes)
    if (std::ranges::none_of(to.indexes,
                             [&](const auto& other) { return same_index(index, other); }))
      change.dropped_indexes.push_back(index);
  for (const IndexDescription& index : to.indexes)
    if (std::ranges::none_of(from.indexes,
                             [&](const auto& other) { return same_index(index, other); }))
      change.added_indexes.push_back(index);
  // An index that a UNIQUE inside CREATE TABLE made can't be dropped alone.
  for (const IndexDescription& index : change.dropped_indexes)
    rebuild = rebuild || index.name.starts_with("sqlite_autoindex_");
  if (rebuild) change.kind = TableChange::Kind::rebuild;
  if (!rebuild && change.added_columns.empty() && change.dropped_indexes.empty() &&
      change.added_indexes.empty())
    return std::nullopt;
  return change;
}

}  // namespace

bool is_tool_table(const std::string& name) {
  return name == "_prisma_migrations" || name.starts_with("sqlite_") || name.starts_with("_trivet");
}

bool same_reference(const ForeignKeyDescription& left, const ForeignKeyDescription& right) {
  return left.columns == right.columns && left.to_columns == right.to_columns &&
         left.table == right.table;
}

bool is_relation(const DatabaseDescription& database, const TableDescription& table,
                 const ForeignKeyDescription& key) {
  const TableDescription* parent = database.find_table(key.table);
  if (parent == nullptr || (is_tool_table(parent->name) && !is_tool_table(table.name)) || key.columns.empty() ||
      key.columns.size() != key.to_columns.size())
    return false;
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const ColumnDescription* column = table.find_column(key.columns[i]);
    const ColumnDescription* to = parent->find_column(key.to_columns[i]);
    if (column == nullptr || to == nullptr || !same_declared_type(column->type, to->type) ||
        scalar_of_declared(to->type) == schema::ScalarType::unsupported)
      return false;
  }
  const auto is_key = [&](std::vector<std::string> columns) {
    std::vector<std::string> wanted = key.to_columns;
    std::ranges::sort(columns);
    std::ranges::sort(wanted);
    return columns == wanted;
  };
  return is_key(parent->primary_key) ||
         std::ranges::any_of(parent->indexes, [&](const IndexDescription& index) {
           std::vector<std::string> columns;
           for (const IndexColumnDescription& column : index.columns)
             columns.push_back(column.name);
           return index.unique && index.where_sql.empty() && is_key(columns);
         });
}

bool same_default(const std::string& left_text, const std::string& right_text) {
  const std::string_view left = strip(left_text);
  const std::string_view right = strip(right_text);
  if (left == right || (is_now(left) && is_now(right))) return true;
  if (left.empty() || right.empty()) return false;
  const auto left_quoted = quoted_content(left);
  const auto right_quoted = quoted_content(right);
  if (left_quoted && right_quoted) {
    if (*left_quoted == *right_quoted) return true;
    const auto left_instant = instant(*left_quoted);
    return left_instant && left_instant == instant(*right_quoted);
  }
  const auto left_number = number(left);
  if (left_number && left_number == number(right)) return true;
  const auto left_hex = hex_content(left);
  const auto right_hex = hex_content(right);
  const auto text_or_hex = [](const auto& hex, const auto& quoted, std::string_view raw) {
    return lower(hex ? *hex : quoted ? *quoted : std::string(raw));
  };
  if (left_hex || right_hex || left_quoted || right_quoted)
    return text_or_hex(left_hex, left_quoted, left) == text_or_hex(right_hex, right_quoted, right);
  return squeeze(left) == squeeze(right);
}

bool same_column(const ColumnDescription& left, const ColumnDescription& right) {
  if (left.required != right.required || !same_default(left.default_sql, right.default_sql))
    return false;
  return same_declared_type(left.type, right.type);
}

bool same_index(const IndexDescription& left, const IndexDescription& right) {
  const bool automatic =
      left.name.starts_with("sqlite_autoindex_") || right.name.starts_with("sqlite_autoindex_");
  return (left.name == right.name || automatic) && left.unique == right.unique &&
         left.columns == right.columns && squeeze(left.where_sql) == squeeze(right.where_sql);
}

std::vector<TableChange> compare_databases(const DatabaseDescription& from,
                                           const DatabaseDescription& to) {
  std::vector<TableChange> changes;
  for (const TableDescription& table : to.tables) {
    const TableDescription* old = from.find_table(table.name);
    if (old == nullptr)
      changes.push_back({TableChange::Kind::create, nullptr, &table, {}, {}, {}});
    else if (auto change = compare_tables(from, *old, table))
      changes.push_back(*std::move(change));
  }
  for (const TableDescription& table : from.tables)
    if (to.find_table(table.name) == nullptr && !is_tool_table(table.name))
      changes.push_back({TableChange::Kind::drop, &table, nullptr, {}, {}, {}});
  return changes;
}

}  // namespace trivet::store::sql
