#include "auth/jose/algorithm.h"

#include <algorithm>
#include <array>

namespace trivet::auth {
namespace {

constexpr std::array table = {
    AlgorithmInfo{Algorithm::hs256, "HS256", KeyType::symmetric, "SHA256", "", 32},
    AlgorithmInfo{Algorithm::hs384, "HS384", KeyType::symmetric, "SHA384", "", 48},
    AlgorithmInfo{Algorithm::hs512, "HS512", KeyType::symmetric, "SHA512", "", 64},
    AlgorithmInfo{Algorithm::rs256, "RS256", KeyType::rsa, "SHA256", "", 32},
    AlgorithmInfo{Algorithm::rs384, "RS384", KeyType::rsa, "SHA384", "", 48},
    AlgorithmInfo{Algorithm::rs512, "RS512", KeyType::rsa, "SHA512", "", 64},
    AlgorithmInfo{Algorithm::ps256, "PS256", KeyType::rsa, "SHA256", "", 32},
    AlgorithmInfo{Algorithm::ps384, "PS384", KeyType::rsa, "SHA384", "", 48},
    AlgorithmInfo{Algorithm::ps512, "PS512", KeyType::rsa, "SHA512", "", 64},
    AlgorithmInfo{Algorithm::es256, "ES256", KeyType::elliptic, "SHA256", "P-256", 32},
    AlgorithmInfo{Algorithm::es384, "ES384", KeyType::elliptic, "SHA384", "P-384", 48},
    AlgorithmInfo{Algorithm::es512, "ES512", KeyType::elliptic, "SHA512", "P-521", 66},
    AlgorithmInfo{Algorithm::eddsa, "EdDSA", KeyType::edwards, "", "Ed25519", 32},
};

}  // namespace

const AlgorithmInfo& algorithm_info(Algorithm algorithm) {
  return table[static_cast<size_t>(algorithm)];
}

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  const auto found = std::ranges::find(table, name, &AlgorithmInfo::name);
  if (found == table.end()) return std::nullopt;
  return found->algorithm;
}

std::optional<Algorithm> algorithm_of_curve(std::string_view curve) {
  if (curve.empty()) return std::nullopt;
  const auto found = std::ranges::find(table, curve, &AlgorithmInfo::curve);
  if (found == table.end()) return std::nullopt;
  return found->algorithm;
}

}  // namespace trivet::auth
