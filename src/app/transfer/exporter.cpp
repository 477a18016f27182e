#include "app/transfer/exporter.h"

#include <fmt/format.h>

#include <chrono>

#include "net/run_task.h"
#include "store/store.h"

namespace trivet::app {
namespace {

using store::Expr;
using store::Op;

std::vector<api::rest::Column> visible_columns(const Target& target) {
  std::vector<api::rest::Column> columns;
  for (const int field : target.model().columns)
    if (api::rest::is_visible(target.model().fields[static_cast<size_t>(field)]))
      columns.push_back(target.catalog().column(target.model_index(), field));
  return columns;
}

// Reads page after page: by the key of the last row where there is a key, else by offset.
class Pager {
 public:
  Pager(const Target& target, uint32_t page_rows) : target_(target), page_rows_(page_rows) {
    if (target.model().primary_key)
      for (const schema::KeyColumn& column : target.model().primary_key->columns)
        key_.push_back(column.field);
  }

  [[nodiscard]] engine::Operation operation(bool first) const {
    engine::Operation operation;
    operation.selection.model = target_.model_index();
    for (const api::rest::Column& column : visible_columns(target_))
      operation.selection.outputs.push_back({store::make_column(column.index, column.type)});
    for (const int field : key_) {
      operation.selection.outputs.push_back({key_column(field)});
      operation.selection.order.push_back({key_column(field), false, false});
    }
    operation.selection.limit_param = 0;
    if (key_.empty())
      operation.selection.offset_param = 1;
    else if (!first)
      operation.selection.where = behind(0);
    operation.shape = fmt::format("export {} {}", target_.model_index(), first ? "first" : "next");
    return operation;
  }

  [[nodiscard]] store::Params params(bool first) const {
    store::Params params;
    params.values.push_back(Value::integer(page_rows_));
    if (key_.empty())
      params.values.push_back(Value::integer(static_cast<int64_t>(seen_)));
    else if (!first)
      params.values.insert(params.values.end(), last_.begin(), last_.end());
    return params;
  }

  // `page` keeps alive what the next params view.
  void advance(const Batch& batch) {
    seen_ += batch.rows;
    if (batch.rows == 0 || key_.empty()) return;
    const auto row = batch.row(batch.rows - 1);
    last_.assign(row.end() - static_cast<std::ptrdiff_t>(key_.size()), row.end());
  }
  [[nodiscard]] size_t key_columns() const { return key_.size(); }

 private:
  [[nodiscard]] Expr key_column(int field) const {
    return store::make_column(
        field, store::field_type(target_.model().fields[static_cast<size_t>(field)]));
  }
  // (a, b) > (x, y):  a > x or (a = x and b > y). Parameter 0 is the limit.
  [[nodiscard]] Expr behind(size_t at) const {
    const Expr column = key_column(key_[at]);
    const Expr last = store::make_param(static_cast<int>(at) + 1, column.type);
    Expr greater = store::make_binary(Op::gt, column, last);
    if (at + 1 == key_.size()) return greater;
    std::vector<Expr> same;
    same.push_back(store::make_binary(Op::eq, column, last));
    same.push_back(behind(at + 1));
    std::vector<Expr> either;
    either.push_back(std::move(greater));
    either.push_back(store::make_and(std::move(same)));
    return store::make_or(std::move(either));
  }

  const Target& target_;
  uint32_t page_rows_;
  std::vector<int> key_;
  std::vector<Value> last_;
  uint64_t seen_ = 0;
};

}  // namespace

std::vector<data::Column> export_columns(const Target& target) {
  std::vector<data::Column> columns;
  for (const api::rest::Column& column : visible_columns(target))
    columns.push_back({column.field->db_name, column.type});
  return columns;
}

result<uint64_t> export_rows(engine::Engine& engine, const Target& target, data::RowWriter& writer,
                             const ExportOptions& options) {
  Identity identity;
  identity.role = Role::service;
  identity.role_name = "service_role";
  Pager pager(target, options.page_rows);
  engine::Outcome page;
  uint64_t rows = 0;
  for (bool first = true;; first = false) {
    TRIVET_TRY(const auto plan, engine.plan(pager.operation(first), identity));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(10);
    auto outcome = net::run_task(engine.run(plan, pager.params(first), {identity, deadline}));
    if (!outcome) return std::unexpected(std::move(outcome).error());
    page = *std::move(outcome);
    const Batch& batch = page.rows.batch;
    for (uint32_t row = 0; row < batch.rows; ++row)
      TRIVET_CHECK(writer.write(batch.row(row).first(batch.columns - pager.key_columns())));
    pager.advance(batch);
    rows += batch.rows;
    if (options.progress) options.progress(rows);
    if (batch.rows < options.page_rows) return rows;
  }
}

}  // namespace trivet::app
