// The ids that a schema can ask for: UUID v4 and v7 (RFC 9562), CUID 1 and 2, ULID, nanoid.
//
// IdMaker keeps what the time-ordered ones need to rise: within one IdMaker, uuid7() and ulid() are
// strictly increasing as text, also within a millisecond and when the clock steps back; across
// IdMakers only as far as their clocks agree. Randomness of all but cuid1's time and counter parts
// is the given Random's. One IdMaker per thread; it borrows clock and random.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/random.h"

namespace trivet {

class IdMaker {
 public:
  IdMaker(const Clock& clock, Random& random);

  // 36 characters, lower case. Random but for version and variant.
  [[nodiscard]] std::string uuid4();
  // 36 characters, lower case. 48 bits of Unix ms, then a counter seeded anew each ms (RFC
  // 9562 6.2, method 1), then random.
  [[nodiscard]] std::string uuid7();
  // 25 characters: 'c', 8 of base-36 ms, 4 of counter, 4 of fingerprint, 8 of random.
  [[nodiscard]] std::string cuid1();
  // 24 characters: a letter, then base 36. The reference hashes its inputs to this shape; we draw
  // it from Random directly.
  [[nodiscard]] std::string cuid2();
  // 26 characters of Crockford base 32: 48 bits of ms, 80 of random, incremented within a ms (the
  // specification's monotonic form).
  [[nodiscard]] std::string ulid();
  // `length` characters of A-Za-z0-9_-; length is 2 to 255, 21 by convention.
  [[nodiscard]] std::string nanoid(int length = 21);

 private:
  [[nodiscard]] int64_t now_ms() const { return clock_.now_us() / 1000; }

  const Clock& clock_;
  Random& random_;
  int64_t uuid7_ms_ = -1;
  uint32_t uuid7_counter_ = 0;
  int64_t ulid_ms_ = -1;
  std::array<uint8_t, 10> ulid_random_{};
  uint32_t cuid_counter_ = 0;
  std::array<char, 4> cuid_fingerprint_{};
};

}  // namespace trivet
