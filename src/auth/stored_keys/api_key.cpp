#include "auth/stored_keys/api_key.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "auth/base64url.h"
#include "http/text.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

constexpr std::string_view prefixes[] = {"sb_publishable_", "sb_secret_"};
constexpr size_t random_letters = 22;   // 16 bytes
constexpr size_t checksum_letters = 8;  // 6 bytes
constexpr size_t hint_letters = 4;

constexpr std::string_view areas[] = {"rest", "rpc", "auth"};
constexpr std::string_view accesses[] = {"", ":read", ":write"};

std::string sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string checksum_of(std::string_view text) {
  return encode_base64url(std::string_view(sha256(text)).substr(0, 6));
}

bool is_below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

// Empty: none of them.
std::string_view area_of(std::string_view path) {
  if (is_below(path, "/rest/v1/rpc")) return "rpc";
  if (is_below(path, "/rest/v1")) return "rest";
  return is_below(path, "/auth/v1") ? "auth" : "";
}

bool is_scope(std::string_view word) {
  for (const std::string_view area : areas)
    for (const std::string_view access : accesses)
      if (word.starts_with(area) && word.substr(area.size()) == access) return true;
  return false;
}

}  // namespace

std::string_view api_key_kind_name(ApiKeyKind kind) {
  return kind == ApiKeyKind::publishable ? "publishable" : "secret";
}

std::string make_api_key(ApiKeyKind kind, Random& random) {
  std::array<std::byte, 16> bytes{};
  random.fill(bytes);
  std::string text(prefixes[static_cast<size_t>(kind)]);
  text += encode_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return text + '_' + checksum_of(text);
}

bool is_api_key(std::string_view text) {
  for (const std::string_view prefix : prefixes) {
    const size_t body = prefix.size() + random_letters;
    if (text.starts_with(prefix) && text.size() == body + 1 + checksum_letters)
      return text[body] == '_' && text.substr(body + 1) == checksum_of(text.substr(0, body));
  }
  return false;
}

std::string hash_api_key(std::string_view text) { return encode_base64url(sha256(text)); }

std::string api_key_hint(std::string_view text) {
  const size_t prefix = text.find('_', text.find('_') + 1) + 1;
  return std::string(text.substr(0, prefix + hint_letters)) + "…";
}

Identity identity_of(const ApiKey& key) {
  Identity identity;
  if (key.role == "anon") return identity;
  identity.role_name = key.role;
  identity.role = key.role == "service_role" ? Role::service : Role::authenticated;
  if (identity.role == Role::service) return identity;
  JsonBuilder claims;
  claims.open_object().member("role", key.role).member("api_key", key.name).close();
  identity.claims_json = claims.take();
  return identity;
}

result<void> check_api_key(const ApiKey& key) {
  const bool is_plain = std::ranges::all_of(key.name, [](unsigned char c) {
    return c >= 0x21 && c != 0x7f;
  });
  if (key.name.empty() || key.name.size() > 100 || !is_plain)
    return fail(ErrorCode::bad_config, "a key's name is a word of at most 100 bytes");
  if (key.role.empty()) return fail(ErrorCode::bad_config, "a key needs a role");
  if (key.kind == ApiKeyKind::publishable && key.role != "anon")
    return fail(ErrorCode::bad_config, "publishable keys are shown to anyone: their role is anon");
  std::string_view rest = key.scopes;
  while (!rest.empty())
    if (const std::string_view word = http::take_until(rest, ' '); !is_scope(word))
      return fail(ErrorCode::bad_config, "there is no scope \"" + std::string(word) + '"', {},
                  "Scopes are rest, rpc and auth, each alone or with :read or :write.");
  return {};
}

bool allows(std::string_view scopes, const http::Request& request) {
  if (scopes.empty()) return true;
  const std::string_view area = area_of(request.path);
  if (area.empty()) return false;
  const bool reads = request.method == http::Method::get || request.method == http::Method::head;
  while (!scopes.empty()) {
    const std::string_view word = http::take_until(scopes, ' ');
    if (!word.starts_with(area)) continue;
    const std::string_view access = word.substr(area.size());
    if (access.empty() || access == (reads ? ":read" : ":write")) return true;
  }
  return false;
}

}  // namespace trivet::auth
