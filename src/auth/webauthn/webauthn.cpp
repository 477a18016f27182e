#include "auth/webauthn/webauthn.h"

#include <openssl/ecdsa.h>
#include <openssl/sha.h>

#include <algorithm>
#include <optional>

#include "auth/accounts/json_object.h"
#include "auth/jose/algorithm.h"
#include "auth/jose/key.h"
#include "auth/jose/openssl.h"
#include "auth/jwt.h"
#include "auth/webauthn/cbor.h"
#include "auth/webauthn/cose_key.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr unsigned flag_present = 0x01;
constexpr unsigned flag_verified = 0x04;
constexpr unsigned flag_credential = 0x40;
constexpr unsigned flag_extensions = 0x80;

std::unexpected<Error> bad(std::string text) { return fail(ErrorCode::bad_jwt, std::move(text)); }

std::string sha256(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(openssl::bytes(text), text.size(), openssl::bytes(digest));
  return digest;
}

result<void> check_client_data(const RelyingParty& party, std::string_view challenge,
                               std::string_view type, const std::string& json) {
  const auto data = json.size() > webauthn_bytes_max ? std::nullopt : [&] {
    const auto parsed = parse_json(json, 8);
    return parsed && parsed->kind() == JsonKind::object ? std::optional(*parsed) : std::nullopt;
  }();
  if (!data) return bad("The client data is no JSON object");
  if (text_member(json, "type") != type) return bad("The client data is of another ceremony");
  if (!equal_in_constant_time(text_member(json, "challenge"), challenge))
    return bad("The client data is for another challenge");
  if (std::ranges::find(party.origins, text_member(json, "origin")) == party.origins.end())
    return bad("The client data is of another origin");
  const auto crosses = data->find("crossOrigin");
  if (crosses && crosses->raw() == "true") return bad("The page was inside another origin's");
  return {};
}

struct AuthenticatorData {
  unsigned flags = 0;
  uint32_t count = 0;
  std::string_view rest;  // behind the counter
};

uint32_t number_at(std::string_view bytes, size_t at, size_t size) {
  uint32_t number = 0;
  for (size_t i = 0; i < size; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

result<AuthenticatorData> read_data(const RelyingParty& party, std::string_view bytes) {
  constexpr size_t head = 32 + 1 + 4;
  if (bytes.size() < head) return bad("The authenticator data is too short");
  if (!equal_in_constant_time(bytes.substr(0, 32), sha256(party.id)))
    return bad("The authenticator data is for another site");
  AuthenticatorData data;
  data.flags = static_cast<unsigned char>(bytes[32]);
  data.count = number_at(bytes, 33, 4);
  data.rest = bytes.substr(head);
  if ((data.flags & flag_present) == 0) return bad("Nobody was present");
  return data;
}

std::string uuid_text(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[static_cast<unsigned char>(bytes[i]) >> 4];
    text += digits[static_cast<unsigned char>(bytes[i]) & 15];
  }
  return text;
}

// Extensions are a map, and the end.
bool is_rest_sound(unsigned flags, std::string_view rest) {
  if ((flags & flag_extensions) == 0) return rest.empty();
  const auto extensions = parse_cbor(rest);
  return extensions && extensions->kind == Cbor::Kind::map;
}

result<NewCredential> read_credential(const AuthenticatorData& data) {
  constexpr size_t head = 16 + 2;
  std::string_view rest = data.rest;
  if ((data.flags & flag_credential) == 0 || rest.size() < head)
    return bad("The authenticator data holds no credential");
  NewCredential made;
  made.aaguid = uuid_text(rest.substr(0, 16));
  const size_t length = number_at(rest, 16, 2);
  rest.remove_prefix(head);
  if (length == 0 || length > credential_id_bytes_max || length > rest.size())
    return bad("The credential's id is malformed");
  made.id = rest.substr(0, length);
  rest.remove_prefix(length);
  const auto cose = take_cbor(rest);
  const auto jwk = cose ? jwk_of_cose(*cose) : std::nullopt;
  if (!jwk || !Key::parse(*jwk)) return bad("The credential's key can't be used");
  if (!is_rest_sound(data.flags, rest)) return bad("The authenticator data is malformed");
  made.key = *jwk;
  made.count = data.count;
  made.user_verified = (data.flags & flag_verified) != 0;
  return made;
}

// r and s in DER, as authenticators write them, side by side. Empty: malformed.
std::string raw_signature(std::string_view der, size_t coordinate) {
  const unsigned char* at = openssl::bytes(der);
  const openssl::Signature parsed(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!parsed || at != openssl::bytes(der) + der.size()) return {};
  std::string raw(2 * coordinate, '\0');
  unsigned char* to = openssl::bytes(raw);
  const int size = static_cast<int>(coordinate);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), to, size) != size ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), to + coordinate, size) != size)
    return {};
  return raw;
}

bool is_signed(std::string_view jwk, std::string_view message, std::string_view signature) {
  const result<Key> key = Key::parse(jwk);
  if (!key || !key->algorithm()) return false;
  const Algorithm algorithm = *key->algorithm();
  const AlgorithmInfo& info = algorithm_info(algorithm);
  if (info.type != KeyType::elliptic) return key->verify(algorithm, message, signature);
  const std::string raw = raw_signature(signature, info.bytes);
  return !raw.empty() && key->verify(algorithm, message, raw);
}

}  // namespace

result<NewCredential> check_registration(const RelyingParty& party, std::string_view challenge,
                                         const Registration& given) {
  TRIVET_CHECK(check_client_data(party, challenge, "webauthn.create", given.client_data));
  const auto object = given.attestation.size() > webauthn_bytes_max
                          ? std::nullopt
                          : parse_cbor(given.attestation);
  const Cbor* data = object ? object->find("authData") : nullptr;
  const Cbor* format = object ? object->find("fmt") : nullptr;
  const Cbor* statement = object ? object->find("attStmt") : nullptr;
  if (data == nullptr || data->kind != Cbor::Kind::bytes || format == nullptr ||
      format->kind != Cbor::Kind::text || statement == nullptr ||
      statement->kind != Cbor::Kind::map)
    return bad("The attestation object is malformed");
  if (format->string == "none" && !statement->items.empty())
    return bad("The attestation object is malformed");
  TRIVET_TRY(const AuthenticatorData read, read_data(party, data->string));
  return read_credential(read);
}

result<Proof> check_assertion(const RelyingParty& party, std::string_view challenge,
                              std::string_view key, const Assertion& given) {
  TRIVET_CHECK(check_client_data(party, challenge, "webauthn.get", given.client_data));
  if (given.authenticator_data.size() > webauthn_bytes_max) return bad("Too long");
  TRIVET_TRY(const AuthenticatorData data, read_data(party, given.authenticator_data));
  if ((data.flags & flag_credential) != 0 || !is_rest_sound(data.flags, data.rest))
    return bad("The authenticator data is malformed");
  const std::string message = given.authenticator_data + sha256(given.client_data);
  if (!is_signed(key, message, given.signature)) return bad("The signature is wrong");
  return Proof{data.count, (data.flags & flag_verified) != 0};
}

}  // namespace trivet::auth
