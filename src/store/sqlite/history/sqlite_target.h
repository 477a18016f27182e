// Migrations of an SQLite file.
//
// A script and its record are one transaction, so a process that is killed leaves all of a
// migration or nothing, and one that fails leaves a record that says why and blocks nothing. Only a
// script with transactions of its own runs openly, statement by statement, and may stay half done
// (failed).
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "store/sql/layout/migration_target.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/options.h"

namespace trivet::store::sqlite {

class SqliteTarget final : public sql::MigrationTarget {
 public:
  // Opens nothing yet. Clock and randomness stay the caller's and outlive it.
  SqliteTarget(SqliteOptions options, const Clock& clock, Random& random)
      : options_(std::move(options)), clock_(clock), random_(random), ids_(clock, random) {
    options_.read_busy_timeout = options_.busy_timeout;
  }

  [[nodiscard]] std::string_view provider() const override { return "sqlite"; }
  [[nodiscard]] std::string place() const override { return options_.path; }
  [[nodiscard]] result<DatabaseDescription> describe() override;
  [[nodiscard]] result<DatabaseDescription> layout_of(const schema::Schema& schema) override;
  [[nodiscard]] sql::LayoutDiff diff(const DatabaseDescription& from, const DatabaseDescription& to,
                                     const std::vector<sql::Rename>& renames) const override;
  [[nodiscard]] std::string render(const sql::LayoutDiff& diff) const override;
  [[nodiscard]] sql::ScriptFacts read_script(std::string_view script) const override;
  [[nodiscard]] std::string_view row_locator() const override { return "rowid"; }
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
  // Null where there is no database.
  [[nodiscard]] result<Connection*> reading();
  [[nodiscard]] result<Connection*> writing();
  result<void> run_openly(Connection& connection, const sql::MigrationScript& script);
  result<void> create_history(Connection& connection);
  // The time of now as the history's rows have it already: milliseconds, or text as Prisma 7's
  // drivers write it, so that both sort together.
  [[nodiscard]] std::string now_sql() const;
  // A row of the history, with the given SQL for finished_at, rolled_back_at and logs.
  result<std::string> insert_record(Connection& connection, const sql::MigrationScript& script,
                                    const std::string& values);

  SqliteOptions options_;
  const Clock& clock_;
  Random& random_;
  IdMaker ids_;
  std::unique_ptr<Connection> reader_;
  std::unique_ptr<Connection> writer_;
};

}  // namespace trivet::store::sqlite
