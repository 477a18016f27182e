// The signature algorithms that we know (RFC 7518, section 3.1; RFC 8037): a closed list, `none`
// not on it. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trivet::auth {

enum class Algorithm : uint8_t {
  hs256, hs384, hs512,
  rs256, rs384, rs512,
  ps256, ps384, ps512,
  es256, es384, es512,
  eddsa,  // with Ed25519
};

enum class KeyType : uint8_t { symmetric, rsa, elliptic, edwards };

struct AlgorithmInfo {
  Algorithm algorithm;
  std::string_view name;    // as "alg" writes it
  KeyType type;
  std::string_view digest;  // as OpenSSL names it; empty = part of the algorithm
  std::string_view curve;   // "crv"; empty = not one of curves
  size_t bytes;             // of the digest, or of one coordinate of the curve
};

[[nodiscard]] const AlgorithmInfo& algorithm_info(Algorithm algorithm);
// Letter case counts.
[[nodiscard]] std::optional<Algorithm> parse_algorithm(std::string_view name);
// The one algorithm of a curve.
[[nodiscard]] std::optional<Algorithm> algorithm_of_curve(std::string_view curve);

}  // namespace trivet::auth
