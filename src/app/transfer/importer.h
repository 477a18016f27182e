// Import: a file's rows into a model, through the engine as the service role. A thread reads and
// types the next batch while the batch before is written. Each batch is one transaction; a failing
// one is halved until the bad row is found. Blocks until done.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "app/transfer/batch_reader.h"
#include "app/transfer/target.h"
#include "engine/engine.h"

namespace trivet::app {

enum class BadRows : uint8_t { stop, skip };
enum class KnownRows : uint8_t { refuse, replace };

struct ImportProgress {
  uint64_t rows = 0;   // written
  uint64_t bytes = 0;  // read
};

struct ImportOptions {
  // One commit each. More rewrite fewer pages of an index, and take more memory: some 0.5 MB a thousand.
  uint32_t batch_rows = 32'000;
  BadRows bad_rows = BadRows::stop;
  KnownRows known = KnownRows::refuse;
  std::function<void(const ImportProgress&)> progress;  // after each batch
  std::function<void(const BadRow&)> bad_row;           // in the file's order
};

struct ImportSummary {
  uint64_t rows = 0;
  uint64_t bad = 0;
  bool stopped = false;  // at the first bad row
};

// Errors: what is not a row's fault (a full disk, an unreadable file). Rows before it stay.
[[nodiscard]] result<ImportSummary> import_rows(engine::Engine& engine, const Target& target,
                                                std::unique_ptr<data::RowReader> reader,
                                                const ImportOptions& options);

}  // namespace trivet::app
