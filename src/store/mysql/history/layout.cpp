#include "store/mysql/history/layout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "store/mysql/layout/ddl.h"
#include "store/mysql/layout/describe.h"
#include "store/mysql/layout/difference.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {

namespace {

using sql::TableChange;

std::string upper_outside_quotes(std::string_view text) {
  std::string made;
  bool quoted = false;
  for (const char c : text) {
    if (c == '\'') quoted = !quoted;
    made += !quoted && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return made;
}

// The server's word → Prisma's.
std::string written_type(const std::string& type) {
  using Name = std::pair<std::string_view, std::string_view>;
  static constexpr auto names =
      std::to_array<Name>({{"tinyint(1)", "BOOLEAN"},
                           {"int(11)", "INTEGER"},
                           {"bigint(20)", "BIGINT"},
                           {"smallint(6)", "SMALLINT"},
                           {"mediumint(9)", "MEDIUMINT"},
                           {"tinyint(4)", "TINYINT"},
                           {"int(10) unsigned", "INTEGER UNSIGNED"},
                           {"bigint(20) unsigned", "BIGINT UNSIGNED"},
                           {"smallint(5) unsigned", "SMALLINT UNSIGNED"},
                           {"mediumint(8) unsigned", "MEDIUMINT UNSIGNED"},
                           {"tinyint(3) unsigned", "TINYINT UNSIGNED"},
                           {"year(4)", "YEAR"},
                           {"datetime", "DATETIME(0)"},
                           {"timestamp", "TIMESTAMP(0)"},
                           {"time", "TIME(0)"}});
  const auto found = std::ranges::find(names, normal_type(type), &Name::first);
  return found == names.end() ? upper_outside_quotes(normal_type(type))
                              : std::string(found->second);
}

bool is_literal(const std::string& text) {
  if (text.starts_with('\'') || text.starts_with('(') || text.starts_with("X'")) return true;
  return text.find_first_not_of("-+.0123456789eE") == std::string::npos;
}

// As it can stand behind DEFAULT.
std::string written_default(const std::string& text) {
  if (text.empty() || is_literal(text) || text.starts_with(sql::generated_prefix)) return text;
  if (text.starts_with("current_timestamp")) {
    const std::string made = upper_outside_quotes(text);
    return made.ends_with("()") ? made.substr(0, made.size() - 2) : made;
  }
  return "(" + text + ")";
}

// JSON is a LONGTEXT whose check the server names after the column.
result<void> find_documents(Session& session, DatabaseDescription& layout) {
  TRIVET_TRY(
      const auto rows,
      session.query("SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM "
                    "information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()"));
  for (const TextRow& row : rows) {
    if (row[2] != "json_valid(" + sql::quote_identifier(row[1]) + ")") continue;
    for (TableDescription& table : layout.tables)
      for (ColumnDescription& column : table.columns)
        if (table.name == row[0] && column.name == row[1]) column.type = "JSON";
  }
  return {};
}

TableChange change_of(const TableDifference& difference) {
  const bool made = difference.from == nullptr;
  const bool gone = difference.to == nullptr;
  TableChange change{made   ? TableChange::Kind::create
                     : gone ? TableChange::Kind::drop
                            : TableChange::Kind::alter,
                     difference.from,
                     difference.to,
                     {},
                     {},
                     {}};
  if (made || gone) return change;
  const auto copy = [](const auto& from, auto& to) {
    for (const auto* item : from) to.push_back(*item);
  };
  copy(difference.added_columns, change.added_columns);
  copy(difference.dropped_indexes, change.dropped_indexes);
  copy(difference.added_indexes, change.added_indexes);
  copy(difference.dropped_keys, change.dropped_keys);
  copy(difference.added_keys, change.added_keys);
  for (const TableDifference::Change& column : difference.changed_columns)
    change.changed_columns.push_back({column.from, column.to});
  for (const TableDifference::IndexRename& index : difference.renamed_indexes)
    change.renamed.push_back({sql::NameChange::Kind::index, index.from->name, index.to->name});
  change.new_primary_key = difference.new_primary_key;
  return change;
}

// The number in VARCHAR(20).
std::optional<int> length_of(std::string_view type) {
  constexpr std::string_view opening = "VARCHAR(";
  int length = 0;
  if (!type.starts_with(opening)) return std::nullopt;
  std::from_chars(type.data() + opening.size(), type.data() + type.size(), length);
  return length;
}

// A length is kept in one byte up to 255 bytes, four a character.
bool is_widened(const std::string& from, const std::string& to) {
  constexpr int short_max = 63;
  const auto old_length = length_of(from);
  const auto new_length = length_of(to);
  if (old_length && new_length)
    return *new_length >= *old_length && (*old_length > short_max) == (*new_length > short_max);
  const bool enums = from.starts_with("ENUM(") && to.starts_with("ENUM(");
  return enums && to.starts_with(from.substr(0, from.size() - 1));
}

bool is_stored(const ColumnDescription& column) {
  return sql::is_generated(column) && column.default_sql.ends_with("STORED");
}

class CostFinder {
 public:
  void find(const TableChange& change) {
    const std::string table = "table " + sql::quote_identifier(change.to->name);
    for (const ColumnDescription& column : change.added_columns)
      if (is_stored(column))
        add(change, column.name, table + " is copied",
            "make the column VIRTUAL, or do it in quiet hours");
    for (const sql::ColumnChange& column : change.changed_columns) {
      const bool same = normal_type(column.from->type) == normal_type(column.to->type);
      if (same || is_widened(column.from->type, column.to->type)) continue;
      add(change, column.to->name, table + " is copied with its indexes",
          "add a column of the new type, write both, fill it in batches, and drop the old one in a "
          "later migration");
    }
    for (const ForeignKeyDescription& key : change.added_keys)
      add(change, "", table + " is copied for foreign key " + sql::quote_identifier(key.name),
          "find rows that point to nothing by a query, then put SET foreign_key_checks = 0 before "
          "it, which "
          "adds it at once and unchecked, and SET foreign_key_checks = 1 behind it");
  }

  [[nodiscard]] std::vector<sql::TableCost> take() { return std::move(costs_); }

 private:
  void add(const TableChange& change, const std::string& column, std::string what,
           std::string advice) {
    costs_.push_back({sql::TableCost::Kind::rewrite, change.to->name, column, std::move(what),
                      "writers", std::move(advice)});
  }

  std::vector<sql::TableCost> costs_;
};

}  // namespace

result<DatabaseDescription> read_layout(Session& session) {
  TRIVET_TRY(DatabaseDescription layout, describe_database(session));
  layout = sql::without_tool_tables(std::move(layout));
  for (TableDescription& table : layout.tables)
    for (ColumnDescription& column : table.columns) {
      column.type = written_type(column.type);
      column.default_sql = written_default(column.default_sql);
    }
  TRIVET_CHECK(find_documents(session, layout));
  return layout;
}

DatabaseDescription layout_of_schema(const schema::Schema& schema) {
  DatabaseDescription layout = describe_schema(schema);
  for (TableDescription& table : layout.tables)
    for (ColumnDescription& column : table.columns)
      if (column.type != "JSON") column.type = written_type(column.type);
  return layout;
}

std::vector<TableChange> compare_for_migration(const DatabaseDescription& from,
                                               const DatabaseDescription& to) {
  std::vector<TableChange> changes;
  for (const TableDifference& difference : compare_layouts(from, to, Extras::drop))
    changes.push_back(change_of(difference));
  return changes;
}

std::vector<sql::TableCost> find_costs(const sql::LayoutDiff& diff) {
  CostFinder finder;
  for (const TableChange& change : diff.changes)
    if (change.from != nullptr && change.to != nullptr) finder.find(change);
  return finder.take();
}

}  // namespace trivet::store::mysql
