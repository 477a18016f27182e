#include "auth/providers/client.h"

#include "auth/accounts/json_object.h"
#include "auth/proof/pkce.h"
#include "auth/issuers/issuer.h"
#include "auth/jwt.h"
#include "auth/passwords/text.h"
#include "auth/percent.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr int64_t fresh_ns = int64_t{3600} * 1'000'000'000;
constexpr uint32_t depth_max = 32;

std::unexpected<Error> failed(const Provider& provider, std::string_view what) {
  return fail(ErrorCode::connection_failed, provider.options.name + ": " + std::string(what));
}

void add_pair(std::string& text, std::string_view name, std::string_view value) {
  if (!text.empty()) text += '&';
  text += encode_percent(name) + '=' + encode_percent(value);
}

std::string host_of(const std::string& url) {
  const auto address = parse_address(url.substr(0, url.find('?')));
  return address ? address->host : std::string();
}

// A function that blocks, on a thread of the pool.
template <class Function>
task<std::invoke_result_t<Function&>> on_pool(net::Pool& pool, Function function) {
  auto done = co_await pool.run(std::move(function));
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return *std::move(done);
}

std::string scopes_of(const Provider& provider, const std::vector<std::string>& asked) {
  std::string scopes = provider.form.scopes;
  for (const auto* list : {&provider.options.scopes, &asked})
    for (const std::string& scope : *list) scopes += (scopes.empty() ? "" : " ") + scope;
  return scopes;
}

}  // namespace

ProviderClient::ProviderClient(Provider given, ProviderParts parts)
    : rules(std::move(given)),
      parts_(std::move(parts)),
      keys_([this](const std::atomic<bool>& stop) { return fetch_keys(stop); }, parts_.log,
            parts_.clock) {}

ProviderClient::~ProviderClient() { stopping_ = true; }

// What the project wrote may lead anywhere; what a document names, only into the public network.
FetchRequest ProviderClient::request(std::string url) const {
  FetchRequest request;
  const std::string host = host_of(url);
  const bool is_plain = rules.options.plain_http && url.starts_with("http://");
  const bool is_own = host == host_of(rules.options.issuer) || host == host_of(rules.options.url);
  request.reach = is_plain ? Reach::this_machine : is_own ? Reach::anywhere : Reach::public_only;
  request.url = std::move(url);
  request.ca_file = rules.options.ca_file;
  request.stop = &stopping_;
  return request;
}

result<Endpoints> ProviderClient::look_up() {
  if (!rules.is_openid()) return endpoints_of(rules.form);
  const int64_t now = parts_.clock.steady_ns();
  {
    const std::lock_guard lock(mutex_);
    if (known_ && now - known_at_ < fresh_ns) return *known_;
  }
  const result<std::string> document = parts_.fetch(request(discovery_url(rules)));
  result<Endpoints> fresh =
      document ? parse_endpoints(rules, *document) : std::unexpected(document.error());
  const std::lock_guard lock(mutex_);
  if (!fresh && known_) return *known_;
  if (!fresh) return failed(rules, fresh.error().message);
  known_ = *fresh;
  known_at_ = now;
  return fresh;
}

result<KeySet> ProviderClient::fetch_keys(const std::atomic<bool>& stop) {
  TRIVET_TRY(const Endpoints endpoints, look_up());
  if (endpoints.keys.empty()) return failed(rules, "it has no keys");
  FetchRequest wanted = request(endpoints.keys);
  wanted.stop = &stop;
  TRIVET_TRY(const std::string document, parts_.fetch(wanted));
  result<KeySet> keys = KeySet::parse(document);
  if (!keys) return failed(rules, "its keys are no JWK set");
  return keys;
}

task<result<std::string>> ProviderClient::address(Departure departure) {
  auto found = co_await on_pool(parts_.pool, [this] { return look_up(); });
  if (!found) co_return std::unexpected(std::move(found).error());
  std::string query;
  add_pair(query, "client_id", rules.options.client_id);
  add_pair(query, "redirect_uri", departure.redirect_uri);
  add_pair(query, "response_type", "code");
  add_pair(query, "scope", scopes_of(rules, departure.scopes));
  add_pair(query, "state", departure.state);
  if (rules.form.pkce) {
    add_pair(query, "code_challenge", s256_challenge(departure.verifier));
    add_pair(query, "code_challenge_method", "S256");
  }
  if (rules.is_openid()) add_pair(query, "nonce", departure.nonce);
  if (rules.form.form_post) add_pair(query, "response_mode", "form_post");
  for (const auto& [name, value] : departure.extra) add_pair(query, name, value);
  const char separator = found->authorize.find('?') == std::string::npos ? '?' : '&';
  co_return found->authorize + separator + query;
}

task<result<bool>> ProviderClient::names_issuer() {
  auto found = co_await on_pool(parts_.pool, [this] { return look_up(); });
  if (!found) co_return std::unexpected(std::move(found).error());
  co_return found->names_issuer;
}

