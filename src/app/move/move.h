// Move: the data of a project from one database into another, of any kinds, while the first is in use.
//
// The source is only read. Each pass sees it at one moment; passes follow each other until one finds
// nothing to do, and so catch up with what is written meanwhile. Then foreign keys are made, counters
// set, and every table's count and checksum compared. What was broken off goes on where it was.
// Rows go from store to store and not through the engine: no rule, default or validation touches
// them (docs/decisions/0017). Blocking; one thread, and those that it starts.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config/config_load.h"
#include "app/drivers/driver.h"
#include "app/move/journal.h"
#include "app/move/pass.h"
#include "base/switch.h"
#include "net/pool.h"

namespace trivet::app {

struct MoveOptions {
  std::string source;  // URLs
  std::string target;
  Times times = Times::keep;
  Switch again = Switch::off;  // a target of a finished move is made equal once more
  uint32_t page_rows = 1000;
  unsigned writers = 4;
};

struct MoveHooks {
  std::function<void(const PassProgress&)> progress;
  std::function<void(const std::string&)> note;  // a finished step, for people
};

struct MoveSummary {
  uint64_t passes = 0;
  uint64_t added = 0;
  uint64_t removed = 0;
  std::vector<TableSum> sums;  // equal in both
};

class Move {
 public:
  // Finds databases and schemas, and what the target can't keep; changes nothing.
  [[nodiscard]] static result<std::unique_ptr<Move>> prepare(const LoadedConfig& loaded,
                                                             const Environment& environment,
                                                             MoveOptions options);

  [[nodiscard]] const std::vector<Finding>& findings() const { return pair_.findings; }
  // Else some finding stops it, and nothing below may be asked.
  [[nodiscard]] bool can_run() const;
  [[nodiscard]] const std::string& source_place() const { return source_->place(); }
  [[nodiscard]] const std::string& target_place() const { return target_->place(); }
  [[nodiscard]] schema::Provider target_provider() const;

  [[nodiscard]] result<MoveSummary> run(const MoveHooks& hooks);

 private:
  explicit Move(MoveOptions options) : options_(std::move(options)) {}

  [[nodiscard]] result<void> prepare_target();
  [[nodiscard]] result<void> make_tables();
  [[nodiscard]] result<void> check_ours();
  [[nodiscard]] result<PassResult> pass(const MoveHooks& hooks);
  [[nodiscard]] result<void> drop_foreign_keys();
  [[nodiscard]] result<void> finish(const MoveHooks& hooks, const std::vector<TableSum>& wanted);
  [[nodiscard]] result<store::Store*> open_target();

  const MoveOptions options_;
  net::Pool pool_{{.threads = 4, .queue_max = 256}};
  SchemaPair pair_;
  std::shared_ptr<const schema::Schema> bare_;  // the target's without foreign keys
  std::unique_ptr<Driver> source_;
  std::unique_ptr<Driver> target_;
  std::optional<Journal> journal_;
  std::vector<Table> tables_;
  std::unique_ptr<OpenDatabase> open_;  // the target, while it is
  bool has_foreign_keys_ = false;       // the target, as far as the schema has any
};

}  // namespace trivet::app
