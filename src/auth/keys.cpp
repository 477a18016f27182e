#include "auth/keys.h"

#include "auth/base64url.h"
#include "auth/jwt.h"

namespace trivet::auth {
namespace {

// The label says what the key is for, so that no key is another's prefix or equal.
std::string opaque_key(std::string_view prefix, std::string_view secret) {
  const std::string mac = hmac_sha256(secret, "trivet key " + std::string(prefix));
  return std::string(prefix) + encode_base64url(std::string_view(mac).substr(0, 24));
}

}  // namespace

ProjectKeys derive_keys(std::string secret) {
  ProjectKeys keys;
  keys.publishable = opaque_key("sb_publishable_", secret);
  keys.secret_key = opaque_key("sb_secret_", secret);
  keys.anon_jwt = sign_token(R"({"iss":"trivet","role":"anon"})", secret);
  keys.service_jwt = sign_token(R"({"iss":"trivet","role":"service_role"})", secret);
  keys.secret = std::move(secret);
  return keys;
}

}  // namespace trivet::auth
