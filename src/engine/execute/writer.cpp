#include "engine/execute/writer.h"

#include <algorithm>
#include <utility>

namespace trivet::engine {

result<void> Writer::prepare() {
  switch (context_.plan.kind) {
    case OperationKind::update:
      return prepare_update();
    case OperationKind::delete_:
      nothing_ = context_.plan.write.nothing_to_do;
      return {};
    default:
      return context_.plan.write.nested.empty() ? prepare_rows() : prepare_nested();
  }
}

result<void> Writer::prepare_update() {
  params_.blocks.clear();
  nothing_ = context_.plan.write.nothing_to_do;
  if (!context_.plan.write.nested.empty()) return prepare_nested_update();
  return {};
}

store::RowBlock Writer::root_block() const {
  const int block = context_.plan.write.block;
  return block < 0 ? store::RowBlock{} : params_.blocks[block];
}

result<void> Writer::check_root_rules(uint32_t rows, std::span<const Value> cells) {
  const WritePlan& write = context_.plan.write;
  const size_t width = write.columns.size();
  for (uint32_t row = 0; row < rows && !write.checks.empty(); ++row)
    TRIVET_CHECK(rows_.validate_row(write.program.steps[write.root].model, write.checks,
                                    write.columns, cells.subspan(row * width, width)));
  if (!write.create_rule || write.create_in_store) return {};
  for (uint32_t row = 0; row < rows; ++row)
    TRIVET_CHECK(rows_.check_rule(write.program.steps[write.root].model, *write.create_rule, write.columns,
                                  cells.subspan(row * width, width)));
  return {};
}

// PUT: rows whose key isn't the one of the URL are dropped; exactly one must be left.
result<void> Writer::prepare_put(std::vector<Value>& cells, std::span<const ColumnSource> columns) {
  const WritePlan& write = context_.plan.write;
  std::vector<Value> kept;
  size_t count = 0;
  for (size_t at = 0; at + columns.size() <= cells.size(); at += columns.size()) {
    const auto row = std::span<const Value>(cells).subspan(at, columns.size());
    TRIVET_TRY(const bool match,
               rows_.satisfies(write.program.steps[write.root].model, *write.put_filter, columns,
                               row));
    if (!match) continue;
    kept.insert(kept.end(), row.begin(), row.end());
    ++count;
  }
  if (count != 1)
    return fail(ErrorCode::put_mismatch,
                "Payload values do not match URL in primary key column(s)");
  cells = std::move(kept);
  return {};
}

result<void> Writer::prepare_rows() {
  const WritePlan& write = context_.plan.write;
  const store::Step& step = write.program.steps[write.root];
  const schema::Model& model = context_.plan.policy->schema->models[step.model];
  const store::RowBlock given = root_block();
  nothing_ = given.rows == 0;
  const size_t width = given.rows == 0 ? 0 : given.cells.size() / given.rows;
  std::vector<Value>& cells = cells_.emplace_back();
  cells.reserve(given.rows * write.columns.size());
  for (uint32_t row = 0; row < given.rows; ++row)
    TRIVET_CHECK(
        rows_.append_row(model, write.columns, given.cells.subspan(row * width, width), cells));
  uint32_t count = given.rows;
  if (write.put_filter) {
    TRIVET_CHECK(prepare_put(cells, write.columns));
    count = 1;
  }
  if (nothing_) return {};
  TRIVET_CHECK(check_root_rules(count, cells));
  if (!step.update_fields.empty())
    TRIVET_CHECK(check_distinct_keys(model, step.conflict_fields, write.columns, cells));
  params_.blocks.assign(1, store::RowBlock{count, cells});
  return {};
}

}  // namespace trivet::engine
