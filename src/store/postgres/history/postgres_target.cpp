#include "store/postgres/history/postgres_target.h"

#include <algorithm>

#include "store/postgres/history/catalog.h"
#include "store/postgres/history/compare.h"
#include "store/postgres/history/dump.h"
#include "store/postgres/history/losses.h"
#include "store/postgres/history/script.h"
#include "store/postgres/history/script_runner.h"
#include "store/postgres/layout/describe.h"
#include "store/postgres/layout/stand_ins.h"
#include "store/postgres/layout/url.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

using sql::quote_identifier;
using sql::quote_literal;

constexpr std::string_view here = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())";

// Prisma's number, so that its tools and ours keep each other out.
constexpr std::string_view migration_lock = "72707369";

// As Prisma writes it, to the letter.
constexpr std::string_view history_columns = R"sql( (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
))sql";

// Beyond this the server's own estimate of a table's rows is near enough.
constexpr int64_t counted_rows_max = 1'000'000;

std::string words_of(const Error& error) {
  return error.details.empty() ? error.message : error.message + "\n" + error.details;
}

std::string where_id(const std::string& id) { return " WHERE id = " + quote_literal(id); }

// All that a layout says, of what its names stand for.
void name_back(const StandIns& stand_ins, DatabaseDescription& layout) {
  for (EnumDescription& type : layout.enums) type.name = stand_ins.name(type.name);
  for (TableDescription& table : layout.tables) {
    table.name = stand_ins.name(table.name);
    table.primary_key_name = stand_ins.name(table.primary_key_name);
    for (ColumnDescription& column : table.columns) {
      column.type = stand_ins.text(std::move(column.type));
      column.default_sql = stand_ins.text(std::move(column.default_sql));
    }
    for (IndexDescription& index : table.indexes) {
      index.name = stand_ins.name(index.name);
      index.where_sql = stand_ins.text(std::move(index.where_sql));
      for (IndexColumnDescription& column : index.columns)
        if (column.is_expression) column.name = stand_ins.text(std::move(column.name));
    }
    for (ForeignKeyDescription& key : table.foreign_keys) {
      key.name = stand_ins.name(key.name);
      key.table = stand_ins.name(key.table);
    }
  }
}

// In a transaction, which is rolled back.
result<DatabaseDescription> make_and_read(Session& session, const schema::Schema& schema) {
  if (schema.datasource.schemas.empty()) {
    TRIVET_CHECK(make_temporary(session, schema));
    return read_catalog(session, Naming::of_temporary());
  }
  TRIVET_TRY(const StandIns stand_ins, StandIns::make(session, schema));
  TRIVET_CHECK(make_temporary(session, stand_ins.schema()));
  TRIVET_CHECK(session.execute(path_of_none));
  TRIVET_TRY(DatabaseDescription layout, read_catalog(session, Naming::of_temporary()));
  name_back(stand_ins, layout);
  return layout;
}

class SessionLock final : public sql::MigrationLock {
 public:
  explicit SessionLock(std::unique_ptr<Session> session) : session_(std::move(session)) {}

 private:
  std::unique_ptr<Session> session_;  // whose end lets go of it
};

}  // namespace

std::string PostgresTarget::place() const { return without_password(options_.database.url); }

result<Session*> PostgresTarget::session() {
  if (session_) return session_.get();
  auto opened =
      Session::open(options_.database, shadow_ == nullptr ? std::string() : shadow_->name());
  if (!opened) {
    Error error = std::move(opened).error();
    error.message = "the database " + place() + " can't be reached";
    error.hint = "is the server running, and are host, port, user and password right?";
    return std::unexpected(std::move(error));
  }
  session_ = *std::move(opened);
  return session_.get();
}

result<Session*> PostgresTarget::writing() {
  TRIVET_TRY(Session* const open, session());
  // A script may have changed any setting of the session.
  TRIVET_CHECK(open->execute("DISCARD ALL"));
  TRIVET_CHECK(open->execute("SET TIME ZONE 'UTC'"));
  TRIVET_CHECK(open->execute("SET statement_timeout = 0"));
  TRIVET_CHECK(
      open->execute("SET lock_timeout = " + std::to_string(options_.lock_timeout.count())));
  if (const std::string& schema = options_.database.schema; !schema.empty()) {
    TRIVET_CHECK(open->execute("CREATE SCHEMA IF NOT EXISTS " + quote_identifier(schema)));
    TRIVET_CHECK(open->execute("SET search_path = " + quote_identifier(schema)));
  }
  TRIVET_TRY(const auto rows, open->query("SELECT quote_ident(current_schema())"));
  if (rows.at(0).at(0).empty())
    return fail(ErrorCode::bad_config, "the database's user has no schema to make tables in", {},
                "name one in the url: ?schema=NAME");
  history_ = rows.at(0).at(0) + "._prisma_migrations";
  return open;
}

