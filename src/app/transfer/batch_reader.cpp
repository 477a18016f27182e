#include "app/transfer/batch_reader.h"

#include <algorithm>

namespace trivet::app {

using data::ReadStep;

namespace {

// Each nested write is a step of its own: a program of many costs more per row than a commit saves.
constexpr size_t nested_max = 500;

}  // namespace

ImportBatch BatchReader::read() {
  ImportBatch batch;
  batch.fields = fields_;
  while (batch.rows() < rows_max_ && batch.bad.size() < rows_max_ &&
         batch.nested.size() < nested_max) {
    if (!pending_) {
      const result<ReadStep> step = reader_->next();
      if (!step) batch.fatal = step.error();
      batch.last = !step || *step == ReadStep::end;
      if (batch.last) break;
      if (*step == ReadStep::bad_row) {
        batch.bad.push_back({reader_->line(), reader_->bad_row()});
        continue;
      }
    }
    pending_ = false;
    if (const result<void> mapped = map_names(); !mapped) {
      batch.bad.push_back({reader_->line(), mapped.error()});
      continue;
    }
    if (fields_.size() != batch.fields.size()) {
      if (batch.rows() > 0) {
        pending_ = true;
        break;
      }
      batch.fields = fields_;
    }
    if (const result<void> appended = append_row(batch); !appended)
      batch.bad.push_back({reader_->line(), appended.error()});
  }
  batch.bytes_read = reader_->bytes_read();
  return batch;
}

result<void> BatchReader::map_names() {
  if (names_version_ == reader_->names_version()) return {};
  std::vector<int> by_cell;
  for (const std::string_view name : reader_->names()) {
    TRIVET_TRY(const int field, target_.find_field(name));
    by_cell.push_back(field);
  }
  by_cell_ = std::move(by_cell);
  slot_.resize(target_.model().fields.size(), -1);
  for (const int field : by_cell_) {
    if (target_.is_relation(field) || slot_[static_cast<size_t>(field)] >= 0) continue;
    slot_[static_cast<size_t>(field)] = static_cast<int>(fields_.size());
    fields_.push_back(field);
  }
  names_version_ = reader_->names_version();
  return {};
}

result<void> BatchReader::append_row(ImportBatch& batch) {
  row_.assign(fields_.size(), Value::absent());
  const size_t nested_before = batch.nested.size();
  const auto cells = reader_->cells();
  for (size_t i = 0; i < cells.size(); ++i) {
    const int field = by_cell_[i];
    if (target_.is_relation(field)) {
      const JsonValue value = cells[i].kind == data::CellKind::json ? cells[i].json : JsonValue();
      const auto added = target_.add_nested(field, value, batch.rows(), batch.arena, batch.nested);
      if (added) continue;
      batch.nested.resize(nested_before);
      return added;
    }
    const result<Value> value = target_.coerce(field, cells[i], batch.arena);
    if (!value) {
      batch.nested.resize(nested_before);
      return std::unexpected(value.error());
    }
    row_[static_cast<size_t>(slot_[static_cast<size_t>(field)])] = *value;
  }
  batch.cells.insert(batch.cells.end(), row_.begin(), row_.end());
  batch.lines.push_back(reader_->line());
  return {};
}

}  // namespace trivet::app
