// The engine's Environment as the clock and randomness that ids are made of.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "engine/engine.h"

namespace trivet::engine {

class EnvironmentClock final : public Clock {
 public:
  explicit EnvironmentClock(const Environment& environment) : environment_(environment) {}
  [[nodiscard]] int64_t now_us() const override { return environment_.now_us(); }
  [[nodiscard]] int64_t steady_ns() const override { return environment_.now_us() * 1000; }

 private:
  const Environment& environment_;
};

class EnvironmentRandom final : public Random {
 public:
  explicit EnvironmentRandom(Environment& environment) : environment_(environment) {}
  void fill(std::span<std::byte> bytes) override {
    environment_.random_bytes(reinterpret_cast<char*>(bytes.data()), bytes.size());
  }

 private:
  Environment& environment_;
};

}  // namespace trivet::engine
