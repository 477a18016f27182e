#include "auth/webauthn/cose_key.h"

#include <algorithm>

#include "auth/base64url.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

// What an algorithm's key is: its type (1 OKP, 2 EC2, 3 RSA) and curve (0 = none).
struct Form {
  int64_t algorithm;
  std::string_view name;
  int64_t type, curve;
  std::string_view curve_name;
};
constexpr Form forms[] = {
    {-7, "ES256", 2, 1, "P-256"}, {-35, "ES384", 2, 2, "P-384"}, {-36, "ES512", 2, 3, "P-521"},
    {-8, "EdDSA", 1, 6, "Ed25519"}, {-257, "RS256", 3, 0, ""}, {-258, "RS384", 3, 0, ""},
    {-259, "RS512", 3, 0, ""},      {-37, "PS256", 3, 0, ""},  {-38, "PS384", 3, 0, ""},
    {-39, "PS512", 3, 0, ""}};

std::optional<int64_t> integer_at(const Cbor& map, int64_t key) {
  const Cbor* found = map.find(key);
  if (found == nullptr || found->kind != Cbor::Kind::integer) return std::nullopt;
  return found->integer;
}

std::optional<std::string> bytes_at(const Cbor& map, int64_t key) {
  const Cbor* found = map.find(key);
  if (found == nullptr || found->kind != Cbor::Kind::bytes) return std::nullopt;
  return encode_base64url(found->string);
}

}  // namespace

std::optional<std::string> jwk_of_cose(const Cbor& key) {
  const auto type = integer_at(key, 1);
  const auto algorithm = integer_at(key, 3);
  const auto* form = std::ranges::find_if(
      forms, [&](const Form& each) { return each.algorithm == algorithm; });
  if (form == std::end(forms) || form->type != type) return std::nullopt;
  if (form->curve != 0 && integer_at(key, -1) != form->curve) return std::nullopt;
  JsonBuilder json;
  json.open_object().member("alg", form->name);
  if (form->type == 3) {
    const auto modulus = bytes_at(key, -1);
    const auto exponent = bytes_at(key, -2);
    if (!modulus || !exponent) return std::nullopt;
    json.member("kty", "RSA").member("n", *modulus).member("e", *exponent).close();
    return json.take();
  }
  const auto x = bytes_at(key, -2);
  const auto y = bytes_at(key, -3);
  if (!x || (form->type == 2 && !y)) return std::nullopt;
  json.member("kty", form->type == 2 ? "EC" : "OKP").member("crv", form->curve_name);
  json.member("x", *x);
  if (form->type == 2) json.member("y", *y);
  json.close();
  return json.take();
}

}  // namespace trivet::auth
