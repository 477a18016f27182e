// Migrations of a MariaDB database.
//
// Each statement that changes a table is committed by itself. A script that fails at its first
// statement, or that changes rows alone, leaves nothing (rolled_back) and may be tried again; one
// that fails later stays half done (failed), and says how far it came. So does one whose process is
// killed. A statement that finds its table in use waits for it only shortly, and the script is
// tried again while nothing of it is done: who comes later would wait behind it.
#pragma once

#include <chrono>
#include <memory>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "store/mysql/history/shadow.h"
#include "store/mysql/layout/session.h"
#include "store/mysql/options.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::store::mysql {

struct MysqlTargetOptions {
  MysqlOptions database;
  std::string place;       // for messages
  std::string shadow_url;  // empty: one is made where it is needed
  std::chrono::milliseconds lock_timeout{
      5'000};            // of one statement, in whole seconds; 0 = for ever
  int attempts_max = 5;  // of a script that found a table in use
};

class MysqlTarget final : public sql::MigrationTarget {
 public:
  // Opens nothing yet. Clock and randomness stay the caller's and outlive it.
  MysqlTarget(MysqlTargetOptions options, const Clock& clock, Random& random)
      : options_(std::move(options)), clock_(clock), random_(random), ids_(clock, random) {}

  [[nodiscard]] std::string_view provider() const override { return "mysql"; }
  [[nodiscard]] std::string place() const override { return options_.place; }
  [[nodiscard]] result<DatabaseDescription> describe() override;
  [[nodiscard]] result<DatabaseDescription> layout_of(const schema::Schema& schema) override;
  [[nodiscard]] sql::LayoutDiff diff(const DatabaseDescription& from, const DatabaseDescription& to,
                                     const std::vector<sql::Rename>& renames) const override;
  [[nodiscard]] std::string render(const sql::LayoutDiff& diff) const override;
  [[nodiscard]] sql::ScriptFacts read_script(std::string_view script) const override;
  [[nodiscard]] std::string_view row_locator() const override { return {}; }
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
  enum class Left : uint8_t { nothing, something };  // of a script that failed
  struct Failure {
    Error error;
    Left left;
  };

  [[nodiscard]] result<Session*> session();
  std::optional<Failure> run_script(Session& session, const std::string& script);
  result<void> create_history(Session& session);
  // A row of the history, with the given SQL for finished_at, rolled_back_at, logs and the count of
  // steps. Its id.
  result<std::string> insert_record(Session& session, const sql::MigrationScript& script,
                                    const std::string& values);
  result<void> update_record(Session& session, const std::string& id, const std::string& values);

  MysqlTargetOptions options_;
  const Clock& clock_;
  Random& random_;
  IdMaker ids_;
  std::unique_ptr<ShadowDatabase> shadow_;  // that this target is in; goes after the session
  std::unique_ptr<Session> session_;
};

}  // namespace trivet::store::mysql
