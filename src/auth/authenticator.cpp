#include "auth/authenticator.h"

#include <optional>

#include "auth/issuers/foreign_token.h"
#include "auth/jwt.h"
#include "http/text.h"
#include "value/json_writer.h"

namespace trivet::auth {
namespace {

constexpr std::string_view opaque_prefix = "sb_";
constexpr std::string_view secret_prefix = "sb_secret_";

// The credential of a Bearer header (any letter case of the scheme); nullopt for another scheme or
// none.
std::optional<std::string_view> bearer(const http::Request& request) {
  std::string_view value = request.header("authorization");
  if (value.data() == nullptr) return std::nullopt;
  const std::string_view scheme = http::take_until(value, ' ');
  if (!http::equals_lower(scheme, "bearer")) return std::nullopt;
  return http::trim_blanks(value);
}

// Keys are made of letters that need no percent-encoding.
std::string_view key_parameter(std::string_view query) {
  constexpr std::string_view name = "apikey=";
  if (query.find(name) == query.npos) return {};
  while (!query.empty()) {
    const std::string_view pair = http::take_until(query, '&');
    if (pair.starts_with(name)) return pair.substr(name.size());
  }
  return {};
}

std::string_view api_key(const http::Request& request) {
  const std::string_view header = request.header("apikey");
  return header.empty() ? key_parameter(request.query) : header;
}

// A role that we have no name for is a signed-in caller; rules see its name in auth().
Identity make_identity(Claims claims) {
  Identity identity;
  if (!claims.role.empty()) identity.role_name = claims.role;
  if (identity.role_name == "anon") return identity;
  identity.role = identity.role_name == "service_role" ? Role::service : Role::authenticated;
  identity.claims_json = std::move(claims.json);
  return identity;
}

// The role is a claim of its own then, as policies look it up there; the last of a name counts.
Identity make_database_identity(Claims claims, const DatabaseRoles& roles) {
  Identity identity;
  identity.role_name = find_role(claims.json, roles.claim).value_or(roles.anonymous);
  if (identity.role_name != roles.anonymous) identity.role = Role::authenticated;
  identity.claims_json = std::move(claims.json);
  if (claims.role == identity.role_name) return identity;
  std::string& json = identity.claims_json;
  json.resize(json.rfind('}'));
  json += json.find('"') == json.npos ? "\"role\":" : ",\"role\":";
  append_json_string(json, identity.role_name);
  json += '}';
  return identity;
}

Identity anonymous_identity(const AuthenticatorOptions& options) {
  Identity identity;
  if (options.roles) identity.role_name = options.roles->anonymous;
  return identity;
}

Identity service_identity() {
  Identity identity;
  identity.role = Role::service;
  identity.role_name = "service_role";
  return identity;
}

AuthenticatorOptions with_ring(AuthenticatorOptions options, std::string_view secret) {
  if (!options.ring) options.ring = std::make_shared<const KeyRing>(KeyRing::derived(secret));
  return options;
}

// Who it says it is of; null = nobody foreign, so that it is verified as one of ours.
TrustedIssuer* find_issuer(const Issuers* issuers, std::string_view token) {
  if (issuers == nullptr) return nullptr;
  const std::optional<TokenLabel> label = read_label(token);
  return label ? issuers->find(label->issuer) : nullptr;
}

// A secret key in a browser is one that everybody can read.
bool is_browser(const http::Request& request) {
  return request.header("user-agent").starts_with("Mozilla/");
}

std::unexpected<Error> not_available(std::string text) {
  return fail(ErrorCode::connection_failed, std::move(text), {}, "Try again later.");
}

std::unexpected<Error> invalid_key() {
  return fail(ErrorCode::bad_api_key, "Invalid API key", {},
              "Double check your Supabase `anon` or `service_role` API key.");
}

}  // namespace

Authenticator::Authenticator(ProjectKeys keys, AuthenticatorOptions options, const Clock& clock)
    : keys_(std::move(keys)),
      options_(with_ring(std::move(options), keys_.secret)),
      clock_(clock),
      anonymous_(std::make_shared<const Identity>(anonymous_identity(options_))),
      service_(std::make_shared<const Identity>(service_identity())) {}

result<std::shared_ptr<const Identity>> Authenticator::authenticate(
    const http::Request& request) const {
  Answer answer = identify(request);
  if (answer && (*answer)->role == Role::anon && options_.anonymous == AnonymousPolicy::refused)
    return fail(ErrorCode::anonymous_disabled, "Anonymous access is disabled");
  return answer;
}

Authenticator::Answer Authenticator::identify(const http::Request& request) const {
  const std::optional<std::string_view> credential = bearer(request);
  // Client libraries copy an opaque key into Authorization when nobody is signed in: it is no
  // token.
  const bool is_opaque = credential && credential->starts_with(opaque_prefix);
  if (credential && !is_opaque) return identify_by_token(*credential);
  const std::string_view key = api_key(request);
  if (!key.empty()) return identify_by_key(key, request);
  if (is_opaque) return identify_by_key(*credential, request);
  if (options_.key == KeyPolicy::required)
    return fail(ErrorCode::no_api_key, "No API key found in request", {},
                "No `apikey` request header or url param was found.");
  return anonymous_;
}

Authenticator::Answer Authenticator::identify_by_key(std::string_view key,
                                                     const http::Request& request) const {
  if (key.starts_with(secret_prefix) && is_browser(request))
    return fail(ErrorCode::bad_api_key, "Forbidden use of secret API key in browser", {},
                "Secret API keys can only be used in a protected environment and should never be used in a browser.");
  if (equal_in_constant_time(key, keys_.secret_key)) return service_;
  if (equal_in_constant_time(key, keys_.publishable)) return anonymous_;
  if (key.starts_with(opaque_prefix)) return identify_by_stored_key(key, request);
  Answer answer = identify_by_token(key);
  if (!answer) return invalid_key();
  return answer;
}

Authenticator::Answer Authenticator::identify_by_stored_key(std::string_view key,
                                                            const http::Request& request) const {
  if (!options_.stored || !is_api_key(key)) return invalid_key();
  if (!options_.stored->is_loaded()) return not_available("The API keys are not available");
  const std::shared_ptr<const KnownKey> known = options_.stored->find_key(key);
  if (!known) return invalid_key();
  if (!allows(known->key.scopes, request))
    return fail(ErrorCode::permission_denied, "The API key is not for this",
                "Its scopes are: " + known->key.scopes);
  return known->identity;
}

uint64_t Authenticator::own_version() const {
  return options_.stored ? options_.stored->version() : 0;
}

result<KeySet> Authenticator::own_keys(int64_t now) const {
  if (!options_.stored) return options_.ring->verifying_keys(now);
  if (!options_.stored->is_loaded()) return not_available("The signing keys are not available");
  return options_.stored->verifying_keys(now);
}

Authenticator::Answer Authenticator::identify_by_token(std::string_view token) const {
  const int64_t now = clock_.now_us() / 1'000'000;
  if (std::optional<VerifiedToken> known = cache_.find(token)) {
    TRIVET_CHECK(check_expiry(known->expires_at, now));
    // Keys may have been taken away since.
    const uint64_t version =
        known->issuer_keys == nullptr ? own_version() : known->issuer_keys->version();
    if (version == known->keys_version) return std::move(known->identity);
  }
  if (TrustedIssuer* issuer = find_issuer(options_.issuers.get(), token))
    return identify_foreign(token, *issuer, now);
  const uint64_t version = own_version();  // before the keys, as below
  TRIVET_TRY(const KeySet ring_keys, own_keys(now));
  TRIVET_TRY(Claims claims,
             verify_token(token, {keys_.secret, options_.audience, now, &ring_keys}));
  const int64_t expires_at = claims.expires_at;
  auto identity = std::make_shared<const Identity>(
      options_.roles ? make_database_identity(std::move(claims), *options_.roles)
                     : make_identity(std::move(claims)));
  cache_.insert(token, {identity, expires_at, nullptr, version});
  return identity;
}

Authenticator::Answer Authenticator::identify_foreign(std::string_view token,
                                                      TrustedIssuer& issuer, int64_t now) const {
  // Before the keys: a change in between makes the entry too old and not too young.
  const uint64_t version = issuer.keys.version();
  const std::shared_ptr<const KeySet> keys = issuer.keys.current();
  if (!keys) return not_available("The keys of the token's issuer are not available");
  TRIVET_TRY(ForeignToken verified, verify_foreign_token(token, issuer.rules, *keys, now));
  auto identity = std::make_shared<const Identity>(std::move(verified.identity));
  cache_.insert(token, {identity, verified.expires_at, &issuer.keys, version});
  return identity;
}

// Also for requests of nobody: what signs and what is shown comes from there.
StoredKeys* Authenticator::awaited_stored(std::string_view credential) const {
  StoredKeys* const stored = options_.stored.get();
  if (stored == nullptr) return nullptr;
  if (stored->is_due()) return stored;
  if (!credential.starts_with(opaque_prefix) || !is_api_key(credential)) return nullptr;
  return stored->find_key(credential) == nullptr && stored->is_due_for_unknown() ? stored : nullptr;
}

AwaitedKeys Authenticator::awaited_keys(const http::Request& request) const {
  if (!options_.issuers && !options_.stored) return {};
  const std::optional<std::string_view> credential = bearer(request);
  const bool is_opaque = credential && credential->starts_with(opaque_prefix);
  const std::string_view key = credential && !is_opaque ? *credential : api_key(request);
  const std::string_view token = key.empty() && is_opaque ? *credential : key;
  AwaitedKeys awaited;
  awaited.stored = awaited_stored(token);
  if (token.empty() || token.starts_with(opaque_prefix)) return awaited;
  if (const std::optional<VerifiedToken> known = cache_.find(token)) {
    const bool is_due = known->issuer_keys != nullptr && known->issuer_keys->should_wait_for_age();
    if (is_due) awaited.keys = known->issuer_keys;
    return awaited;
  }
  const std::optional<TokenLabel> label = read_label(token);
  if (!label) return awaited;
  TrustedIssuer* const issuer = options_.issuers ? options_.issuers->find(label->issuer) : nullptr;
  if (issuer == nullptr) {
    StoredKeys* const stored = options_.stored.get();
    if (stored != nullptr && label->key.algorithm != Algorithm::hs256 &&
        !stored->knows_signing_key(label->key.id) && stored->is_due_for_unknown())
      awaited.stored = stored;
    return awaited;
  }
  if (!issuer->rules.allows(label->key.algorithm) || !issuer->keys.should_wait(label->key))
    return awaited;
  awaited.keys = &issuer->keys;
  awaited.wanted = label->key;
  return awaited;
}

}  // namespace trivet::auth
