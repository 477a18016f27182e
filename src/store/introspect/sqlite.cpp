#include "store/introspect/sqlite.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "store/sql/ddl.h"
#include "store/sql/declared_type.h"
#include "store/sql/render.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/introspect.h"
#include "store/sqlite/sql_text.h"

namespace trivet::store::introspect {

namespace {

using schema::ReferentialAction;
using schema::ScalarType;
using sqlite::Connection;
using TextRow = std::vector<std::string>;

// How long to look at a view's rows for the types of its columns.
constexpr std::chrono::seconds sample_time{2};

ReferentialAction action_of(const std::string& text) {
  if (text == "CASCADE") return ReferentialAction::cascade;
  if (text == "RESTRICT") return ReferentialAction::restrict;
  if (text == "SET NULL") return ReferentialAction::set_null;
  if (text == "SET DEFAULT") return ReferentialAction::set_default;
  return ReferentialAction::no_action;
}

LiveColumn live_column(const ColumnDescription& column) {
  LiveColumn live;
  live.name = column.name;
  live.type = sql::scalar_of_declared(column.type);
  if (live.type == ScalarType::unsupported) live.raw_type = column.type;
  live.required = column.required;
  live.default_value = sqlite_default(live.type, column.default_sql);
  if (column.autoincrement) live.default_value = {schema::DefaultKind::autoincrement, {}, {}, {}};
  return live;
}

bool same_columns(const IndexDescription& left, const IndexDescription& right) {
  return left.columns == right.columns && left.unique == right.unique &&
         left.where_sql == right.where_sql;
}

// A UNIQUE in the table, which SQLite gives a name of its own, says nothing beside a named index.
std::vector<LiveIndex> live_indexes(const TableDescription& table) {
  std::vector<LiveIndex> indexes;
  for (const IndexDescription& index : table.indexes) {
    const bool automatic = index.name.starts_with("sqlite_autoindex_");
    if (automatic && std::ranges::any_of(table.indexes, [&](const IndexDescription& other) {
          return other.name != index.name && same_columns(index, other) &&
                 (!other.name.starts_with("sqlite_autoindex_") || other.name < index.name);
        }))
      continue;
    LiveIndex& live = indexes.emplace_back();
    live.name = automatic ? "" : index.name;
    live.unique = index.unique;
    live.where_sql = index.where_sql;
    for (const IndexColumnDescription& column : index.columns)
      live.columns.push_back({column.name, column.descending, {}});
  }
  // Newest first, as SQLite lists them.
  std::ranges::reverse(indexes);
  return indexes;
}

class Reader {
 public:
  explicit Reader(Connection& connection) : connection_(connection) {}

  result<LiveDatabase> read() {
    TRIVET_TRY(database_, sqlite::introspect(connection_));
    for (const TableDescription& table : database_.tables) {
      if (sql::is_tool_table(table.name)) continue;
      LiveTable& live = live_.tables.emplace_back();
      live.name = table.name;
      live.primary_key = table.primary_key;
      std::ranges::transform(table.columns, std::back_inserter(live.columns), live_column);
      live.indexes = live_indexes(table);
      add_foreign_keys(table, live);
      TRIVET_CHECK(look_for_null_keys(live));
      TRIVET_CHECK(look_at_times(live));
    }
    TRIVET_CHECK(read_views());
    std::ranges::sort(live_.tables, {}, [](const LiveTable& table) {
      return std::pair(table.is_view, std::string_view(table.name));
    });
    widen_keys();
    TRIVET_CHECK(warn_of_virtual_tables());
    TRIVET_CHECK(warn_of_texts());
    return std::move(live_);
  }

 private:
  void add_foreign_keys(const TableDescription& table, LiveTable& live) {
    std::vector<ForeignKeyDescription> keys;
    for (const ForeignKeyDescription& key : table.foreign_keys) {
      if (!sql::is_relation(database_, table, key)) {
        live_.warnings.push_back(
            "table \"" + table.name + "\": the foreign key to \"" + key.table +
            "\" is no relation, because that isn't a table's key of the same type");
        continue;
      }
      if (std::ranges::any_of(keys,
                              [&](const auto& other) { return sql::same_reference(key, other); }))
        continue;
      keys.push_back(key);
    }
    // Last first, as SQLite lists them.
    std::ranges::reverse(keys);
    for (const ForeignKeyDescription& key : keys)
      live.foreign_keys.push_back({key.name, key.columns, key.table, key.to_columns,
                                   action_of(key.on_delete), action_of(key.on_update)});
  }

  // SQLite takes nulls in a primary key that is not an INTEGER's, unless the columns say NOT NULL.
  result<void> look_for_null_keys(LiveTable& live) {
    std::string condition;
    for (const std::string& column : live.primary_key)
      condition += (condition.empty() ? "" : " OR ") + sql::quote_identifier(column) + " IS NULL";
    if (condition.empty()) return {};
    TRIVET_TRY(const auto rows,
               query_text(connection_, "SELECT 1 FROM " + sql::quote_identifier(live.name) + " WHERE " +
                                      condition + " LIMIT 1"));
    live.has_null_keys = !rows.empty();
    if (live.has_null_keys)
      live_.warnings.push_back(
          "table \"" + live.name +
          "\" has rows without a key: it stays out of the API until they have one");
    return {};
  }

