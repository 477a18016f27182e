// MemoryStore: tables as vectors of rows, queries evaluated word for word. Slow, and obviously
// correct: the oracle that other stores are compared with, and a store for tests that need no file.
//
// Atomic by copy and swap: a write works on a copy of the database, which is put in place only when
// all of it held. Rows are immutable and shared between copies. Nothing is durable. Thread-safe:
// readers use the database as it was when they began.
#pragma once

#include <memory>
#include <mutex>

#include "store/memory/database.h"
#include "store/store.h"

namespace trivet::store::memory {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::shared_ptr<const schema::Schema> schema);

  [[nodiscard]] const Capabilities& capabilities() const override { return capabilities_; }
  task<result<Rows>> read(const Query& query, const Params& params, Deadline deadline) override;
  task<result<WriteResult>> write(const Program& program, const Params& params,
                                  Deadline deadline) override;
  task<result<void>> ping(Deadline deadline) override;

  // The same without a coroutine.
  [[nodiscard]] result<Rows> read_now(const Query& query, const Params& params) const;
  [[nodiscard]] result<WriteResult> write_now(const Program& program, const Params& params);

 private:
  [[nodiscard]] std::shared_ptr<const Database> snapshot() const;

  Capabilities capabilities_;
  std::mutex writing_;  // one program at a time
  mutable std::mutex swapping_;
  std::shared_ptr<const Database> database_;  // guarded by swapping_
};

}  // namespace trivet::store::memory
