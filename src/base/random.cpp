#include "base/random.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace trivet {

uint64_t Random::next() {
  uint64_t value = 0;
  fill(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

uint64_t Random::below(uint64_t bound) {
  TRIVET_ASSERT(bound > 0);
  const uint64_t unfair =
      -bound % bound;  // 2^64 mod bound: draws below it would favour small results
  uint64_t draw = next();
  while (draw < unfair) draw = next();
  return draw % bound;
}

namespace {

void fill_from_kernel(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    // EINTR is the only failure of getrandom(2) with a valid buffer once the pool is up.
    TRIVET_ASSERT(got > 0 || errno == EINTR);
    if (got > 0) bytes = bytes.subspan(static_cast<size_t>(got));
  }
}

}  // namespace

void SystemRandom::fill(std::span<std::byte> bytes) {
  if (bytes.size() >= block_.size()) return fill_from_kernel(bytes);
  if (bytes.size() > block_.size() - used_) {
    fill_from_kernel(block_);
    used_ = 0;
  }
  std::memcpy(bytes.data(), block_.data() + used_, bytes.size());
  // What was given out must not stay behind in memory.
  std::memset(block_.data() + used_, 0, bytes.size());
  used_ += bytes.size();
}

void SeededRandom::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    // splitmix64 (Steele, Lea, Flood 2014)
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    const size_t size = std::min(bytes.size(), sizeof z);
    std::memcpy(bytes.data(), &z, size);
    bytes = bytes.subspan(size);
  }
}

}  // namespace trivet
