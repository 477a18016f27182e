#include <fmt/format.h>

#include <map>

#include "store/postgres/changes/change_log.h"
#include "store/postgres/layout/describe.h"
#include "store/postgres/layout/session.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

using sql::quote_identifier;
using sql::quote_literal;

// Of the session's lock, so that one process at a time makes tables and triggers.
constexpr int64_t lock_number = 0x7472697665746368;

// Of the one transaction at a time that gives notice: whoever does holds a lock of the whole server while it commits, so that
// no two could be made durable by one sync.
constexpr int64_t notice_lock = lock_number + 1;

constexpr const char* function_name = "_trivet_keep_changes";

// With the rights of who owns the table: whoever may change a row need not know of the log.
std::string function_body(const std::string& schema, bool has_schemas) {
  const std::string log = schema + '.' + quote_identifier(changes_table);
  const std::string key =
      "(SELECT jsonb_object_agg(k, x.j -> k) FROM unnest(TG_ARGV) AS k)::text";
  const std::string table =
      has_schemas ? "TG_TABLE_SCHEMA || " + quote_literal(std::string(1, schema::schema_mark)) + " || TG_TABLE_NAME" : "TG_TABLE_NAME";
  std::string body = "\nBEGIN\n";
  for (const ChangeKind& kind : change_kinds()) {
    const bool deletes = kind.operation == schema::Operation::delete_;
    body += fmt::format(
        "  IF TG_OP = '{}' THEN\n"
        "    INSERT INTO {} (\"table\", \"kind\", \"key\", \"old\")\n"
        "      SELECT {}, '{}', {}, {} FROM changed AS c, LATERAL (SELECT to_jsonb(c) AS j) AS x;\n"
        "    IF FOUND AND pg_try_advisory_xact_lock({}) THEN PERFORM pg_notify('{}', ''); END IF;\n"
        "  END IF;\n",
        kind.event, log, table, kind.name, key, deletes ? "x.j::text" : "NULL", notice_lock, changes_table);
  }
  return body + "  RETURN NULL;\nEND\n";
}

std::string hex_of_arguments(const WatchedTable& table) {
  std::string hex;
  for (const std::string& column : table.key) {
    for (const char byte : column) hex += fmt::format("{:02x}", static_cast<uint8_t>(byte));
    hex += "00";
  }
  return hex;
}

class Preparation {
 public:
  Preparation(Session& session, const std::vector<std::string>& schemas)
      : session_(session), schemas_(schemas), naming_(Naming::of_database(schemas)) {}

  result<void> run(const std::vector<WatchedTable>& tables) {
    TRIVET_TRY(const auto where, session_.query("SELECT quote_ident(current_schema())"));
    schema_ = where.at(0).at(0);
    if (!tables.empty()) {
      TRIVET_CHECK(make_table());
      TRIVET_CHECK(make_function());
    }
    TRIVET_CHECK(find_triggers());
    for (const WatchedTable& table : tables)
      for (const ChangeKind& kind : change_kinds())
        if ((table.operations >> static_cast<unsigned>(kind.operation) & 1U) != 0)
          TRIVET_CHECK(make_trigger(table, kind));
    for (const auto& [place, arguments] : triggers_) TRIVET_CHECK(drop_trigger(place));
    return {};
  }

 private:
  using Place = std::pair<std::string, std::string>;  // table, trigger

  result<void> make_table() {
    TRIVET_TRY(const auto found, session_.query("SELECT coalesce(to_regclass($1)::text, '')",
                                                {schema_ + '.' + quote_identifier(changes_table)}));
    if (!found.at(0).at(0).empty()) return {};
    const std::string table = quote_identifier(changes_table);
    TRIVET_CHECK(session_.execute(fmt::format(
        "CREATE TABLE {} (\"id\" BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"tx\" xid8 NOT NULL DEFAULT "
        "pg_current_xact_id(), \"at\" TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(), \"table\" TEXT NOT NULL, "
        "\"kind\" TEXT NOT NULL, \"key\" TEXT NOT NULL, \"old\" TEXT)",
        table)));
    TRIVET_CHECK(session_.execute(fmt::format("CREATE INDEX ON {} (\"tx\")", table)));
    TRIVET_CHECK(session_.execute(fmt::format("CREATE INDEX ON {} (\"at\")", table)));
    return session_.execute(fmt::format("REVOKE ALL ON {} FROM PUBLIC", table));
  }

