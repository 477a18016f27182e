// The way of a browser: from the program to the page that asks the user, and back with a code
// (OAuth 2.1, 4.1; RFC 9207).
#include <algorithm>

#include "auth/accounts/tokens.h"
#include "auth/oauth_server/oauth_server.h"
#include "auth/oauth_server/redirect_uri.h"
#include "auth/oauth_server/scope.h"
#include "auth/percent.h"
#include "auth/proof/pkce.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr int64_t us = 1'000'000;
constexpr int64_t request_seconds = 600;
// How long a used code is known, so that a second use is seen.
constexpr int64_t kept_seconds = 86'400;
constexpr size_t text_bytes_max = 2048;

std::unexpected<Refusal> not_found() {
  return refuse(404, "oauth_authorization_not_found", "Authorization not found");
}

bool is_registered(const OAuthClient& client, const std::string& uri) {
  for (const JsonValue element : JsonValue::trusted(client.redirect_uris).elements()) {
    std::string known;
    element.as_string().append_to(known);
    if (matches_redirect_uri(uri, known)) return true;
  }
  return false;
}

using Words = std::vector<std::pair<std::string_view, std::string>>;

std::string with_query(std::string url, const Words& words) {
  for (const auto& [name, value] : words) {
    if (value.empty()) continue;
    url += url.find('?') == url.npos ? '?' : '&';
    url.append(name).append(1, '=').append(encode_percent(value));
  }
  return url;
}

struct Fault {
  std::string error, description;
};

// What is wrong with a request that may be told to the program (RFC 6749, 4.1.2.1).
std::optional<Fault> fault_of(const AuthorizeRequest& given, const OAuthClient& client) {
  const auto invalid = [](std::string why) { return Fault{"invalid_request", std::move(why)}; };
  if (given.has_object) return Fault{"request_not_supported", "Request objects are not supported"};
  if (given.response_type.empty()) return invalid("response_type is required");
  if (given.response_type != "code")
    return Fault{"unsupported_response_type", "response_type must be code"};
  if (!has_scope(client.grant_types, "authorization_code"))
    return Fault{"unauthorized_client", "The client is not registered for authorization_code"};
  if (!given.response_mode.empty() && given.response_mode != "query")
    return invalid("response_mode must be query");
  if (given.challenge.empty()) return invalid("PKCE is required: code_challenge is missing");
  if (given.challenge_method != "S256") return invalid("code_challenge_method must be S256");
  if (auto checked = check_challenge(given.challenge, given.challenge_method); !checked)
    return invalid(checked.error().message);
  if (!given.scope.empty() && !parse_scope(given.scope))
    return Fault{"invalid_scope", "Scopes are openid, profile, email, phone and offline_access"};
  if (!given.resource.empty() && !is_resource(given.resource))
    return Fault{"invalid_target", "resource must be absolute, without query and fragment"};
  if (given.state.size() > text_bytes_max || given.nonce.size() > text_bytes_max)
    return invalid("state and nonce are 2048 bytes at most");
  if (given.prompt == "none") return Fault{"interaction_required", "The user has to be asked"};
  return std::nullopt;
}

}  // namespace

task<answer<std::string>> OAuthServer::authorize(AuthorizeRequest given, Client client) {
  if (given.client_id.empty()) co_return refuse(400, "validation_failed", "client_id is required");
  auto program = co_await load_client(given.client_id, client);
  if (!program) co_return std::unexpected(std::move(program).error());
  if (!*program) co_return refuse(400, "oauth_client_not_found", "OAuth client not found");
  if (given.redirect_uri.empty())
    co_return refuse(400, "validation_failed", "redirect_uri is required");
  if (!is_registered(**program, given.redirect_uri))
    co_return refuse(400, "validation_failed", "redirect_uri is not one of the client's");
  if (const std::optional<Fault> fault = fault_of(given, **program))
    co_return with_query(given.redirect_uri, {{"error", fault->error},
                                              {"error_description", fault->description},
                                              {"state", given.state},
                                              {"iss", options_.issuer}});
  std::vector<Condition> old;
  old.push_back(
      {"created_at", store::Op::lt, Value::timestamp(now_us() - request_seconds * us)});
  auto swept = co_await requests_.remove(std::move(old), client.deadline);
  if (!swept) co_return std::unexpected(std::move(swept).error());
  const std::string id = random_text(24);
  OAuthRequest request;
  request.id_hash = hash_link(id);
  request.client_id = (*program)->id;
  request.redirect_uri = std::move(given.redirect_uri);
  request.scope = parse_scope(given.scope).value_or("email");
  request.state = std::move(given.state);
  request.challenge = "s256:" + given.challenge;
  request.nonce = std::move(given.nonce);
  request.resource = std::move(given.resource);
  request.created_at = now_us();
  auto made = co_await requests_.insert(values_of(request), std::vector<Child>(), client.deadline);
  if (!made) co_return std::unexpected(std::move(made).error());
  co_return with_query(options_.consent_url, {{"authorization_id", id}});
}

