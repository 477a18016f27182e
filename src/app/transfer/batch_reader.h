// Rows of a file → batches that can be written at once: typed cells in one block, with the line of
// each row.
//
// Runs on the reading thread while the batch before is written. Memory is bounded by the batch.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/transfer/target.h"
#include "data/row_reader.h"

namespace trivet::app {

struct BadRow {
  uint64_t line = 0;
  Error error;
};

struct ImportBatch {
  Arena arena;               // owns what the cells view
  std::vector<int> fields;   // of each row's cells
  std::vector<Value> cells;  // row-major; absent() where a row lacks the field
  std::vector<uint64_t> lines;
  std::vector<engine::NestedWrite> nested;  // by row of this batch
  std::vector<BadRow> bad;                  // rows that are not among them
  uint64_t bytes_read = 0;                  // of the file, so far
  bool last = false;
  std::optional<Error> fatal;  // reading can't go on; last is true

  [[nodiscard]] uint32_t rows() const { return static_cast<uint32_t>(lines.size()); }
};

class BatchReader {
 public:
  BatchReader(std::unique_ptr<data::RowReader> reader, Target target, uint32_t rows_max)
      : reader_(std::move(reader)), target_(std::move(target)), rows_max_(rows_max) {}

  // The next rows; `last` says that nothing follows.
  [[nodiscard]] ImportBatch read();

 private:
  result<void> map_names();
  result<void> append_row(ImportBatch& batch);

  std::unique_ptr<data::RowReader> reader_;
  Target target_;
  uint32_t rows_max_;
  uint64_t names_version_ = 0;
  bool pending_ = false;      // the reader's row is not yet in a batch
  std::vector<int> by_cell_;  // field of each cell of the row
  std::vector<int> slot_;     // by field: place in fields_, or -1
  std::vector<int> fields_;   // only grows, so that files whose rows differ settle
  std::vector<Value> row_;    // scratch
};

}  // namespace trivet::app
