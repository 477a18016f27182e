// What the printing of values depends on beside the value: the session's zone and how floats are
// spelled.
#pragma once

#include <cstdint>

namespace trivet {

class Zone;

enum class FloatStyle : uint8_t {
  exponent,  // PostgreSQL's float output: 1e+15
  digits,    // the same number without exponent, as jsonb prints it
};

struct FormatOptions {
  const Zone* zone = nullptr;  // timestamptz; null = UTC. Borrowed for the call
  FloatStyle floats = FloatStyle::exponent;
};

}  // namespace trivet