result<ProviderClient::Tokens> ProviderClient::exchange(const Arrival& arrival) {
  TRIVET_TRY(const Endpoints endpoints, look_up());
  FetchRequest wanted = request(endpoints.token);
  const ProviderOptions& own = rules.options;
  add_pair(wanted.form, "grant_type", "authorization_code");
  add_pair(wanted.form, "code", arrival.code);
  add_pair(wanted.form, "redirect_uri", arrival.redirect_uri);
  if (rules.form.pkce) add_pair(wanted.form, "code_verifier", arrival.verifier);
  const bool is_basic = endpoints.basic_auth && !own.client_secret.empty();
  if (is_basic)  // RFC 6749, 2.3.1: both encoded as in forms before
    wanted.headers.push_back("Authorization: Basic " +
                             encode_base64(encode_percent(own.client_id) + ':' +
                                    encode_percent(own.client_secret)));
  else
    add_pair(wanted.form, "client_id", own.client_id);
  if (!is_basic && !own.client_secret.empty())
    add_pair(wanted.form, "client_secret", own.client_secret);
  TRIVET_TRY(const std::string answer, parts_.fetch(wanted));
  const auto members = parse_json(answer, depth_max);
  if (!members || members->kind() != JsonKind::object)
    return failed(rules, "the answer for a code is no JSON object");
  Tokens tokens{text_member(answer, "access_token"), text_member(answer, "refresh_token"),
                text_member(answer, "id_token")};
  // GitHub tells of errors with status 200.
  if (tokens.access_token.empty()) return failed(rules, "it gave no token for the code");
  return tokens;
}

result<std::string> ProviderClient::get(const std::string& url, const Tokens& tokens) {
  FetchRequest wanted = request(url);
  wanted.headers.push_back("Authorization: Bearer " + tokens.access_token);
  return parts_.fetch(wanted);
}

result<ExternalProfile> ProviderClient::fetch_profile(const Tokens& tokens) {
  std::string url = rules.form.profile;
  // Facebook: shows that the token wasn't taken from elsewhere.
  if (rules.options.name == "facebook")
    url += "&appsecret_proof=" + encode_hex(hmac_sha256(rules.options.client_secret, tokens.access_token));
  TRIVET_TRY(const std::string profile, get(url, tokens));
  std::string emails;
  if (!rules.form.emails.empty()) {
    TRIVET_TRY(emails, get(rules.form.emails, tokens));
  }
  return read_profile(rules, profile, emails);
}

// The claims of an ID token, and where they name no address, what the userinfo endpoint adds: it has to
// speak of the same person (OpenID Connect Core, 5.3.2).
result<ExternalProfile> ProviderClient::complete(const std::string& claims, const Tokens& tokens) {
  TRIVET_TRY(const Endpoints endpoints, look_up());
  const bool is_whole = !text_member(claims, rules.form.email).empty();
  if (is_whole || endpoints.profile.empty() || tokens.access_token.empty())
    return read_profile(rules, claims, {});
  TRIVET_TRY(const std::string more, get(endpoints.profile, tokens));
  const auto members = parse_json(more, depth_max);
  if (!members || members->kind() != JsonKind::object)
    return failed(rules, "the userinfo is no JSON object");
  if (text_member(more, "sub") != text_member(claims, "sub"))
    return failed(rules, "the userinfo is of somebody else");
  return read_profile(rules, merge_json(more, claims), {});
}

IdTokenRules ProviderClient::id_token_rules() const {
  IdTokenRules wanted;
  wanted.issuer = rules.form.issuer;
  wanted.audiences = {rules.options.client_id};
  wanted.now_seconds = parts_.clock.now_us() / 1'000'000;
  return wanted;
}

task<result<std::string>> ProviderClient::claims_of(std::string token, IdTokenRules wanted) {
  const std::optional<KeyWanted> key = key_of_id_token(token);
  if (!key) co_return fail(ErrorCode::bad_jwt, "Bad ID token");
  if (keys_.should_wait(*key)) co_await keys_.wait(*key);
  const std::shared_ptr<const KeySet> keys = keys_.current();
  if (!keys) co_return failed(rules, "its keys can't be had");
  co_return verify_id_token(token, wanted, *keys);
}

task<result<Redeemed>> ProviderClient::redeem(Arrival arrival) {
  auto tokens = co_await on_pool(parts_.pool, [&] { return exchange(arrival); });
  if (!tokens) co_return std::unexpected(std::move(tokens).error());
  Redeemed redeemed;
  if (rules.is_openid()) {
    if (tokens->id_token.empty()) co_return failed(rules, "it gave no ID token");
    IdTokenRules wanted = id_token_rules();
    wanted.nonce = arrival.nonce;
    wanted.access_token = tokens->access_token;
    auto claims = co_await claims_of(tokens->id_token, std::move(wanted));
    if (!claims) co_return std::unexpected(std::move(claims).error());
    auto profile = co_await on_pool(parts_.pool, [&] { return complete(*claims, *tokens); });
    if (!profile) co_return std::unexpected(std::move(profile).error());
    redeemed.profile = *std::move(profile);
  } else {
    auto profile = co_await on_pool(parts_.pool, [&] { return fetch_profile(*tokens); });
    if (!profile) co_return std::unexpected(std::move(profile).error());
    redeemed.profile = *std::move(profile);
  }
  if (!arrival.user.empty()) add_name(redeemed.profile, arrival.user);
  redeemed.access_token = std::move(tokens->access_token);
  redeemed.refresh_token = std::move(tokens->refresh_token);
  co_return redeemed;
}

task<result<ExternalProfile>> ProviderClient::read_handed(HandedToken given) {
  if (!rules.is_openid()) co_return fail(ErrorCode::bad_jwt, "This provider gives no ID tokens");
  IdTokenRules wanted = id_token_rules();
  for (const std::string& id : rules.options.client_ids) wanted.audiences.push_back(id);
  if (!given.nonce.empty()) wanted.nonce = hashed_nonce(given.nonce);
  wanted.access_token = given.access_token;
  auto claims = co_await claims_of(given.token, std::move(wanted));
  if (!claims) co_return std::unexpected(std::move(claims).error());
  co_return read_profile(rules, *claims, {});
}

}  // namespace trivet::auth