  result<void> make_function() {
    const std::string body = function_body(schema_, !schemas_.empty());
    TRIVET_TRY(const auto found,
               session_.query("SELECT p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
                              "WHERE n.nspname = current_schema() AND p.proname = $1",
                              {function_name}));
    if (!found.empty() && found[0][0] == body) return {};
    TRIVET_CHECK(session_.execute(
        fmt::format("CREATE OR REPLACE FUNCTION {} () RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
                    "SET search_path = pg_catalog, {}, pg_temp AS $changes${}$changes$",
                    quote_identifier(function_name), schema_, body)));
    return session_.execute(
        fmt::format("REVOKE ALL ON FUNCTION {} () FROM PUBLIC", quote_identifier(function_name)));
  }

  result<void> find_triggers() {
    TRIVET_TRY(const auto rows,
               session_.query("SELECT " + naming_.name("c.relnamespace", "c.relname") +
                                  ", t.tgname, encode(t.tgargs, 'hex') FROM pg_trigger t "
                                  "JOIN pg_class c ON c.oid = t.tgrelid WHERE starts_with(t.tgname, $1) AND " +
                                  naming_.holds("c.relnamespace"),
                              {changes_table}));
    for (const TextRow& row : rows) triggers_[{row[0], row[1]}] = row[2];
    return {};
  }

  result<void> make_trigger(const WatchedTable& table, const ChangeKind& kind) {
    const Place place{table.table, fmt::format("{}_{}", changes_table, kind.name)};
    const auto found = triggers_.find(place);
    if (found != triggers_.end() && found->second == hex_of_arguments(table)) {
      triggers_.erase(found);
      return {};
    }
    if (found != triggers_.end()) {
      TRIVET_CHECK(drop_trigger(place));
      triggers_.erase(found);
    }
    std::string arguments;
    for (const std::string& column : table.key)
      arguments += (arguments.empty() ? "" : ", ") + quote_literal(column);
    const bool deletes = kind.operation == schema::Operation::delete_;
    return session_.execute(fmt::format(
        "CREATE TRIGGER {} AFTER {} ON {} REFERENCING {} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {} ({})",
        quote_identifier(place.second), kind.event, quote_identifier(table.table), deletes ? "OLD" : "NEW",
        quote_identifier(function_name), arguments));
  }

  result<void> drop_trigger(const Place& place) {
    return session_.execute(fmt::format("DROP TRIGGER {} ON {}", quote_identifier(place.second),
                                        quote_identifier(place.first)));
  }

  Session& session_;
  const std::vector<std::string>& schemas_;
  const Naming naming_;
  std::string schema_;
  std::map<Place, std::string> triggers_;  // that are there and not known to be wanted
};

}  // namespace

result<void> prepare_changes(const PostgresOptions& options, const schema::Schema& schema) {
  TRIVET_TRY(const auto session, Session::open(options));
  TRIVET_CHECK(session->execute("BEGIN"));
  // A trigger waits for who uses its table, and who comes later waits behind it.
  TRIVET_CHECK(session->execute("SET LOCAL lock_timeout = '10s'"));
  TRIVET_CHECK(session->execute(fmt::format("SELECT pg_advisory_xact_lock({})", lock_number)));
  TRIVET_CHECK(Preparation(*session, schema.datasource.schemas).run(watched_tables(schema)));
  return session->execute("COMMIT");
}

}  // namespace trivet::store::postgres
