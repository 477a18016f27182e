#include "auth/jose/key.h"

#include <openssl/crypto.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "auth/base64url.h"
#include "auth/jose/json_object.h"
#include "auth/jose/key_material.h"

namespace trivet::auth {
namespace {

using simdjson::dom::object;

std::unexpected<Error> bad_key(std::string_view why) {
  return fail(ErrorCode::bad_jwt, "The key can't be used", std::string(why));
}

struct TypeRow {
  std::string_view kty;
  KeyType type;
  std::array<std::string_view, 4> public_names;  // those of the thumbprint, by name
  std::array<std::string_view, 6> private_names;
};
constexpr TypeRow types[] = {
    {"EC", KeyType::elliptic, {"crv", "kty", "x", "y"}, {"d"}},
    {"OKP", KeyType::edwards, {"crv", "kty", "x"}, {"d"}},
    {"RSA", KeyType::rsa, {"e", "kty", "n"}, {"d", "dp", "dq", "p", "q", "qi"}},
    {"oct", KeyType::symmetric, {"k", "kty"}, {}},
};

// Appends the members of these names; false if one is absent or no text.
template <size_t count>
bool read_members(const object& members, const std::array<std::string_view, count>& names,
                  KeyMembers& out) {
  for (const std::string_view name : names) {
    if (name.empty()) break;
    const TextMember value = text_member(members, name);
    if (!value.text) return false;
    out.emplace_back(name, *value.text);
  }
  return true;
}

// RFC 7517, 4.2 and 4.3: what is there must be what we do with the key.
bool is_for_signatures(const object& members, bool may_sign) {
  const TextMember use = text_member(members, "use");
  if (use.present && use.text != "sig") return false;
  simdjson::dom::element operations;
  if (members.at_key("key_ops").get(operations) != simdjson::SUCCESS) return true;
  simdjson::dom::array items;
  if (operations.get(items) != simdjson::SUCCESS) return false;
  return std::any_of(items.begin(), items.end(), [may_sign](simdjson::dom::element item) {
    std::string_view text;
    return item.get(text) == simdjson::SUCCESS &&
           (text == "verify" || (may_sign && text == "sign"));
  });
}

// So that a kid can be written into JSON as it is.
bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

result<void> read_id(const object& members, KeyMaterial& material) {
  const TextMember id = text_member(members, "kid");
  if (!id.present) return {};
  if (!id.text || id.text->empty() || id.text->size() > key_id_bytes_max ||
      std::ranges::any_of(*id.text, needs_escape))
    return bad_key("kid must be a text of 1 to 128 bytes without quotes");
  material.id = *id.text;
  return {};
}

// "alg", which must be of the key's type and curve; the curve's one if it is absent.
result<void> read_algorithm(const object& members, KeyMaterial& material) {
  const std::string_view curve = member(material.public_members, "crv");
  material.algorithm = algorithm_of_curve(curve);
  const bool has_curve = material.type == KeyType::elliptic || material.type == KeyType::edwards;
  if (has_curve && (!material.algorithm ||
                    algorithm_info(*material.algorithm).type != material.type))
    return bad_key("its curve is not known");
  const TextMember name = text_member(members, "alg");
  if (!name.present) return {};
  const auto named = name.text ? parse_algorithm(*name.text) : std::nullopt;
  if (!named || algorithm_info(*named).type != material.type ||
      (has_curve && named != material.algorithm))
    return bad_key("alg does not fit the key");
  material.algorithm = named;
  return {};
}

result<void> import_symmetric(KeyMaterial& material) {
  material.secret =
      decode_base64url(member(material.public_members, "k")).value_or(std::string());
  const Algorithm weakest = material.algorithm.value_or(Algorithm::hs256);
  if (material.secret.size() < algorithm_info(weakest).bytes)
    return bad_key("the secret is shorter than the digest");
  return {};
}

result<void> import(KeyMaterial& material) {
  switch (material.type) {
    case KeyType::symmetric: return import_symmetric(material);
    case KeyType::rsa: return import_rsa(material);
    case KeyType::elliptic: return import_elliptic(material, member(material.public_members, "crv"));
    case KeyType::edwards: return import_edwards(material);
  }
  return bad_key("kty is not known");
}

result<void> read_key(const object& members, KeyMaterial& material) {
  const TextMember kty = text_member(members, "kty");
  const auto* row = std::ranges::find(types, kty.text.value_or(""), &TypeRow::kty);
  if (row == std::end(types)) return bad_key("kty is not known");
  material.type = row->type;
  const bool is_private = text_member(members, "d").present;
  if (!read_members(members, row->public_names, material.public_members) ||
      (is_private && !read_members(members, row->private_names, material.private_members)))
    return bad_key("a member is missing");
  if (!is_for_signatures(members, is_private || row->type == KeyType::symmetric))
    return bad_key("it is not for signatures");
  TRIVET_CHECK(read_id(members, material));
  TRIVET_CHECK(read_algorithm(members, material));
  return import(material);
}

// No value needs an escape: letters of base64url, names of ours, a kid that was looked at.
void append_member(std::string& json, std::string_view name, std::string_view value) {
  json += json.size() > 1 ? ",\"" : "\"";
  (((json += name) += "\":\"") += value) += '"';
}

std::string print(const KeyMaterial& material, std::string_view operation) {
  std::string json = "{";
  for (const auto& [name, value] : material.public_members) append_member(json, name, value);
  if (operation == "sign")
    for (const auto& [name, value] : material.private_members) append_member(json, name, value);
  if (!material.id.empty()) append_member(json, "kid", material.id);
  if (material.algorithm)
    append_member(json, "alg", algorithm_info(*material.algorithm).name);
  append_member(json, "use", "sig");
  return json + ",\"key_ops\":[\"" + std::string(operation) + "\"]}";
}

std::string sha256(std::string_view text) {
  std::string digest(32, '\0');
  TRIVET_ASSERT(EVP_Digest(text.data(), text.size(), openssl::bytes(digest), nullptr,
                           EVP_sha256(), nullptr) == 1);
  return digest;
}

std::string thumbprint_of(const KeyMaterial& material) {
  std::string json = "{";
  for (const auto& [name, value] : material.public_members) append_member(json, name, value);
  return encode_base64url(sha256(json + "}"));
}

openssl::Pkey generate_pkey(const AlgorithmInfo& info) {
  if (info.type == KeyType::rsa) return openssl::Pkey(EVP_RSA_gen(2048));
  if (info.type == KeyType::elliptic)
    return openssl::Pkey(EVP_EC_gen(std::string(info.curve).c_str()));
  return openssl::Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

std::string coordinate(const BIGNUM* value) {
  std::string out(32, '\0');
  TRIVET_ASSERT(BN_bn2binpad(value, openssl::bytes(out), 32) == 32);
  return encode_base64url(out);
}

}  // namespace

result<Key> Key::parse(std::string_view jwk) {
  if (jwk.size() > jwk_bytes_max) return bad_key("it is too long");
  simdjson::dom::parser parser;
  const std::optional<object> members = parse_json_object(parser, jwk);
  if (!members) return bad_key("it is no JSON object, or has a member twice");
  auto material = std::make_shared<KeyMaterial>();
  TRIVET_CHECK(read_key(*members, *material));
  return Key(std::move(material));
}

Key Key::generate(Algorithm algorithm) {
  const AlgorithmInfo& info = algorithm_info(algorithm);
  TRIVET_ASSERT(info.type != KeyType::symmetric);
  auto material = std::make_shared<KeyMaterial>();
  material->type = info.type;
  material->algorithm = algorithm;
  material->pkey = generate_pkey(info);
  TRIVET_ASSERT(material->pkey != nullptr);
  export_members(*material, info.curve);
  material->id = thumbprint_of(*material);
  return Key(std::move(material));
}

Key Key::es256_from_seed(std::string_view seed) {
  TRIVET_ASSERT(seed.size() == 48);
  const openssl::Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const openssl::NumberContext context(BN_CTX_new());
  const openssl::Number order(BN_dup(EC_GROUP_get0_order(group.get())));
  const openssl::Number scalar = openssl::number(seed);
  const openssl::Number x(BN_new());
  const openssl::Number y(BN_new());
  const openssl::Point point(EC_POINT_new(group.get()));
  TRIVET_ASSERT(BN_sub_word(order.get(), 1) == 1 &&
                BN_mod(scalar.get(), scalar.get(), order.get(), context.get()) == 1 &&
                BN_add_word(scalar.get(), 1) == 1);
  TRIVET_ASSERT(EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr,
                             context.get()) == 1 &&
                EC_POINT_get_affine_coordinates(group.get(), point.get(), x.get(), y.get(),
                                                context.get()) == 1);
  auto material = std::make_shared<KeyMaterial>();
  material->type = KeyType::elliptic;
  material->algorithm = Algorithm::es256;
  material->public_members = {
      {"crv", "P-256"}, {"kty", "EC"}, {"x", coordinate(x.get())}, {"y", coordinate(y.get())}};
  material->private_members = {{"d", coordinate(scalar.get())}};
  material->id = thumbprint_of(*material);
  TRIVET_ASSERT(import(*material).has_value());
  return Key(std::move(material));
}

const std::string& Key::id() const { return material_->id; }
KeyType Key::type() const { return material_->type; }
std::optional<Algorithm> Key::algorithm() const { return material_->algorithm; }

bool Key::allows(Algorithm algorithm) const {
  if (material_->algorithm) return material_->algorithm == algorithm;
  const AlgorithmInfo& info = algorithm_info(algorithm);
  if (info.type != material_->type) return false;
  return info.type != KeyType::symmetric || material_->secret.size() >= info.bytes;
}

bool Key::can_sign() const {
  return material_->type == KeyType::symmetric || !material_->private_members.empty();
}

std::string Key::public_jwk() const {
  TRIVET_ASSERT(material_->type != KeyType::symmetric);
  return print(*material_, "verify");
}

std::string Key::private_jwk() const {
  TRIVET_ASSERT(can_sign());
  return print(*material_, "sign");
}

std::string Key::thumbprint() const { return thumbprint_of(*material_); }

}  // namespace trivet::auth
