// jws.verify {"jwk": {…}, "alg": "ES256", "token": "a.b.c"} → the payload, or why not.
#include <optional>

#include "auth/base64url.h"
#include "auth/jose/jws.h"
#include "operations.h"

namespace trivet::check {
namespace {

std::string refusal(const Error& error) {
  return "{\"ok\":false,\"error\":" + json_string(error.message) +
         ",\"details\":" + json_string(error.details) + "}";
}

// A key as an object, or as the text of one.
std::string jwk_text(const simdjson::dom::element& jwk) {
  std::string_view text;
  if (jwk.get(text) == simdjson::SUCCESS) return std::string(text);
  return simdjson::to_string(jwk);
}

// `alg`, or the one that the key names.
std::optional<auth::Algorithm> wanted_algorithm(const simdjson::dom::object& request,
                                                const auth::Key& key) {
  std::string_view name;
  if (request["alg"].get(name) == simdjson::SUCCESS) return auth::parse_algorithm(name);
  return key.algorithm();
}

}  // namespace

std::string jws_verify(simdjson::dom::object request) {
  const simdjson::dom::element jwk = request["jwk"];
  const std::string_view token = request["token"].get_string();
  const auto key = auth::Key::parse(jwk_text(jwk));
  if (!key) return refusal(key.error());
  const auto algorithm = wanted_algorithm(request, *key);
  if (!algorithm) return refusal(auth::no_key_fits().error());
  const auto payload = auth::verify_jws(token, *key, *algorithm);
  if (!payload) return refusal(payload.error());
  return "{\"ok\":true,\"payload\":" + json_string(auth::encode_base64url(*payload)) + "}";
}

}  // namespace trivet::check