result<DatabaseDescription> PostgresTarget::describe() {
  TRIVET_TRY(Session* const open, session());
  const std::vector<std::string>& schemas = options_.database.schemas;
  if (schemas.empty()) return read_catalog(*open, Naming::of_database({}));
  TRIVET_CHECK(open->execute("BEGIN"));
  TRIVET_CHECK(open->execute(path_of_none));
  result<DatabaseDescription> layout = read_catalog(*open, Naming::of_database(schemas));
  TRIVET_CHECK(open->execute("ROLLBACK"));
  return layout;
}

result<DatabaseDescription> PostgresTarget::layout_of(const schema::Schema& schema) {
  TRIVET_TRY(Session* const open, session());
  TRIVET_CHECK(open->execute("BEGIN"));
  result<DatabaseDescription> layout = make_and_read(*open, schema);
  TRIVET_CHECK(open->execute("ROLLBACK"));
  return layout;
}

sql::LayoutDiff PostgresTarget::diff(const DatabaseDescription& from, const DatabaseDescription& to,
                                     const std::vector<sql::Rename>& renames) const {
  return sql::diff_layouts(from, to, renames, compare_layouts);
}

std::string PostgresTarget::render(const sql::LayoutDiff& diff) const {
  return postgres::render_script(diff);
}

sql::ScriptFacts PostgresTarget::read_script(std::string_view script) const {
  const PostgresOptions& database = options_.database;
  if (database.schemas.empty()) return sql::read_script(script, sql::ScriptDialect::postgres);
  return sql::read_placed_script(script, database.schema.empty() ? "public" : database.schema);
}

std::vector<sql::TableCost> PostgresTarget::find_costs(const sql::LayoutDiff& diff,
                                                       const sql::ScriptFacts& facts) const {
  return postgres::find_costs(diff, facts);
}

result<bool> PostgresTarget::is_empty() {
  TRIVET_TRY(Session* const open, session());
  const auto none_of = [](const std::string& catalog, const std::string& alias) {
    return " AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '" + catalog +
           "'::regclass AND x.objid = " + alias + ".oid AND x.deptype = 'e')";
  };
  const Naming naming = Naming::of_database(options_.database.schemas);
  TRIVET_TRY(const int64_t things,
             open->query_integer(
                 "SELECT (SELECT count(*) FROM pg_class c WHERE " + naming.holds("c.relnamespace") +
                 " AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relname <> "
                 "'_prisma_migrations' AND NOT c.relname LIKE '\\_trivet%'" +
                 none_of("pg_class", "c") +
                 ") + (SELECT count(*) FROM pg_type t WHERE t.typtype IN ('e', 'd') AND " +
                 naming.holds("t.typnamespace") + none_of("pg_type", "t") +
                 ") + (SELECT count(*) FROM pg_proc p WHERE " + naming.holds("p.pronamespace") +
                 none_of("pg_proc", "p") + ")"));
  return things == 0;
}

result<std::string> PostgresTarget::dump_layout() {
  if (!options_.database.schemas.empty())
    return fail(ErrorCode::bad_config, "a baseline of several schemas of a database can't be written", {},
                "write it with `pg_dump --schema-only` into a folder 0_init of migrations, then "
                "`trivet migrate resolve --applied 0_init`");
  TRIVET_TRY(const DatabaseDescription layout, describe());
  return postgres::dump_layout(*session_, layout);
}

result<std::optional<std::vector<sql::MigrationRecord>>> PostgresTarget::history() {
  TRIVET_TRY(Session* const open, session());
  TRIVET_TRY(const auto found,
             open->query("SELECT quote_ident(current_schema()) || '._prisma_migrations' FROM "
                         "pg_class WHERE relname = '_prisma_migrations' AND relnamespace = " +
                         std::string(here)));
  if (found.empty()) return std::nullopt;
  TRIVET_TRY(const auto rows,
             open->query("SELECT id, migration_name, checksum, coalesce(logs, ''), finished_at IS "
                         "NOT NULL, rolled_back_at IS NOT NULL FROM " +
                         found[0][0] + " ORDER BY started_at, migration_name"));
  std::vector<sql::MigrationRecord> records;
  for (const TextRow& row : rows) {
    using enum sql::MigrationState;
    records.push_back({row[0], row[1], row[2], row[3],
                       row[5] == "t"   ? rolled_back
                       : row[4] == "t" ? applied
                                       : failed});
  }
  return records;
}

