#include "engine/execute/thread_slot.h"

#include <bitset>
#include <mutex>

namespace trivet::engine {
namespace {

class Slots {
 public:
  size_t take() {
    const std::lock_guard lock(mutex_);
    for (size_t slot = 0; slot < thread_slots_max; ++slot) {
      if (taken_.test(slot)) continue;
      taken_.set(slot);
      return slot;
    }
    return thread_slots_max;
  }
  // The lock orders the old thread's use of the slot before the next one's.
  void give_back(size_t slot) {
    const std::lock_guard lock(mutex_);
    if (slot < thread_slots_max) taken_.reset(slot);
  }

 private:
  std::mutex mutex_;
  std::bitset<thread_slots_max> taken_;
};

Slots& slots() {
  static Slots all;
  return all;
}

struct Holder {
  size_t slot = slots().take();
  ~Holder() { slots().give_back(slot); }
};

}  // namespace

size_t thread_slot() {
  static thread_local const Holder holder;
  return holder.slot;
}

}  // namespace trivet::engine
