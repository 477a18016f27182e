// Random: randomness comes in through this interface, so that tests give a seed.
//
// SystemRandom is the kernel's generator (getrandom(2)), read in blocks: fit for keys and ids.
// SeededRandom repeats itself and is for tests and simulations only. An instance belongs to one
// thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace trivet {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;

  [[nodiscard]] uint64_t next();
  // Uniform in [0, bound), without modulo bias. bound > 0.
  [[nodiscard]] uint64_t below(uint64_t bound);
};

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override;

 private:
  std::array<std::byte, 512> block_{};
  size_t used_ = 512;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> bytes) override;

 private:
  uint64_t state_;
};

}  // namespace trivet
