// ReaderTable: one Reader per thread that asks, without a thread-local: a fixed table of slots
// claimed by thread id.
//
// Opening is lazy. Threads beyond the table's size get an error (pool_timeout), never another's
// connection. A thread that ends leaves its slot to the next thread that is given its id.
#pragma once

#include <pthread.h>

#include <atomic>
#include <memory>
#include <vector>

#include "store/sqlite/read/reader.h"

namespace trivet::store::sqlite {

class ReaderTable {
 public:
  explicit ReaderTable(SqliteOptions options);
  // The calling thread's.
  [[nodiscard]] result<Reader*> mine();
  // From now on statements of all readers are interrupted. Any thread.
  void interrupt() { interrupted_ = true; }
  // Caller sees to it that nobody reads.
  void close_all();

 private:
  struct Slot {
    std::atomic<pthread_t> owner{0};
    std::shared_ptr<Reader> reader;  // touched by the owner only
  };
  SqliteOptions options_;
  std::atomic<bool> interrupted_ = false;
  std::vector<Slot> slots_;
};

}  // namespace trivet::store::sqlite
