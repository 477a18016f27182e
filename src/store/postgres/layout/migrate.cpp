#include "store/postgres/layout/migrate.h"

#include "store/postgres/layout/describe.h"
#include "store/postgres/layout/difference.h"
#include "store/postgres/layout/session.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {

namespace {

// Of pg_advisory_xact_lock: any number that is ours.
constexpr const char* lock_text = "SELECT pg_advisory_xact_lock(8388172611)";

// For each sequence of a column, the statement that moves it on behind rows that brought their keys.
// It never moves one back: numbers that others have drawn stay drawn.
constexpr const char* sequences_text = R"(
SELECT format('SELECT setval(%L, m) FROM (SELECT max(%I)::bigint AS m FROM %I.%I) x, %I.%I s '
              'WHERE m > s.last_value OR (m = s.last_value AND NOT s.is_called)',
              format('%I.%I', sn.nspname, s.relname), a.attname, n.nspname, t.relname,
              sn.nspname, s.relname)
FROM pg_depend d
JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_namespace sn ON sn.oid = s.relnamespace
JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
  AND d.deptype IN ('a', 'i') AND )";

result<void> run_steps(Session& session, const Migration& migration) {
  for (const MigrationStep& step : migration.steps)
    for (const std::string& statement : step.sql)
      if (auto done = session.execute(statement); !done) {
        Error error = std::move(done).error();
        error.message = "can't " + step.title + ": " + error.message;
        return std::unexpected(std::move(error));
      }
  return {};
}

// Database schemas (folders of tables) that the URL or the datasource names and that aren't there yet.
result<void> add_missing_schemas(Session& session, std::vector<std::string> wanted, Migration& migration) {
  for (const std::string& schema : wanted) {
    if (schema.empty()) continue;
    TRIVET_TRY(const auto found, session.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", {schema}));
    if (!found.empty()) continue;
    const std::string name = sql::quote_identifier(schema);
    migration.steps.push_back({"create schema " + name, {"CREATE SCHEMA " + name}});
  }
  return {};
}

// Those of the datasource; else that of the URL.
std::vector<std::string> schemas_of(const PostgresOptions& options, const schema::Schema& schema) {
  if (schema.datasource.schemas.empty()) return {options.schema};
  return schema.datasource.schemas;
}

}  // namespace

result<Migration> plan_migration(const PostgresOptions& options, const schema::Schema& schema,
                                 Extras extras) {
  TRIVET_TRY(const auto session, Session::open(options));
  Migration migration;
  TRIVET_CHECK(add_missing_schemas(*session, schemas_of(options, schema), migration));
  TRIVET_CHECK(session->execute("BEGIN"));
  TRIVET_TRY(const Layout from, describe_database(*session, schema.datasource.schemas));
  TRIVET_TRY(const Layout to, describe_schema(*session, schema));
  // The temporary tables go, so that names mean the real ones again.
  TRIVET_CHECK(session->execute("ROLLBACK"));
  TRIVET_CHECK(add_differences(*session, {from, to, extras}, migration));
  return migration;
}

result<void> apply_migration(const PostgresOptions& options, const Migration& migration,
                             DataLoss data_loss) {
  TRIVET_CHECK(check_losses(migration, data_loss));
  if (migration.empty()) return {};
  TRIVET_TRY(const auto session, Session::open(options));
  TRIVET_CHECK(session->execute("BEGIN"));
  TRIVET_CHECK(session->execute(lock_text));
  // What fails ends the session, and with it the transaction.
  TRIVET_CHECK(run_steps(*session, migration));
  return session->execute("COMMIT");
}

result<void> settle_database(const PostgresOptions& options) {
  TRIVET_TRY(const auto session, Session::open(options));
  TRIVET_TRY(const auto behind, session->query(sequences_text + Naming::of_database(options.schemas).holds("n.oid")));
  for (const TextRow& row : behind) TRIVET_CHECK(session->execute(row[0]));
  return session->execute("ANALYZE");
}

}  // namespace trivet::store::postgres
