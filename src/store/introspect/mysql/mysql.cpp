#include "store/introspect/mysql/mysql.h"

#include <algorithm>
#include <map>
#include <set>

#include "store/introspect/mysql/types.h"
#include "store/mysql/layout/session.h"
#include "store/mysql/layout/url.h"
#include "store/sql/ddl.h"
#include "store/sql/render.h"

namespace trivet::store::introspect {

namespace {

using mysql::TextRow;
using schema::DefaultKind;
using schema::ReferentialAction;
using schema::ScalarType;

ReferentialAction action_of(const std::string& rule) {
  if (rule == "CASCADE") return ReferentialAction::cascade;
  if (rule == "SET NULL") return ReferentialAction::set_null;
  if (rule == "SET DEFAULT") return ReferentialAction::set_default;
  return rule == "RESTRICT" ? ReferentialAction::restrict : ReferentialAction::no_action;
}

class Reader {
 public:
  Reader(mysql::Session& session, const schema::Schema* present)
      : session_(session), present_(present) {
    live_.provider = schema::Provider::mysql;
  }

  result<LiveDatabase> read() {
    TRIVET_CHECK(read_tables());
    TRIVET_CHECK(read_checks());
    TRIVET_CHECK(read_columns());
    TRIVET_CHECK(read_foreign_keys());
    TRIVET_CHECK(read_indexes());
    TRIVET_CHECK(warn_of_triggers());
    return std::move(live_);
  }

 private:
  [[nodiscard]] LiveTable* find(const std::string& name) {
    const int at = live_.find_table(name);
    return at < 0 ? nullptr : &live_.tables[at];
  }
  void warn(const std::string& table, const std::string& text) {
    live_.warnings.push_back("table \"" + table + "\": " + text);
  }

  result<void> read_tables() {
    TRIVET_TRY(const auto rows,
               session_.query("SELECT TABLE_NAME, TABLE_TYPE, TABLE_COMMENT FROM "
                              "information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE "
                              "IN ('BASE TABLE', 'VIEW') ORDER BY TABLE_TYPE = 'VIEW', BINARY TABLE_NAME"));
    for (const TextRow& row : rows) {
      if (sql::is_tool_table(row[0])) continue;
      LiveTable& table = live_.tables.emplace_back();
      table.name = row[0];
      table.is_view = row[1] == "VIEW";
      if (!table.is_view) table.comment = row[2];
    }
    return {};
  }

  // JSON is a longtext that a check named like it holds to be valid.
  result<void> read_checks() {
    TRIVET_TRY(const auto rows,
               session_.query("SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM "
                              "information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() "
                              "ORDER BY TABLE_NAME, CONSTRAINT_NAME"));
    for (const TextRow& row : rows) {
      if (row[2] == "json_valid(" + sql::quote_identifier(row[1]) + ")")
        documents_.emplace(row[0], row[1]);
      else if (find(row[0]) != nullptr)
        warn(row[0], "CHECK (" + row[2] + ") is in force, and not in the schema");
    }
    return {};
  }

  result<void> read_columns() {
    TRIVET_TRY(const auto rows,
               session_.query("SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, EXTRA, "
                              "COALESCE(COLUMN_DEFAULT, ''), COALESCE(GENERATION_EXPRESSION, ''), "
                              "COLUMN_COMMENT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() "
                              "ORDER BY TABLE_NAME, ORDINAL_POSITION"));
    for (const TextRow& row : rows) {
      LiveTable* table = find(row[0]);
      if (table == nullptr) continue;
      LiveColumn& column = table->columns.emplace_back();
      column.name = row[1];
      set_mysql_type(row[2], documents_.contains({row[0], row[1]}), column);
      if (column.type == ScalarType::enum_) name_enum(row, column);
      column.required = row[3] == "NO";
      column.comment = row[7];
      column.default_value = mysql_default(column, row[2], row[5]);
      if (row[4].find("auto_increment") != std::string::npos)
        column.default_value.kind = DefaultKind::autoincrement;
      if (!row[6].empty()) {
        column.default_value.kind = DefaultKind::dbgenerated;
        column.default_value.sql = std::string(sql::generated_prefix) + row[6] + ") " +
                                   (row[4].find("STORED") != std::string::npos ? "STORED" : "VIRTUAL");
      }
      if (row[4].find("on update") != std::string::npos)
        warn(row[0], "column \"" + row[1] + "\" is set " + row[4] + ", which is not in the schema");
    }
    return {};
  }

  // By the present schema's name if it has one for these values, else by table and column.
  void name_enum(const TextRow& row, LiveColumn& column) {
    const std::vector<std::string> values = mysql_enum_values(row[2]);
    column.enum_name = row[0] + "_" + row[1];
    if (present_ != nullptr)
      if (const schema::Model* model = present_->find_table(row[0])) {
        const auto field = model->field_by_db_name.find(row[1]);
        const int known = field == model->field_by_db_name.end()
                              ? -1
                              : model->fields[static_cast<size_t>(field->second)].enum_index;
        if (known >= 0) column.enum_name = present_->enums[static_cast<size_t>(known)].db_name;
      }
    if (live_.find_enum(column.enum_name) < 0) live_.enums.push_back({column.enum_name, "", values});
  }

