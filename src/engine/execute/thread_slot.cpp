#include "engine/execute/thread_slot.h"

#include <functional>

namespace trivet::engine {

size_t ThreadSlots::mine() {
  const std::thread::id self = std::this_thread::get_id();
  // Ids are addresses, aligned far: the low bits say nothing.
  const size_t start = std::hash<std::thread::id>()(self);
  for (size_t probe = 0; probe < thread_slots_max; ++probe) {
    const size_t slot = (start + probe) % thread_slots_max;
    std::thread::id owner = owners_[slot].load(std::memory_order_acquire);
    if (owner == self) return slot;
    if (owner != std::thread::id()) continue;
    if (owners_[slot].compare_exchange_strong(owner, self, std::memory_order_acq_rel)) return slot;
    if (owner == self) return slot;
  }
  return thread_slots_max;
}

}  // namespace trivet::engine
