#include "store/sqlite/read/reader_table.h"

namespace trivet::store::sqlite {

ReaderTable::ReaderTable(SqliteOptions options)
    : options_(std::move(options)), slots_(options_.connections_max) {}

result<Reader*> ReaderTable::mine() {
  const pthread_t self = pthread_self();
  // Thread ids are addresses of stacks: their low bits are equal.
  size_t at = (static_cast<size_t>(self) * 0x9E3779B97F4A7C15U) >> 32;
  for (size_t probes = 0; probes < slots_.size(); ++probes, ++at) {
    Slot& slot = slots_[at % slots_.size()];
    pthread_t owner = slot.owner.load(std::memory_order_acquire);
    if (owner == 0 && slot.owner.compare_exchange_strong(owner, self, std::memory_order_acq_rel))
      owner = self;
    if (owner != self) continue;
    if (!slot.reader) {
      TRIVET_TRY(slot.reader, Reader::open(options_));
      slot.reader->connection().set_interrupt(interrupted_);
    }
    return slot.reader.get();
  }
  return fail(ErrorCode::pool_timeout, "The server is busy",
              "more threads read than the store has connections for");
}

void ReaderTable::close_all() {
  for (Slot& slot : slots_) slot.reader.reset();
}

}  // namespace trivet::store::sqlite