// Bound by a compare-and-set: of two users who look at once one is first.
task<answer<Asked>> OAuthServer::take(std::string id, Caller caller, Client client) {
  if (caller.user.is_anonymous || !caller.session)
    co_return refuse(403, "no_authorization", "This needs a user with an account");
  if (is_operator(caller.user))
    co_return refuse(403, "not_admin", "Programs can't act in the name of operators");
  if (Accounts::needs_second_factor(caller))
    co_return refuse(403, "insufficient_aal", "AAL2 required to let a program in");
  const std::string digest = hash_link(id);
  std::vector<Condition> by_id;
  by_id.push_back({"id_hash", store::Op::eq, Value::text(digest)});
  by_id.push_back(
      {"created_at", store::Op::ge, Value::timestamp(now_us() - request_seconds * us)});
  std::vector<Condition> unbound = by_id;
  unbound.push_back({"user_id", store::Op::is_null});
  std::vector<Assignment> bound;
  bound.push_back({"user_id", Value::text(caller.user.id)});
  auto set = co_await requests_.update(std::move(unbound), std::move(bound), client.deadline);
  if (!set) co_return std::unexpected(std::move(set).error());
  auto rows = co_await requests_.find(std::move(by_id), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::vector<OAuthRequest> found = read_oauth_requests(*rows);
  if (found.empty() || found.front().user_id != caller.user.id) co_return not_found();
  auto program = co_await load_client(found.front().client_id, client);
  if (!program) co_return std::unexpected(std::move(program).error());
  // The client may have changed since.
  if (!*program || !is_registered(**program, found.front().redirect_uri)) co_return not_found();
  co_return Asked{std::move(found.front()), **std::move(program), {}};
}

// A consent speaks for a client that can't be posed as: by a secret, or by an address that is its own
// (RFC 8252, 8.6).
task<answer<bool>> OAuthServer::has_consent(const Asked& asked, Caller caller, Client client) {
  if (asked.client.is_public() && !is_owned(asked.request.redirect_uri)) co_return false;
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(caller.user.id)});
  where.push_back({"client_id", store::Op::eq, Value::text(asked.client.id)});
  auto rows = co_await consents_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  const std::vector<OAuthConsent> found = read_oauth_consents(*rows);
  co_return !found.empty() && covers_scope(found.front().scope, asked.request.scope);
}

task<answer<Asked>> OAuthServer::look(std::string id, Caller caller, Client client) {
  auto taken = co_await take(std::move(id), caller, client);
  if (!taken) co_return taken;
  Asked asked = *std::move(taken);
  auto known = co_await has_consent(asked, caller, client);
  if (!known) co_return std::unexpected(std::move(known).error());
  if (!*known) co_return asked;
  auto url = co_await finish(asked, caller, client);
  if (!url) co_return std::unexpected(std::move(url).error());
  asked.redirect_url = *std::move(url);
  co_return asked;
}