result<void> PostgresTarget::create_history(Session& session) {
  return session.execute("CREATE TABLE IF NOT EXISTS " + history_ + std::string(history_columns));
}

result<std::string> PostgresTarget::insert_record(Session& session,
                                                  const sql::MigrationScript& script,
                                                  const std::string& values) {
  std::string id = ids_.uuid4();
  // The time of now, and not of the transaction, so that records of one moment keep their order.
  TRIVET_CHECK(session.execute("INSERT INTO " + history_ +
                               " (id, checksum, migration_name, started_at, finished_at, "
                               "rolled_back_at, logs, applied_steps_count) VALUES (" +
                               quote_literal(id) + ", " + quote_literal(script.checksum) + ", " +
                               quote_literal(script.name) + ", clock_timestamp(), " + values +
                               ")"));
  return id;
}

result<void> PostgresTarget::run_atomically(const std::function<result<void>(Session&)>& work) {
  for (int attempt = 1;; ++attempt) {
    TRIVET_TRY(Session* const open, writing());
    TRIVET_CHECK(open->execute("BEGIN"));
    result<void> done = work(*open);
    if (done && !open->is_in_transaction())
      return fail(ErrorCode::internal, "the script ended its transaction");
    if (done) done = open->execute("COMMIT");
    if (done) return {};
    Error error = std::move(done).error();
    if (open->is_in_transaction()) TRIVET_CHECK(open->execute("ROLLBACK"));
    if (!is_lock_timeout(error)) return std::unexpected(std::move(error));
    if (attempt >= options_.attempts_max) {
      error.hint = "somebody holds the table for long: see pg_stat_activity, and try again";
      return std::unexpected(std::move(error));
    }
    // Those who waited behind it come first.
    const int64_t pause_ms = std::min<int64_t>(options_.lock_timeout.count(), 1'000);
    TRIVET_CHECK(open->execute("SELECT pg_sleep(" + std::to_string(pause_ms) + " / 1000.0)"));
  }
}

result<void> PostgresTarget::apply(const sql::MigrationScript& script) {
  TRIVET_TRY(Session* const open, writing());
  TRIVET_CHECK(create_history(*open));
  if (read_script(script.sql).manages_transactions) return run_openly(script);
  const result<void> done = run_atomically([&](Session& session) -> result<void> {
    TRIVET_TRY(const std::string id, insert_record(session, script, "NULL, NULL, NULL, 1"));
    TRIVET_CHECK(run_statements(session, script.sql));
    return session.execute("UPDATE " + history_ + " SET finished_at = clock_timestamp()" +
                           where_id(id));
  });
  if (done) return {};
  Error error = done.error();
  // Nothing of it remained, and the record says so: the next deploy may try again.
  const auto recorded = insert_record(
      *open, script, "NULL, clock_timestamp(), " + quote_literal(words_of(error)) + ", 0");
  if (!recorded) error.details += "\nand that could not be recorded: " + recorded.error().message;
  return std::unexpected(std::move(error));
}

result<void> PostgresTarget::run_openly(const sql::MigrationScript& script) {
  TRIVET_TRY(Session* open, writing());
  TRIVET_TRY(const std::string id, insert_record(*open, script, "NULL, NULL, NULL, 0"));
  const result<void> done = run_statements_openly(*open, script.sql, options_.lock_timeout);
  const std::string update = done ? "finished_at = clock_timestamp(), applied_steps_count = 1"
                                  : "logs = " + quote_literal(words_of(done.error()));
  TRIVET_TRY(open, writing());
  const result<void> recorded =
      open->execute("UPDATE " + history_ + " SET " + update + where_id(id));
  if (!done) return done;
  return recorded;
}

result<void> PostgresTarget::revert(const sql::MigrationRecord& record, const std::string& down) {
  if (read_script(down).manages_transactions)
    return fail(ErrorCode::bad_config,
                "down.sql can't run in one transaction, so it could stay half done", {},
                "take BEGIN, COMMIT and CONCURRENTLY out of it");
  return run_atomically([&](Session& session) -> result<void> {
    TRIVET_CHECK(run_statements(session, down));
    // Without finished_at, so that Prisma's `migrate resolve --applied` takes it too.
    return session.execute("UPDATE " + history_ +
                           " SET finished_at = NULL, logs = 'rolled back with down.sql', "
                           "rolled_back_at = clock_timestamp()" +
                           where_id(record.id));
  });
}

result<void> PostgresTarget::mark_applied(const sql::MigrationScript& script) {
  TRIVET_TRY(Session* const open, writing());
  TRIVET_CHECK(create_history(*open));
  TRIVET_CHECK(insert_record(*open, script, "clock_timestamp(), NULL, '', 0"));
  return {};
}

result<void> PostgresTarget::mark_rolled_back(const sql::MigrationRecord& record) {
  TRIVET_TRY(Session* const open, writing());
  return open->execute("UPDATE " + history_ + " SET rolled_back_at = clock_timestamp()" +
                       where_id(record.id));
}

result<void> PostgresTarget::run(const std::string& script) {
  if (!read_script(script).manages_transactions)
    return run_atomically([&](Session& session) { return run_statements(session, script); });
  TRIVET_TRY(Session* const open, writing());
  return run_statements_openly(*open, script, options_.lock_timeout);
}

result<std::vector<Loss>> PostgresTarget::find_losses(const sql::LayoutDiff& diff) {
  const bool takes_from =
      !diff.enums.empty() || std::ranges::any_of(diff.changes, [](const sql::TableChange& change) {
        return change.from != nullptr;
      });
  if (!takes_from) return std::vector<Loss>();
  TRIVET_TRY(const DatabaseDescription live, describe());
  return postgres::find_losses(*session_, live, diff);
}

result<int64_t> PostgresTarget::count_rows(const std::string& table) {
  TRIVET_TRY(Session* const open, session());
  const schema::PlacedName parts = schema::split_name(table);
  TRIVET_TRY(const auto rows,
             open->query("SELECT c.reltuples::bigint, quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n "
                         "ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND c.relname = $1 AND "
                         "n.nspname = coalesce(nullif($2, ''), current_schema())",
                         {std::string(parts.name), std::string(parts.db_schema)}));
  if (rows.empty()) return 0;
  const int64_t estimate = std::stoll(rows[0][0]);
  if (estimate >= counted_rows_max) return estimate;
  return open->query_integer("SELECT count(*) FROM " + rows[0][1] + "." + quote_identifier(parts.name));
}

result<std::unique_ptr<sql::MigrationLock>> PostgresTarget::lock(std::chrono::seconds wait) {
  TRIVET_CHECK(session());
  TRIVET_TRY(auto holder, Session::open(options_.database));
  const auto busy = [&] {
    return fail(ErrorCode::lock_not_available,
                "another process is migrating " + place() + ", Trivet's or Prisma's", {},
                "wait for it; --wait SECONDS waits longer");
  };
  const std::string call = "advisory_lock(" + std::string(migration_lock) + ")";
  if (wait.count() == 0) {
    TRIVET_TRY(const auto rows, holder->query("SELECT pg_try_" + call));
    if (rows.at(0).at(0) != "t") return busy();
  } else {
    TRIVET_CHECK(holder->execute("SET statement_timeout = 0"));
    TRIVET_CHECK(holder->execute("SET lock_timeout = '" + std::to_string(wait.count()) + "s'"));
    const auto taken = holder->execute("SELECT pg_" + call);
    if (!taken && is_lock_timeout(taken.error())) return busy();
    if (!taken) return std::unexpected(taken.error());
  }
  return std::make_unique<SessionLock>(std::move(holder));
}

result<std::unique_ptr<sql::MigrationTarget>> PostgresTarget::shadow() {
  TRIVET_CHECK(session());
  TRIVET_TRY(auto made,
             ShadowDatabase::make(options_.database, options_.shadow_url, ids_.uuid4()));
  PostgresTargetOptions options;
  options.database = made->options();
  options.lock_timeout = options_.lock_timeout;
  auto target = std::make_unique<PostgresTarget>(std::move(options), clock_, random_);
  target->shadow_ = std::move(made);
  // Here too, so that a schema of the URL is there to be described.
  TRIVET_CHECK(target->writing());
  return target;
}

}  // namespace trivet::store::postgres
