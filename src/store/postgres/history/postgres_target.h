// Migrations of a PostgreSQL database.
//
// A script and its record are one transaction, so a process that is killed leaves all of a
// migration or nothing, and one that fails leaves a record that says why and blocks nothing. Only a
// script that can't run in a transaction (CREATE INDEX CONCURRENTLY, its own BEGIN) runs openly,
// statement by statement, and may stay half done (failed).
//
// While a statement waits for a lock, all who come after it wait too: it gives up early and the
// whole is tried again.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "store/postgres/history/shadow.h"
#include "store/postgres/layout/session.h"
#include "store/postgres/options.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::store::postgres {

struct PostgresTargetOptions {
  PostgresOptions database;
  std::string shadow_url;                         // empty: one is made where it is needed
  std::chrono::milliseconds lock_timeout{5'000};  // of one statement; 0 = for ever
  int attempts_max = 5;                           // of a script that found a table locked
};

class PostgresTarget final : public sql::MigrationTarget {
 public:
  // Opens nothing yet. Clock and randomness stay the caller's and outlive it.
  PostgresTarget(PostgresTargetOptions options, const Clock& clock, Random& random)
      : options_(std::move(options)), clock_(clock), random_(random), ids_(clock, random) {}

  [[nodiscard]] std::string_view provider() const override { return "postgresql"; }
  [[nodiscard]] std::string place() const override;
  [[nodiscard]] result<DatabaseDescription> describe() override;
  [[nodiscard]] result<DatabaseDescription> layout_of(const schema::Schema& schema) override;
  [[nodiscard]] sql::LayoutDiff diff(const DatabaseDescription& from, const DatabaseDescription& to,
                                     const std::vector<sql::Rename>& renames) const override;
  [[nodiscard]] std::string render(const sql::LayoutDiff& diff) const override;
  [[nodiscard]] sql::ScriptFacts read_script(std::string_view script) const override;
  [[nodiscard]] std::string_view row_locator() const override { return "ctid"; }
  [[nodiscard]] std::vector<sql::TableCost> find_costs(
      const sql::LayoutDiff& diff, const sql::ScriptFacts& facts) const override;
  [[nodiscard]] result<bool> is_empty() override;
  [[nodiscard]] result<std::string> dump_layout() override;
  [[nodiscard]] result<std::optional<std::vector<sql::MigrationRecord>>> history() override;
  result<void> apply(const sql::MigrationScript& script) override;
  result<void> revert(const sql::MigrationRecord& record, const std::string& down) override;
  result<void> mark_applied(const sql::MigrationScript& script) override;
  result<void> mark_rolled_back(const sql::MigrationRecord& record) override;
  result<void> run(const std::string& script) override;
  [[nodiscard]] result<std::vector<Loss>> find_losses(const sql::LayoutDiff& diff) override;
  [[nodiscard]] result<int64_t> count_rows(const std::string& table) override;
  [[nodiscard]] result<std::unique_ptr<sql::MigrationLock>> lock(
      std::chrono::seconds wait) override;
  [[nodiscard]] result<std::unique_ptr<sql::MigrationTarget>> shadow() override;

 private:
  [[nodiscard]] result<Session*> session();
  // Likewise, with the schema of the URL made if need be, and the settings that scripts start with.
  [[nodiscard]] result<Session*> writing();
  // In one transaction: all that `work` does, or nothing.
  result<void> run_atomically(const std::function<result<void>(Session&)>& work);
  result<void> run_openly(const sql::MigrationScript& script);
  result<void> create_history(Session& session);
  // A row of the history, with the given SQL for finished_at, rolled_back_at, logs and the count of
  // steps. Its id.
  result<std::string> insert_record(Session& session, const sql::MigrationScript& script,
                                    const std::string& values);

  PostgresTargetOptions options_;
  const Clock& clock_;
  Random& random_;
  IdMaker ids_;
  std::unique_ptr<ShadowDatabase> shadow_;  // that this target is in; goes after the session
  std::unique_ptr<Session> session_;
  std::string history_;  // the table's name with its schema, once it is known
};

}  // namespace trivet::store::postgres