  // The store compares times as texts of one form; of others, only the first rows are looked at.
  result<void> look_at_times(const LiveTable& live) {
    const std::string table = sql::quote_identifier(live.name);
    for (const LiveColumn& column : live.columns) {
      if (column.type != ScalarType::datetime) continue;
      const std::string name = sql::quote_identifier(column.name);
      const std::string other =
          "typeof(" + name + ") <> 'text' OR " + name + " NOT GLOB '????-??-??T??:??:??.*+00:00'";
      TRIVET_TRY(
          const auto rows,
          query_text(connection_, "SELECT 1 FROM (SELECT " + name + " FROM " + table + " WHERE " + name +
                                 " IS NOT NULL LIMIT 100) WHERE " + other + " LIMIT 1"));
      if (rows.empty()) continue;
      live_.warnings.push_back("column \"" + live.name + "\".\"" + column.name +
                               "\" holds times in another form than the API writes. They are read "
                               "right, but filters and orders "
                               "compare texts. One form for all (numbers: trivet doctor): UPDATE " +
                               table + " SET " + name + " = strftime('%Y-%m-%dT%H:%M:%f', " + name +
                               ") || '+00:00' WHERE typeof(" + name + ") = 'text' AND " + name +
                               " NOT GLOB '????-??-??T??:??:??.*+00:00'");
    }
    return {};
  }

  result<void> read_views() {
    TRIVET_TRY(
        const auto views,
        query_text(connection_, "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"));
    for (const TextRow& row : views) {
      LiveTable view;
      view.name = row[0];
      view.is_view = true;
      auto columns = query_text(connection_, "SELECT name, type FROM pragma_table_xinfo(" +
                                            sql::quote_literal(row[0]) + ")");
      if (!columns) {
        live_.warnings.push_back("view \"" + row[0] +
                                 "\" is broken: SQLite can't read its columns");
        continue;
      }
      for (const TextRow& column : *columns)
        view.columns.push_back(live_column({column[0], column[1], false, false, {}}));
      sample(view);
      live_.tables.push_back(std::move(view));
    }
    return {};
  }

  // A view's column that is an expression has no type: its first rows show one.
  void sample(LiveTable& view) {
    for (LiveColumn& column : view.columns) {
      if (column.type != ScalarType::unsupported || !column.raw_type.empty()) continue;
      const std::string name = sql::quote_identifier(column.name);
      connection_.set_deadline(Connection::Clock::now() + sample_time);
      const auto rows = query_text(connection_, "SELECT DISTINCT typeof(" + name + ") FROM (SELECT " +
                                               name + " FROM " + sql::quote_identifier(view.name) +
                                               " WHERE " + name + " IS NOT NULL LIMIT 100)");
      connection_.set_deadline(Connection::Clock::time_point::max());
      column.type = ScalarType::string;
      if (!rows || rows->size() != 1) continue;
      const std::string& type = rows->front().front();
      if (type == "integer") column.type = ScalarType::bigint;
      if (type == "real") column.type = ScalarType::float_;
      if (type == "blob") column.type = ScalarType::bytes;
    }
  }

  // A relation's two ends have one type: where one is a BigInt the other becomes one.
  void widen_keys() {
    for (bool changed = true; changed;) {
      changed = false;
      for (LiveTable& table : live_.tables)
        for (const LiveForeignKey& key : table.foreign_keys)
          for (size_t i = 0; i < key.columns.size(); ++i) changed = widen(table, key, i) || changed;
    }
  }

  bool widen(LiveTable& table, const LiveForeignKey& key, size_t i) {
    LiveTable& parent = live_.tables[live_.find_table(key.table)];
    LiveColumn& from = table.columns[table.find_column(key.columns[i])];
    LiveColumn& to = parent.columns[parent.find_column(key.to_columns[i])];
    if (from.type == to.type) return false;
    from.type = to.type = ScalarType::bigint;
    return true;
  }

  result<void> warn_of_virtual_tables() {
    TRIVET_TRY(const auto tables,
               query_text(connection_,
                     "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE "
                     "'CREATE VIRTUAL%' ORDER BY name"));
    for (const TextRow& row : tables)
      live_.warnings.push_back("virtual table \"" + row[0] + "\" is left out");
    return {};
  }

  // What the schema has no words for stays in the database.
  result<void> warn_of_texts() {
    TRIVET_TRY(const auto tables,
               query_text(connection_,
                     "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE "
                     "'%CHECK%' ORDER BY name"));
    for (const TextRow& row : tables)
      if (live_.find_table(row[0]) >= 0)
        for (const std::string& check : sqlite::read_create_table(row[1]).checks)
          live_.warnings.push_back("table \"" + row[0] + "\": CHECK (" + check +
                                   ") is in force, and not in the schema");
    return {};
  }

  Connection& connection_;
  DatabaseDescription database_;
  LiveDatabase live_;
};

}  // namespace

result<LiveDatabase> read_sqlite(const sqlite::SqliteOptions& options) {
  TRIVET_TRY(const auto connection, Connection::open(options, sqlite::Access::read));
  connection->set_busy_timeout(options.busy_timeout);
  return Reader(*connection).read();
}

}  // namespace trivet::store::introspect
