// CBOR (RFC 8949), only what authenticators write (CTAP2 canonical form): integers, byte and text strings,
// arrays, maps, true, false, null; definite lengths, shortest heads, no key twice. No floats, no tags.
// A value views the bytes that it was read from. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace trivet::auth {

inline constexpr size_t cbor_depth_max = 4;  // of CTAP2

struct Cbor {
  enum class Kind : uint8_t { integer, bytes, text, array, map, boolean, null } kind = Kind::null;
  int64_t integer = 0;      // or 1 for true
  std::string_view string;  // of bytes and texts
  std::vector<Cbor> items;  // of arrays; of maps key, value, key, value …

  // A map's value; null if there is none, or this is no map.
  [[nodiscard]] const Cbor* find(std::string_view text_key) const;
  [[nodiscard]] const Cbor* find(int64_t integer_key) const;
};

// One item from the beginning of `bytes`, which moves behind it. nullopt: malformed, or beyond a limit.
[[nodiscard]] std::optional<Cbor> take_cbor(std::string_view& bytes);
// The same, of the whole of `bytes`.
[[nodiscard]] std::optional<Cbor> parse_cbor(std::string_view bytes);

}  // namespace trivet::auth
