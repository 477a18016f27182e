#include "auth/jose/key_material.h"

#include <openssl/core_names.h>

#include <algorithm>

#include "auth/base64url.h"

namespace trivet::auth {
namespace {

using namespace openssl;

constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;
constexpr int rsa_exponent_bits_max = 64;

std::unexpected<Error> bad_key(std::string_view why) {
  return fail(ErrorCode::bad_jwt, "The key can't be used", std::string(why));
}

// The bytes of a member in base64url; empty if they are absent or malformed.
std::string decoded(const KeyMembers& members, std::string_view name) {
  return decode_base64url(member(members, name)).value_or(std::string());
}

result<Pkey> from_params(const char* type, int selection, ParamBuilder builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, selection, params.get()) != 1)
    return bad_key("its numbers are no key");
  return Pkey(made);
}

// The private part belongs to the public one.
bool is_pair(const Pkey& key) {
  const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return context && EVP_PKEY_pairwise_check(context.get()) == 1;
}

bool is_public_valid(const Pkey& key) {
  const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return context && EVP_PKEY_public_check(context.get()) == 1;
}

struct RsaNumber {
  std::string_view member;
  const char* param;
};
constexpr RsaNumber rsa_private[] = {
    {"d", OSSL_PKEY_PARAM_RSA_D},          {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},    {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

// Keys of a broken generator (CVE-2017-15361) are powers of 65537 modulo every small prime; of other
// keys one in 2^27 is.
bool is_roca(const BIGNUM* modulus) {
  constexpr unsigned primes[] = {3,  5,  7,  11, 13,  17,  19,  23,  29,  31,  37,  41,  43,
                                 47, 53, 59, 61, 67,  71,  73,  79,  83,  89,  97,  101, 103,
                                 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
  return std::ranges::all_of(primes, [modulus](unsigned prime) {
    const auto rest = static_cast<unsigned>(BN_mod_word(modulus, prime));
    unsigned power = 1;
    for (unsigned step = 0; step < prime; ++step, power = power * 65'537 % prime)
      if (power == rest) return true;
    return false;
  });
}

result<void> check_rsa(const Number& modulus, const Number& exponent) {
  const int bits = BN_num_bits(modulus.get());
  if (bits < rsa_bits_min) return bad_key("RSA below 2048 bits");
  if (bits > rsa_bits_max) return bad_key("RSA above 8192 bits");
  if (!BN_is_odd(modulus.get()) || !BN_is_odd(exponent.get()) || BN_is_one(exponent.get()) ||
      BN_num_bits(exponent.get()) > rsa_exponent_bits_max)
    return bad_key("its numbers are no key");
  if (is_roca(modulus.get())) return bad_key("its generator was broken (ROCA)");
  return {};
}

std::string number_bytes(const BIGNUM* value, size_t length) {
  std::string out(length, '\0');
  TRIVET_ASSERT(BN_bn2binpad(value, bytes(out), static_cast<int>(length)) ==
                static_cast<int>(length));
  return out;
}

// `length` 0 = as short as it can be.
std::string param_base64url(const Pkey& key, const char* param, size_t length) {
  BIGNUM* raw = nullptr;
  TRIVET_ASSERT(EVP_PKEY_get_bn_param(key.get(), param, &raw) == 1);
  const Number value(raw);
  const auto shortest = static_cast<size_t>(BN_num_bytes(value.get()));
  return encode_base64url(number_bytes(value.get(), length == 0 ? shortest : length));
}

void export_edwards(KeyMaterial& material) {
  std::string part(32, '\0');
  size_t length = part.size();
  TRIVET_ASSERT(EVP_PKEY_get_raw_public_key(material.pkey.get(), bytes(part), &length) == 1);
  material.public_members = {{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", encode_base64url(part)}};
  TRIVET_ASSERT(EVP_PKEY_get_raw_private_key(material.pkey.get(), bytes(part), &length) == 1);
  material.private_members = {{"d", encode_base64url(part)}};
}

}  // namespace

std::string_view member(const KeyMembers& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &KeyMembers::value_type::first);
  return found == members.end() ? std::string_view() : std::string_view(found->second);
}

result<void> import_rsa(KeyMaterial& material) {
  const Number modulus = number(decoded(material.public_members, "n"));
  const Number exponent = number(decoded(material.public_members, "e"));
  TRIVET_CHECK(check_rsa(modulus, exponent));
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  std::vector<Number> numbers;  // the builder holds pointers to them
  const bool is_private = !material.private_members.empty();
  if (is_private)
    for (const RsaNumber& row : rsa_private) {
      numbers.push_back(number(decoded(material.private_members, row.member)));
      OSSL_PARAM_BLD_push_BN(builder.get(), row.param, numbers.back().get());
    }
  TRIVET_TRY(material.pkey,
             from_params("RSA", is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                         std::move(builder)));
  if (is_private && !is_pair(material.pkey)) return bad_key("its parts are no pair");
  return {};
}

result<void> import_elliptic(KeyMaterial& material, std::string_view curve) {
  const size_t size = algorithm_info(*algorithm_of_curve(curve)).bytes;
  const std::string x = decoded(material.public_members, "x");
  const std::string y = decoded(material.public_members, "y");
  const std::string d = decoded(material.private_members, "d");
  const bool is_private = !material.private_members.empty();
  if (x.size() != size || y.size() != size || (is_private && d.size() != size))
    return bad_key("a coordinate has another length than its curve says");
  const std::string point = "\x04" + x + y;
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  const Number scalar = number(d);
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.data(),
                                  curve.size());
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  if (is_private) OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get());
  TRIVET_TRY(
      material.pkey,
      from_params("EC", is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, std::move(builder)));
  if (!is_public_valid(material.pkey)) return bad_key("its point is not on the curve");
  if (is_private && !is_pair(material.pkey)) return bad_key("its parts are no pair");
  return {};
}

result<void> import_edwards(KeyMaterial& material) {
  const std::string x = decoded(material.public_members, "x");
  const std::string d = decoded(material.private_members, "d");
  if (x.size() != 32 || (!material.private_members.empty() && d.size() != 32))
    return bad_key("an Ed25519 key has 32 bytes");
  if (material.private_members.empty()) {
    material.pkey.reset(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(x), x.size()));
  } else {
    material.pkey.reset(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(d), d.size()));
    std::string found(32, '\0');
    size_t length = found.size();
    if (material.pkey &&
        (EVP_PKEY_get_raw_public_key(material.pkey.get(), bytes(found), &length) != 1 ||
         found != x))
      return bad_key("its parts are no pair");
  }
  if (!material.pkey) return bad_key("its numbers are no key");
  return {};
}

void export_members(KeyMaterial& material, std::string_view curve) {
  if (material.type == KeyType::edwards) return export_edwards(material);
  const Pkey& key = material.pkey;
  if (material.type == KeyType::rsa) {
    material.public_members = {{"e", param_base64url(key, OSSL_PKEY_PARAM_RSA_E, 0)},
                               {"kty", "RSA"},
                               {"n", param_base64url(key, OSSL_PKEY_PARAM_RSA_N, 0)}};
    for (const RsaNumber& row : rsa_private)
      material.private_members.emplace_back(row.member, param_base64url(key, row.param, 0));
    return;
  }
  const size_t size = algorithm_info(*algorithm_of_curve(curve)).bytes;
  material.public_members = {{"crv", std::string(curve)},
                             {"kty", "EC"},
                             {"x", param_base64url(key, OSSL_PKEY_PARAM_EC_PUB_X, size)},
                             {"y", param_base64url(key, OSSL_PKEY_PARAM_EC_PUB_Y, size)}};
  material.private_members = {{"d", param_base64url(key, OSSL_PKEY_PARAM_PRIV_KEY, size)}};
}

}  // namespace trivet::auth
