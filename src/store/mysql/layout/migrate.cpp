#include "store/mysql/layout/migrate.h"

#include "store/mysql/layout/ddl.h"
#include "store/mysql/layout/describe.h"
#include "store/mysql/layout/difference.h"
#include "store/mysql/layout/losses.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {

namespace {

using sql::quote_identifier;
using sql::quote_literal;

constexpr int lock_wait_seconds = 600;

}  // namespace

result<Migration> plan_migration(const MysqlOptions& options, const schema::Schema& schema,
                                 Extras extras) {
  TRIVET_TRY(const auto session, Session::open(options));
  TRIVET_TRY(const DatabaseDescription from, describe_database(*session));
  const DatabaseDescription to = describe_schema(schema);
  const std::vector<TableDifference> differences = compare_layouts(from, to, extras);
  Migration migration;
  migration.steps = render_differences(differences);
  TRIVET_TRY(migration.losses, find_losses(*session, from, differences, {}));
  return migration;
}

result<void> apply_migration(const MysqlOptions& options, const Migration& migration,
                             DataLoss data_loss) {
  TRIVET_CHECK(check_losses(migration, data_loss));
  if (migration.empty()) return {};
  TRIVET_TRY(const auto session, Session::open(options));
  const std::string lock = quote_literal("trivet " + options.database);
  TRIVET_TRY(const int64_t locked,
             session->query_integer("SELECT GET_LOCK(" + lock + ", " +
                                    std::to_string(lock_wait_seconds) + ")"));
  if (locked != 1)
    return fail(ErrorCode::lock_not_available, "another process changes the database's tables", {},
                "try again when it has ended");
  for (const MigrationStep& step : migration.steps)
    for (const std::string& statement : step.sql)
      if (auto done = session->execute(statement); !done) {
        Error error = std::move(done).error();
        error.message = "can't " + step.title + ": " + error.message;
        return std::unexpected(std::move(error));
      }
  return {};
}

result<void> settle_database(const MysqlOptions& options) {
  TRIVET_TRY(const auto session, Session::open(options));
  TRIVET_TRY(const DatabaseDescription database, describe_database(*session));
  for (const TableDescription& table : database.tables)
    TRIVET_CHECK(session->execute("ANALYZE TABLE " + quote_identifier(table.name)));
  return {};
}

}  // namespace trivet::store::mysql