  result<void> read_foreign_keys() {
    TRIVET_TRY(const auto rows,
               session_.query(
                   "SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, "
                   "k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE, "
                   "k.REFERENCED_TABLE_SCHEMA = DATABASE() FROM information_schema.KEY_COLUMN_USAGE k JOIN "
                   "information_schema.REFERENTIAL_CONSTRAINTS r ON r.CONSTRAINT_SCHEMA = "
                   "k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = "
                   "k.TABLE_NAME WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL "
                   "ORDER BY k.TABLE_NAME, BINARY k.CONSTRAINT_NAME, k.ORDINAL_POSITION"));
    for (size_t at = 0; at < rows.size();) {
      const TextRow& row = rows[at];
      LiveForeignKey key{row[1], {}, row[3], {}, action_of(row[5]), action_of(row[6])};
      for (; at < rows.size() && rows[at][0] == row[0] && rows[at][1] == row[1]; ++at) {
        key.columns.push_back(rows[at][2]);
        key.to_columns.push_back(rows[at][4]);
      }
      add_foreign_key(row, std::move(key));
    }
    return {};
  }

  void add_foreign_key(const TextRow& row, LiveForeignKey key) {
    LiveTable* table = find(row[0]);
    if (table == nullptr) return;
    const LiveTable* parent = row[7] == "1" ? find(key.table) : nullptr;
    if (parent == nullptr || !has_one_type(*table, *parent, key))
      return warn(table->name, "the foreign key " + key.name +
                                   " is no relation: its target is elsewhere or of another type");
    const bool known = std::ranges::any_of(table->foreign_keys, [&](const LiveForeignKey& other) {
      return other.columns == key.columns && other.table == key.table &&
             other.to_columns == key.to_columns;
    });
    if (!known) table->foreign_keys.push_back(std::move(key));
  }

  static bool has_one_type(const LiveTable& table, const LiveTable& parent,
                           const LiveForeignKey& key) {
    for (size_t i = 0; i < key.columns.size(); ++i) {
      const int from = table.find_column(key.columns[i]);
      const int to = parent.find_column(key.to_columns[i]);
      if (from < 0 || to < 0 || table.columns[from].type != parent.columns[to].type ||
          table.columns[from].type == ScalarType::unsupported)
        return false;
    }
    return true;
  }

  result<void> read_indexes() {
    TRIVET_TRY(const auto rows,
               session_.query("SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, "
                              "COALESCE(COLLATION, ''), INDEX_TYPE, COALESCE(SUB_PART, '') FROM "
                              "information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY "
                              "TABLE_NAME, BINARY INDEX_NAME, SEQ_IN_INDEX"));
    for (size_t at = 0; at < rows.size();) {
      const TextRow& row = rows[at];
      LiveTable* table = find(row[0]);
      LiveIndex index;
      index.name = row[1];
      index.unique = row[2] == "0";
      bool plain = row[5] == "BTREE";
      for (; at < rows.size() && rows[at][0] == row[0] && rows[at][1] == row[1]; ++at) {
        LiveIndexColumn& column = index.columns.emplace_back();
        column.name = rows[at][3];
        column.descending = rows[at][4] == "D";
        plain = plain && rows[at][6].empty();
      }
      if (table != nullptr) add_index(*table, std::move(index), plain);
    }
    return {};
  }

  void add_index(LiveTable& table, LiveIndex index, bool plain) {
    if (index.name == "PRIMARY") {
      for (const LiveIndexColumn& column : index.columns) table.primary_key.push_back(column.name);
      return;
    }
    // The server makes one for a foreign key that has none, by the key's name.
    const bool made = std::ranges::any_of(table.foreign_keys, [&](const LiveForeignKey& key) {
      return !index.unique && key.name == index.name &&
             std::ranges::equal(index.columns, key.columns, {}, &LiveIndexColumn::name);
    });
    if (made) return;
    if (!plain)
      return warn(table.name, "the index " + index.name +
                                  " is of a kind, or over parts of columns, that is left out");
    table.indexes.push_back(std::move(index));
  }

  result<void> warn_of_triggers() {
    TRIVET_TRY(const auto rows,
               session_.query("SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME FROM information_schema.TRIGGERS WHERE "
                              "TRIGGER_SCHEMA = DATABASE() ORDER BY 1, 2"));
    for (const TextRow& row : rows)
      if (find(row[0]) != nullptr)
        warn(row[0], "the trigger " + row[1] + " is in force, and not in the schema");
    return {};
  }

  mysql::Session& session_;
  const schema::Schema* present_;
  std::set<std::pair<std::string, std::string>> documents_;  // table and column
  LiveDatabase live_;
};

}  // namespace

result<LiveDatabase> read_mysql(const std::string& url, const schema::Schema* present) {
  mysql::MysqlOptions options;
  TRIVET_CHECK(mysql::read_url(url, options));
  TRIVET_TRY(const auto session, mysql::Session::open(options));
  return Reader(*session, present).read();
}

}  // namespace trivet::store::introspect
