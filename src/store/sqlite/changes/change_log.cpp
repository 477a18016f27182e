#include "store/sqlite/changes/change_log.h"

#include <fmt/format.h>

#include <map>

#include "store/changes/wake.h"
#include "store/sql/render.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/introspect.h"

namespace trivet::store::sqlite {
namespace {

using sql::quote_identifier;
using sql::quote_literal;

constexpr std::chrono::milliseconds look_every{50};

constexpr const char* create_table =
    "CREATE TABLE IF NOT EXISTS \"_trivet_changes\" (\"id\" INTEGER PRIMARY KEY AUTOINCREMENT, "
    "\"at\" INTEGER NOT NULL DEFAULT (unixepoch()), \"table\" TEXT NOT NULL, \"kind\" TEXT NOT NULL, "
    "\"key\" TEXT NOT NULL, \"old\" TEXT)";

// JSON has no bytes, and any column may hold some.
std::string json_of(const std::vector<std::string>& columns, const char* row) {
  std::string text;
  for (const std::string& column : columns) {
    const std::string cell = fmt::format("{}.{}", row, quote_identifier(column));
    text += fmt::format("{}{}, CASE typeof({}) WHEN 'blob' THEN NULL ELSE {} END",
                        text.empty() ? "" : ", ", quote_literal(column), cell, cell);
  }
  return "json_object(" + text + ')';
}

std::string trigger_name(const WatchedTable& table, const ChangeKind& kind) {
  return fmt::format("{}_{}_{}", changes_table, kind.name, table.table);
}

std::string create_trigger(const WatchedTable& table, const ChangeKind& kind) {
  const bool deletes = kind.operation == schema::Operation::delete_;
  return fmt::format("CREATE TRIGGER {} AFTER {} ON {} BEGIN INSERT INTO \"{}\" (\"table\", \"kind\", \"key\", \"old\") "
                     "VALUES ({}, '{}', {}, {}); END",
                     quote_identifier(trigger_name(table, kind)), kind.event, quote_identifier(table.table),
                     changes_table, quote_literal(table.table), kind.name,
                     json_of(table.key, deletes ? "OLD" : "NEW"),
                     deletes ? json_of(table.columns, "OLD") : "NULL");
}

result<void> make_triggers(Connection& connection, const std::vector<WatchedTable>& tables) {
  TRIVET_TRY(const auto rows,
             query_text(connection, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' "
                                    "AND substr(name, 1, 15) = '_trivet_changes'"));
  std::map<std::string, std::string> found;
  for (const TextRow& row : rows) found[row[0]] = row[1];
  for (const WatchedTable& table : tables) {
    for (const ChangeKind& kind : change_kinds()) {
      if ((table.operations >> static_cast<unsigned>(kind.operation) & 1U) == 0) continue;
      const std::string name = trigger_name(table, kind);
      const std::string wanted = create_trigger(table, kind);
      const auto there = found.extract(name);
      if (there && there.mapped() == wanted) continue;
      if (there) TRIVET_CHECK(connection.execute("DROP TRIGGER " + quote_identifier(name)));
      TRIVET_CHECK(connection.execute(wanted));
    }
  }
  for (const auto& [name, statement] : found)
    TRIVET_CHECK(connection.execute("DROP TRIGGER " + quote_identifier(name)));
  return {};
}

class SqliteChangeLog final : public ChangeLog {
 public:
  explicit SqliteChangeLog(const SqliteOptions& options) : options_(options) {}

  [[nodiscard]] result<Changes> next(std::chrono::milliseconds wait) override {
    if (connection_ != nullptr) {
      wake_.wait(std::min(wait, look_every));
      return look();
    }
    TRIVET_TRY(connection_, Connection::open(options_, Access::write));
    if (last_ >= 0) return look();
    TRIVET_TRY(last_, connection_->query_integer(
                          fmt::format("SELECT coalesce(max(id), 0) FROM \"{}\"", changes_table)));
    return Changes{};
  }

  result<void> prune() override {
    if (connection_ == nullptr) return {};
    return connection_->execute(
        fmt::format("DELETE FROM \"{0}\" WHERE \"id\" IN (SELECT \"id\" FROM \"{0}\" ORDER BY \"id\" LIMIT 10000) "
                    "AND \"at\" < unixepoch() - {1}",
                    changes_table, std::chrono::seconds(changes_kept).count()));
  }

  void interrupt() override { wake_.set(); }

 private:
  result<Changes> look() {
    TRIVET_TRY(const auto rows,
               query_text(*connection_,
                          fmt::format("SELECT \"id\", \"table\", \"kind\", \"key\", \"old\" FROM \"{}\" "
                                      "WHERE \"id\" > {} ORDER BY \"id\" LIMIT {}",
                                      changes_table, last_, changes_max)));
    Changes changes;
    for (const TextRow& row : rows)
      changes.list.push_back({std::stoll(row[0]), row[1], change_kind(row[2]), row[3], row[4]});
    if (!changes.list.empty()) last_ = changes.list.back().id;
    return changes;
  }

  const SqliteOptions options_;
  Wake wake_;
  std::unique_ptr<Connection> connection_;
  int64_t last_ = -1;  // number of the last change that was seen; -1: none was looked for
};

}  // namespace

result<void> prepare_changes(const SqliteOptions& options, const schema::Schema& schema) {
  const std::vector<WatchedTable> tables = watched_tables(schema);
  if (tables.empty()) {
    TRIVET_TRY(const auto reader, Connection::open(options, Access::read));
    TRIVET_TRY(const int64_t left, reader->query_integer("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' "
                                                         "AND substr(name, 1, 15) = '_trivet_changes'"));
    if (left == 0) return {};
  }
  TRIVET_TRY(const auto connection, Connection::open(options, Access::write));
  TRIVET_CHECK(connection->execute("BEGIN IMMEDIATE"));
  if (!tables.empty()) TRIVET_CHECK(connection->execute(create_table));
  TRIVET_CHECK(make_triggers(*connection, tables));
  return connection->execute("COMMIT");
}

std::unique_ptr<ChangeLog> open_change_log(const SqliteOptions& options) {
  return std::make_unique<SqliteChangeLog>(options);
}

}  // namespace trivet::store::sqlite
