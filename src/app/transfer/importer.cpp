#include "app/transfer/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "app/transfer/batch_queue.h"
#include "app/transfer/row_fault.h"
#include "net/run_task.h"

namespace trivet::app {
namespace {

struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;
  [[nodiscard]] uint32_t size() const { return end - begin; }
};

class Importer {
 public:
  Importer(engine::Engine& engine, const Target& target, const ImportOptions& options)
      : engine_(engine), target_(target), options_(options) {
    identity_.role = Role::service;
    identity_.role_name = "service_role";
  }

  // False: stop. Errors: what is not a row's fault.
  result<bool> write(ImportBatch& batch) {
    bad_ = std::move(batch.bad);
    TRIVET_CHECK(write_range(batch, {0, rows_to_write(batch)}));
    report_bad();
    progress(batch.bytes_read);
    if (batch.fatal) return std::unexpected(*batch.fatal);
    return !summary_.stopped;
  }

  [[nodiscard]] const ImportSummary& summary() const { return summary_; }

 private:
  // All rows, or those before the first unreadable one.
  uint32_t rows_to_write(const ImportBatch& batch) const {
    if (options_.bad_rows == BadRows::skip || bad_.empty()) return batch.rows();
    const auto end = std::ranges::lower_bound(batch.lines, bad_.front().line);
    return static_cast<uint32_t>(end - batch.lines.begin());
  }

  // Halves what fails until single rows are left; the first bad row ends an import that doesn't
  // skip.
  result<void> write_range(const ImportBatch& batch, Range range) {
    if (range.size() == 0 || (options_.bad_rows == BadRows::stop && is_behind_bad(batch, range)))
      return {};
    const result<void> written = write_once(batch, range);
    if (written) {
      summary_.rows += range.size();
      return {};
    }
    if (!is_row_fault(written.error().code)) return written;
    if (range.size() == 1) {
      bad_.push_back({batch.lines[range.begin], written.error()});
      return {};
    }
    const uint32_t middle = range.begin + range.size() / 2;
    TRIVET_CHECK(write_range(batch, {range.begin, middle}));
    return write_range(batch, {middle, range.end});
  }

  // Rows behind the first bad one stay out, so the rows that went in are those before it.
  bool is_behind_bad(const ImportBatch& batch, Range range) const {
    return std::ranges::any_of(
        bad_, [&](const BadRow& bad) { return bad.line < batch.lines[range.begin]; });
  }

  result<void> write_once(const ImportBatch& batch, Range range) {
    TRIVET_TRY(const engine::Operation operation, operation_for(batch, range));
    std::shared_ptr<const engine::Plan> plan;
    if (operation.write.nested.empty()) plan = engine_.find_plan(operation.shape, identity_);
    if (!plan) {
      TRIVET_TRY(plan, engine_.plan(operation, identity_));
    }
    const size_t width = batch.fields.size();
    store::Params params;
    params.blocks.push_back(
        {range.size(), {batch.cells.data() + range.begin * width, range.size() * width}});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(10);
    const auto outcome = net::run_task(engine_.run(plan, std::move(params), {identity_, deadline}));
    if (!outcome) return std::unexpected(outcome.error());
    return {};
  }

  result<engine::Operation> operation_for(const ImportBatch& batch, Range range) const {
    engine::Operation operation;
    operation.kind = engine::OperationKind::create;
    operation.selection.model = target_.model_index();
    operation.returns_rows = false;
    operation.write.fields = batch.fields;
    operation.write.block = 0;
    operation.write.default_missing = true;
    if (options_.known == KnownRows::replace) {
      operation.kind = engine::OperationKind::upsert;
      operation.write.conflict_fields = target_.conflict_key(batch.fields);
      if (operation.write.conflict_fields.empty())
        return fail(
            ErrorCode::no_conflict_target,
            fmt::format("an upsert needs a unique key of {} in every row", target_.model().name));
    }
    for (const engine::NestedWrite& nested : batch.nested) {
      if (nested.row < range.begin || nested.row >= range.end) continue;
      operation.write.nested.push_back(nested);
      operation.write.nested.back().row -= range.begin;
    }
    operation.shape = fmt::format("import {} {} {}", static_cast<int>(operation.kind),
                                  target_.model_index(), fmt::join(batch.fields, ","));
    return operation;
  }

  void report_bad() {
    std::ranges::sort(bad_, {}, &BadRow::line);
    if (options_.bad_rows == BadRows::stop && bad_.size() > 1)
      bad_.erase(bad_.begin() + 1, bad_.end());
    for (const BadRow& bad : bad_)
      if (options_.bad_row) options_.bad_row(bad);
    summary_.bad += bad_.size();
    summary_.stopped = options_.bad_rows == BadRows::stop && !bad_.empty();
  }

  void progress(uint64_t bytes) const {
    if (options_.progress) options_.progress({summary_.rows, bytes});
  }

  engine::Engine& engine_;
  const Target& target_;
  const ImportOptions& options_;
  Identity identity_;
  ImportSummary summary_;
  std::vector<BadRow> bad_;  // of the batch at hand
};

}  // namespace

result<ImportSummary> import_rows(engine::Engine& engine, const Target& target,
                                  std::unique_ptr<data::RowReader> reader,
                                  const ImportOptions& options) {
  BatchReader batches(std::move(reader), target, options.batch_rows);
  BatchQueue queue;
  std::thread reading([&] {
    bool more = true;
    while (more) {
      ImportBatch batch = batches.read();
      more = !batch.last;
      if (!queue.put(std::move(batch))) return;
    }
  });
  Importer importer(engine, target, options);
  result<bool> going = true;
  bool last = false;
  while (going && *going && !last) {
    ImportBatch batch = queue.take();
    last = batch.last;
    going = importer.write(batch);
  }
  queue.close();
  reading.join();
  if (!going) return std::unexpected(going.error());
  return importer.summary();
}

}  // namespace trivet::app
