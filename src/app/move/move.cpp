#include "app/move/move.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/check.h"
#include "app/database.h"
#include "app/project.h"

namespace trivet::app {
namespace {

result<std::unique_ptr<Driver>> driver_for(const Config& config, const std::string& url,
                                           const schema::Schema& schema,
                                           const Environment& environment) {
  Config with_url = config;
  with_url.database_url = url;
  return find_driver(with_url, schema, environment);
}

}  // namespace

result<std::unique_ptr<Move>> Move::prepare(const LoadedConfig& loaded,
                                            const Environment& environment, MoveOptions options) {
  std::unique_ptr<Move> move(new Move(std::move(options)));
  const MoveOptions& asked = move->options_;
  const schema::CheckResult check = load_project_schema(loaded.config);
  if (const auto written = require_schema(check); !written) return std::unexpected(written.error());
  TRIVET_TRY(move->pair_, pair_schemas(check, provider_of_url(asked.source),
                                       provider_of_url(asked.target)));
  const SchemaPair& pair = move->pair_;
  if (!move->can_run()) return move;
  TRIVET_TRY(move->source_, driver_for(loaded.config, asked.source, *pair.source, environment));
  TRIVET_TRY(move->target_, driver_for(loaded.config, asked.target, *pair.target, environment));
  if (move->source_place() == move->target_place())
    return fail(ErrorCode::bad_config, "source and target are the same database");
  move->journal_.emplace(loaded.config.folder, move->source_place(), move->target_place());
  TRIVET_TRY(move->tables_, tables_of(pair, asked.times));
  auto bare = std::make_shared<schema::Schema>(*pair.target);
  bare->datasource.relation_mode_prisma = true;
  move->bare_ = std::move(bare);
  return move;
}

bool Move::can_run() const {
  return std::ranges::none_of(
      pair_.findings, [](const Finding& finding) { return finding.weight == Weight::stop; });
}

schema::Provider Move::target_provider() const { return provider_of_url(options_.target); }

result<MoveSummary> Move::run(const MoveHooks& hooks) {
  TRIVET_ASSERT(can_run());
  TRIVET_CHECK(require_in_sync(*source_, *pair_.source));
  TRIVET_CHECK(prepare_target());
  MoveSummary summary;
  for (;;) {
    TRIVET_TRY(const PassResult done, pass(hooks));
    ++summary.passes;
    summary.added += done.added;
    summary.removed += done.removed;
    summary.sums = done.sums;
    if (!done.differs) break;
    if (hooks.note)
      hooks.note(fmt::format("pass {}: {} written, {} removed", summary.passes, done.added, done.removed));
  }
  TRIVET_CHECK(finish(hooks, summary.sums));
  return summary;
}

result<void> Move::prepare_target() {
  const auto state = journal_->read();
  if (state == MoveState::finished && options_.again == Switch::off)
    return fail(ErrorCode::bad_config,
                fmt::format("{} was moved to {} already", source_place(), target_place()), {},
                "--again makes the target equal once more: what was written to it since is lost");
  TRIVET_TRY(const store::Migration whole, target_->plan(*pair_.target, Extras::drop));
  has_foreign_keys_ = whole.empty();
  if (!has_foreign_keys_) TRIVET_CHECK(make_tables());
  if (!state) TRIVET_CHECK(check_ours());
  return journal_->write(MoveState::started);
}

// All of the schema without its foreign keys, so that rows can come in any order.
result<void> Move::make_tables() {
  TRIVET_TRY(const store::Migration all, target_->plan(*bare_, Extras::drop));
  if (all.empty()) return {};
  const auto other = std::ranges::find_if(all.steps, [](const store::MigrationStep& step) {
    return !step.title.starts_with("create ");
  });
  if (other != all.steps.end() || !all.losses.empty())
    return fail(ErrorCode::bad_config,
                fmt::format("{} holds tables already; a move makes its own", target_place()),
                other == all.steps.end() ? all.losses.front().text : "it would have to " + other->title,
                "give it an empty database");
  return target_->apply(all, DataLoss::refuse);
}

result<void> Move::check_ours() {
  TRIVET_TRY(store::Store * store, open_target());
  for (const Table& table : tables_) {
    const PageReader reader(*store, pair_, table, Side::target, With::columns);
    TRIVET_TRY(const uint64_t rows, reader.count());
    if (rows == 0) continue;
    return fail(ErrorCode::bad_config,
                fmt::format("{} of {} has {} rows that are not of this move", table.name,
                            target_place(), rows),
                {}, "give it an empty database");
  }
  return {};
}

result<PassResult> Move::pass(const MoveHooks& hooks) {
  TRIVET_TRY(const auto source, source_->open({pool_, {}}));
  TRIVET_TRY(const auto moment, source->freeze());
  PassOptions options;
  options.page_rows = options_.page_rows;
  options.writers = options_.writers;
  options.progress = hooks.progress;
  if (has_foreign_keys_) {
    TRIVET_TRY(store::Store * target, open_target());
    Pass look({*moment, *target}, pair_, tables_, options);
    TRIVET_TRY(PassResult found, look.run(PassMode::look));
    if (!found.differs) return found;
    TRIVET_CHECK(drop_foreign_keys());
  }
  TRIVET_TRY(store::Store * target, open_target());
  Pass copy({*moment, *target}, pair_, tables_, options);
  return copy.run(PassMode::copy);
}

result<void> Move::drop_foreign_keys() {
  open_.reset();
  TRIVET_TRY(const store::Migration bare, target_->plan(*bare_, Extras::drop));
  TRIVET_CHECK(target_->apply(bare, DataLoss::refuse));
  has_foreign_keys_ = false;
  return {};
}

result<void> Move::finish(const MoveHooks& hooks, const std::vector<TableSum>& wanted) {
  open_.reset();
  TRIVET_TRY(const store::Migration keys, target_->plan(*pair_.target, Extras::drop));
  if (!keys.empty()) TRIVET_CHECK(target_->apply(keys, DataLoss::refuse));
  TRIVET_TRY(const auto counters, source_->counters(*pair_.source));
  TRIVET_CHECK(target_->raise_counters(*pair_.target, counters));
  TRIVET_CHECK(target_->settle());
  if (hooks.note) hooks.note("foreign keys made, counters set; comparing");
  TRIVET_TRY(store::Store * target, open_target());
  TRIVET_TRY(const auto found, sum_tables(*target, pair_, tables_, Side::target));
  TRIVET_ASSERT(found.size() == wanted.size());
  for (size_t i = 0; i < found.size(); ++i)
    if (found[i] != wanted[i])
      return fail(ErrorCode::data_corrupted,
                  fmt::format("{}: {} rows with checksum {:016x} in the source, {} with {:016x} in "
                              "the target",
                              wanted[i].name, wanted[i].rows, wanted[i].checksum, found[i].rows,
                              found[i].checksum));
  open_.reset();
  return journal_->write(MoveState::finished);
}

result<store::Store*> Move::open_target() {
  if (open_ == nullptr) {
    TRIVET_TRY(open_, target_->open({pool_, {}}));
  }
  return &open_->store();
}

}  // namespace trivet::app
