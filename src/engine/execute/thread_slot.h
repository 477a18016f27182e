// A small number for the calling thread, reused after it ends, by which an engine finds that thread's caches without a lock.
#pragma once

#include <cstddef>

namespace trivet::engine {

inline constexpr size_t thread_slots_max = 256;

// Below thread_slots_max, or equal to it when more threads live: such a thread has no cache.
[[nodiscard]] size_t thread_slot();

}  // namespace trivet::engine
