#include <fmt/format.h>

#include <map>

#include "store/mysql/changes/change_log.h"
#include "store/mysql/layout/session.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {
namespace {

using sql::quote_identifier;
using sql::quote_literal;

constexpr const char* create_table =
    "CREATE TABLE IF NOT EXISTS \"_trivet_changes\" (\"id\" BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, "
    "\"at\" DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6), \"table\" VARCHAR(64) NOT NULL, "
    "\"kind\" VARCHAR(8) NOT NULL, \"key\" LONGTEXT NOT NULL, \"old\" LONGTEXT, "
    "INDEX \"_trivet_changes_at\" (\"at\")) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

std::string json_of(const std::vector<std::string>& columns, const char* row) {
  std::string text;
  for (const std::string& column : columns)
    text += fmt::format("{}{}, {}.{}", text.empty() ? "" : ", ", quote_literal(column), row,
                        quote_identifier(column));
  return "JSON_OBJECT(" + text + ')';
}

std::string statement_of(const WatchedTable& table, const ChangeKind& kind) {
  const bool deletes = kind.operation == schema::Operation::delete_;
  return fmt::format("INSERT INTO \"{}\" (\"table\", \"kind\", \"key\", \"old\") VALUES ({}, '{}', {}, {})",
                     changes_table, quote_literal(table.table), kind.name,
                     json_of(table.key, deletes ? "OLD" : "NEW"),
                     deletes ? json_of(table.columns, "OLD") : "NULL");
}

// A trigger's name is one of the database, and no longer than a table's.
std::string trigger_name(const std::string& table, const ChangeKind& kind) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char byte : table) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  return fmt::format("{}_{}_{:016x}", changes_table, kind.name, hash);
}

result<void> make_triggers(Session& session, const std::vector<WatchedTable>& tables) {
  TRIVET_TRY(const auto rows,
             session.query("SELECT TRIGGER_NAME, ACTION_STATEMENT FROM information_schema.TRIGGERS "
                           "WHERE TRIGGER_SCHEMA = DATABASE() AND LEFT(TRIGGER_NAME, 15) = '_trivet_changes'"));
  std::map<std::string, std::string> found;
  for (const TextRow& row : rows) found[row[0]] = row[1];
  for (const WatchedTable& table : tables) {
    for (const ChangeKind& kind : change_kinds()) {
      if ((table.operations >> static_cast<unsigned>(kind.operation) & 1U) == 0) continue;
      const std::string name = trigger_name(table.table, kind);
      const std::string statement = statement_of(table, kind);
      const auto there = found.extract(name);
      if (there && there.mapped() == statement) continue;
      TRIVET_CHECK(session.execute(fmt::format("CREATE OR REPLACE TRIGGER {} AFTER {} ON {} FOR EACH ROW {}",
                                               quote_identifier(name), kind.event,
                                               quote_identifier(table.table), statement)));
    }
  }
  for (const auto& [name, statement] : found)
    TRIVET_CHECK(session.execute("DROP TRIGGER " + quote_identifier(name)));
  return {};
}

}  // namespace

result<void> prepare_changes(const MysqlOptions& options, const schema::Schema& schema) {
  TRIVET_TRY(const auto session, Session::open(options));
  TRIVET_CHECK(session->execute("SET SESSION lock_wait_timeout = 10"));
  TRIVET_TRY(const int64_t locked, session->query_integer(
                                       "SELECT GET_LOCK(CONCAT(LEFT(DATABASE(), 40), '_trivet_changes'), 30)"));
  if (locked != 1)
    return fail(ErrorCode::connection_failed, "another process has been making triggers for 30 seconds");
  const std::vector<WatchedTable> tables = watched_tables(schema);
  // Where nothing was ever watched there is nothing to look for, and no right to it may be needed.
  if (!tables.empty()) TRIVET_CHECK(session->execute(create_table));
  return make_triggers(*session, tables);
}

}  // namespace trivet::store::mysql
