#include "store/changes/wake.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/error.h"

namespace trivet::store {

Wake::Wake() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  TRIVET_ASSERT(descriptor_ >= 0);
}

Wake::~Wake() { close(descriptor_); }

void Wake::set() {
  const uint64_t one = 1;
  // It fails only where the counter is full, and then it is set.
  [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
}

void Wake::wait(std::chrono::milliseconds time, int other) {
  std::array<pollfd, 2> watched{{{descriptor_, POLLIN, 0}, {other, POLLIN, 0}}};
  const auto most = std::clamp<int64_t>(time.count(), 0, 60'000);
  poll(watched.data(), other < 0 ? 1 : 2, static_cast<int>(most));
  uint64_t seen = 0;
  [[maybe_unused]] const ssize_t taken = read(descriptor_, &seen, sizeof seen);
}

}  // namespace trivet::store
