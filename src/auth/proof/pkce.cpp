#include "auth/proof/pkce.h"

#include <openssl/sha.h>

#include <algorithm>

#include "auth/base64url.h"
#include "auth/jwt.h"

namespace trivet::auth {
namespace {

constexpr size_t length_min = 43;
constexpr size_t length_max = 128;
constexpr std::string_view hashed = "s256:";
constexpr std::string_view plain = "plain:";

bool is_unreserved(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '-' || c == '.' || c == '_' || c == '~';
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

}  // namespace

answer<std::string> check_challenge(std::string_view challenge, std::string_view method) {
  if (challenge.empty() && method.empty()) return std::string();
  if (challenge.empty() || method.empty())
    return refuse(400, "validation_failed",
                  "PKCE flow requires code_challenge_method and code_challenge");
  const std::string prefix = lower(method) + ':';
  if (prefix != hashed && prefix != plain)
    return refuse(400, "validation_failed",
                  "code challenge method must be one of S256 and plain");
  if (challenge.size() < length_min || challenge.size() > length_max)
    return refuse(400, "validation_failed",
                  "code challenge has to be between 43 and 128 characters");
  if (!is_unreserved(challenge))
    return refuse(400, "validation_failed",
                  "code challenge can only contain alphanumeric characters, hyphens, periods, "
                  "underscores and tildes");
  return prefix + std::string(challenge);
}

bool answers_challenge(std::string_view stored, std::string_view verifier) {
  if (verifier.size() < length_min || verifier.size() > length_max || !is_unreserved(verifier))
    return false;
  if (stored.starts_with(plain))
    return equal_in_constant_time(stored.substr(plain.size()), verifier);
  return stored.starts_with(hashed) &&
         equal_in_constant_time(stored.substr(hashed.size()), s256_challenge(verifier));
}

std::string s256_challenge(std::string_view verifier) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size(), digest);
  return encode_base64url({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace trivet::auth