// Whoever removes the request has its answer, so there is one code for it.
task<answer<std::string>> OAuthServer::finish(Asked asked, Caller caller, Client client) {
  OAuthRequest& request = asked.request;
  std::vector<Condition> by_id;
  by_id.push_back({"id_hash", store::Op::eq, Value::text(request.id_hash)});
  auto taken = co_await requests_.remove(std::move(by_id), client.deadline);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  if (*taken == 0) co_return not_found();
  std::vector<Condition> old;
  old.push_back({"created_at", store::Op::lt, Value::timestamp(now_us() - kept_seconds * us)});
  auto swept = co_await codes_.remove(std::move(old), client.deadline);
  if (!swept) co_return std::unexpected(std::move(swept).error());
  const std::string secret = random_text(32);
  OAuthCode code;
  code.code_hash = hash_link(secret);
  code.client_id = asked.client.id;
  code.user_id = caller.user.id;
  code.redirect_uri = request.redirect_uri;
  code.scope = std::move(request.scope);
  code.challenge = std::move(request.challenge);
  code.nonce = std::move(request.nonce);
  code.resource = std::move(request.resource);
  code.auth_time = caller.session->created_at;
  code.created_at = now_us();
  auto made = co_await codes_.insert(values_of(code), std::vector<Child>(), client.deadline);
  if (!made) co_return std::unexpected(std::move(made).error());
  co_return with_query(request.redirect_uri,
                       {{"code", secret}, {"state", request.state}, {"iss", options_.issuer}});
}

task<answer<void>> OAuthServer::remember(const Asked& asked, Caller caller, Client client) {
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(caller.user.id)});
  where.push_back({"client_id", store::Op::eq, Value::text(asked.client.id)});
  auto rows = co_await consents_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  const std::vector<OAuthConsent> known = read_oauth_consents(*rows);
  const std::string before = known.empty() ? std::string() : known.front().scope;
  OAuthConsent consent{caller.user.id, asked.client.id, join_scopes(before, asked.request.scope),
                       now_us()};
  std::vector<std::string_view> key;
  key.push_back("user_id");
  key.push_back("client_id");
  auto put = co_await consents_.put(values_of(consent), std::move(key), client.deadline);
  co_return put;
}

task<answer<std::string>> OAuthServer::decide(std::string id, Decision decision, Caller caller,
                                              Client client) {
  auto taken = co_await take(std::move(id), caller, client);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  Asked asked = *std::move(taken);
  if (decision == Decision::approve) {
    auto kept = co_await remember(asked, caller, client);
    if (!kept) co_return std::unexpected(std::move(kept).error());
    auto url = co_await finish(std::move(asked), caller, client);
    co_return url;
  }
  std::vector<Condition> by_id;
  by_id.push_back({"id_hash", store::Op::eq, Value::text(asked.request.id_hash)});
  auto removed = co_await requests_.remove(std::move(by_id), client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  if (*removed == 0) co_return not_found();
  co_return with_query(asked.request.redirect_uri,
                       {{"error", "access_denied"},
                        {"error_description", "The user denied the request"},
                        {"state", asked.request.state},
                        {"iss", options_.issuer}});
}

task<answer<std::vector<Grant>>> OAuthServer::list_grants(std::string user_id, Client client) {
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(user_id)});
  auto rows = co_await consents_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::vector<OAuthConsent> consents = read_oauth_consents(*rows);
  std::ranges::sort(consents, std::ranges::greater(), &OAuthConsent::granted_at);
  std::vector<Grant> grants;
  for (OAuthConsent& consent : consents) {
    auto program = co_await load_client(consent.client_id, client);
    if (!program) co_return std::unexpected(std::move(program).error());
    if (*program) grants.push_back({**std::move(program), std::move(consent)});
  }
  co_return grants;
}

// Codes before sessions: an exchange makes its session before it takes the code, and drops it if the
// code is gone.
task<answer<void>> OAuthServer::revoke_grant(std::string user_id, std::string client_id,
                                             Client client) {
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(user_id)});
  where.push_back({"client_id", store::Op::eq, Value::text(client_id)});
  auto removed = co_await consents_.remove(where, client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  auto codes = co_await codes_.remove(where, client.deadline);
  if (!codes) co_return std::unexpected(std::move(codes).error());
  auto requests = co_await requests_.remove(where, client.deadline);
  if (!requests) co_return std::unexpected(std::move(requests).error());
  auto ended = co_await sessions_.remove(std::move(where), client.deadline);
  if (!ended) co_return std::unexpected(std::move(ended).error());
  if (*removed == 0) co_return refuse(404, "oauth_consent_not_found", "No grant for this client");
  co_return answer<void>();
}

}  // namespace trivet::auth
