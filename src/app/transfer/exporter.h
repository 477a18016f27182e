// Export: the rows of a model, in primary key order, through the engine as the service role, page
// by page, so that memory doesn't grow with the table. One moment of the
// table if the engine's store is a SnapshotStore. Blocks until done.
#pragma once

#include <cstdint>
#include <functional>

#include "app/transfer/target.h"
#include "data/row_writer.h"
#include "engine/engine.h"

namespace trivet::app {

// The columns that an export has, in table order, under their physical names.
[[nodiscard]] std::vector<data::Column> export_columns(const Target& target);

struct ExportOptions {
  uint32_t page_rows = 5000;
  std::function<void(uint64_t rows)> progress;  // after each page
};

// Number of rows. Writes `writer` but doesn't finish it.
[[nodiscard]] result<uint64_t> export_rows(engine::Engine& engine, const Target& target,
                                           data::RowWriter& writer, const ExportOptions& options);

}  // namespace trivet::app
