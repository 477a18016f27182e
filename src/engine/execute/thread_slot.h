// A small number for each thread that asks, by which an engine finds that thread's caches without a
// lock.
//
// Threads are told apart by their id. An id is given to a new thread only after the old one has
// ended, so the new one may take over what the slot holds.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <thread>

namespace trivet::engine {

inline constexpr size_t thread_slots_max = 256;

class ThreadSlots {
 public:
  // Below thread_slots_max, or equal to it for a thread that found them all taken. Any thread.
  [[nodiscard]] size_t mine();

 private:
  std::array<std::atomic<std::thread::id>, thread_slots_max> owners_{};
};

}  // namespace trivet::engine
