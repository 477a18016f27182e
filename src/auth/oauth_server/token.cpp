// The token endpoint (OAuth 2.1, 3.2): who the program is, and what it gets for a code, for a refresh
// token, and for itself.
#include "auth/accounts/tokens.h"
#include "auth/base64url.h"
#include "auth/jose/jws.h"
#include "auth/jwt.h"
#include "auth/oauth_server/oauth_server.h"
#include "auth/oauth_server/redirect_uri.h"
#include "auth/oauth_server/scope.h"
#include "auth/proof/pkce.h"
#include "auth/accounts/json_object.h"

namespace trivet::auth {
namespace {

constexpr int64_t us = 1'000'000;
constexpr int64_t code_seconds = 60;
constexpr int64_t id_token_seconds = 3600;

std::unexpected<Refusal> invalid_client() {
  return refuse(401, "invalid_client", "Client authentication failed");
}
std::unexpected<Refusal> invalid_grant(std::string why) {
  return refuse(400, "invalid_grant", std::move(why));
}
std::unexpected<Refusal> invalid_request(std::string why) {
  return refuse(400, "invalid_request", std::move(why));
}

// The accounts' words as those of RFC 6749, 5.2; what the server couldn't do stays a 5xx.
std::unexpected<Refusal> as_grant_refusal(Refusal refusal) {
  if (refusal.status < 500 && refusal.code != "invalid_scope" && refusal.code != "invalid_target") {
    refusal.status = 400;
    refusal.code = "invalid_grant";
  }
  return std::unexpected(std::move(refusal));
}

}  // namespace

OAuthServer::OAuthServer(Accounts& accounts, const AccountParts& parts, OAuthServerOptions options)
    : accounts_(accounts),
      environment_(parts.environment),
      ring_(parts.ring),
      options_(std::move(options)),
      clients_(parts.engine, "OAuthClient"),
      requests_(parts.engine, "OAuthRequest"),
      codes_(parts.engine, "OAuthCode"),
      consents_(parts.engine, "OAuthConsent"),
      sessions_(parts.engine, "Session") {}

std::string OAuthServer::random_text(size_t bytes) {
  std::string random(bytes, '\0');
  environment_.random_bytes(random.data(), random.size());
  return encode_base64url(random);
}

std::string_view OAuthServer::id_token_algorithm() const {
  const Key key = ring_->signing_key(now_us() / us);
  if (key.type() == KeyType::symmetric || !key.algorithm()) return {};
  return algorithm_info(*key.algorithm()).name;
}

task<answer<OAuthClient>> OAuthServer::prove(ClientProof proof, Client client) {
  auto found = co_await load_client(std::move(proof.id), client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!*found || (*found)->auth_method != proof.method) co_return invalid_client();
  const OAuthClient& program = **found;
  if (!program.is_public() &&
      (program.secret_hash.empty() ||
       !equal_in_constant_time(program.secret_hash, hash_link(proof.secret))))
    co_return invalid_client();
  co_return program;
}

task<answer<TokenAnswer>> OAuthServer::token(TokenRequest given, OAuthClient program,
                                             Client client) {
  if (given.grant_type.empty()) co_return invalid_request("grant_type is required");
  const bool is_known = given.grant_type == "authorization_code" ||
                        given.grant_type == "refresh_token" ||
                        given.grant_type == "client_credentials";
  if (!is_known)
    co_return refuse(400, "unsupported_grant_type",
                     "grant_type is authorization_code, refresh_token or client_credentials");
  if (!has_scope(program.grant_types, given.grant_type))
    co_return refuse(400, "unauthorized_client", "The client is not registered for this grant");
  if (given.grant_type == "client_credentials") co_return token_for_itself(given, program);
  if (given.grant_type == "authorization_code") {
    auto done = co_await token_by_code(std::move(given), std::move(program), client);
    co_return done;
  }
  auto done = co_await token_by_refresh(std::move(given), std::move(program), client);
  co_return done;
}

task<answer<void>> OAuthServer::end_session(std::string id, Client client) {
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(id)});
  auto ended = co_await sessions_.remove(std::move(where), client.deadline);
  if (!ended) co_return std::unexpected(std::move(ended).error());
  co_return answer<void>();
}

// The session first, then the code by a compare-and-set: a code that was taken back or used meanwhile
// takes the session with it, and a second use finds the session of the first.
task<answer<TokenAnswer>> OAuthServer::token_by_code(TokenRequest given, OAuthClient program,
                                                     Client client) {
  if (given.code.empty()) co_return invalid_request("code is required");
  if (given.verifier.empty()) co_return invalid_request("code_verifier is required");
  const std::string digest = hash_link(given.code);
  std::vector<Condition> by_code;
  by_code.push_back({"code_hash", store::Op::eq, Value::text(digest)});
  auto rows = co_await codes_.find(by_code, Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::vector<OAuthCode> found = read_oauth_codes(*rows);
  if (found.empty() || found.front().client_id != program.id)
    co_return invalid_grant("The code is not good");
  const OAuthCode code = std::move(found.front());
  if (!code.session_id.empty()) {
    auto ended = co_await end_session(code.session_id, client);
    if (!ended) co_return std::unexpected(std::move(ended).error());
    co_return invalid_grant("The code was used before");
  }
  const bool is_right = now_us() - code.created_at <= code_seconds * us &&
                        given.redirect_uri == code.redirect_uri &&
                        (given.resource.empty() || given.resource == code.resource) &&
                        answers_challenge(code.challenge, given.verifier);
  if (!is_right) {
    auto dropped = co_await codes_.remove(std::move(by_code), client.deadline);
    if (!dropped) co_return std::unexpected(std::move(dropped).error());
    co_return invalid_grant("The code is too old, or redirect_uri, resource or code_verifier is not the code's");
  }
  ClientGrant grant{program.id, code.scope, code.resource};
  auto issued = co_await accounts_.issue_to_client(code.user_id, std::move(grant), client);
  if (!issued) co_return as_grant_refusal(std::move(issued).error());
  std::vector<Condition> unused = by_code;
  unused.push_back({"session_id", store::Op::is_null});
  std::vector<Assignment> values;
  values.push_back({"session_id", Value::text(issued->session.id)});
  auto marked = co_await codes_.update(std::move(unused), std::move(values), client.deadline);
  if (!marked || *marked == 0) {
    auto ended = co_await end_session(issued->session.id, client);
    if (!marked) co_return std::unexpected(std::move(marked).error());
    if (!ended) co_return std::unexpected(std::move(ended).error());
    auto again = co_await token_by_code(std::move(given), std::move(program), client);
    co_return again;
  }
  TokenAnswer out{issued->access_token, code.scope, {}, {}, issued->expires_in};
  if (has_scope(program.grant_types, "refresh_token")) out.refresh_token = issued->refresh_token;
  if (has_scope(code.scope, "openid") && !id_token_algorithm().empty()) out.id_token = id_token(*issued, code);
  co_return out;
}

task<answer<TokenAnswer>> OAuthServer::token_by_refresh(TokenRequest given, OAuthClient program,
                                                        Client client) {
  if (given.refresh_token.empty()) co_return invalid_request("refresh_token is required");
  ClientGrant grant{program.id, {}, std::move(given.resource)};
  if (!given.scope.empty()) {
    const std::optional<std::string> scope = parse_scope(given.scope);
    if (!scope) co_return refuse(400, "invalid_scope", "The scope is not known");
    grant.scope = *scope;
  }
  auto issued = co_await accounts_.refresh(std::move(given.refresh_token), client, std::move(grant));
  if (!issued) co_return as_grant_refusal(std::move(issued).error());
  co_return TokenAnswer{issued->access_token, issued->session.scope, issued->refresh_token, {},
                        issued->expires_in};
}

// Nobody's: no `sub`, no session, no refresh token (RFC 6749, 4.4.3). The role is what an operator gave.
answer<TokenAnswer> OAuthServer::token_for_itself(const TokenRequest& given,
                                                  const OAuthClient& program) const {
  if (program.is_public() || program.role.empty())
    return refuse(400, "unauthorized_client", "An operator has to give the client a role first");
  if (!given.scope.empty())
    return refuse(400, "invalid_scope", "Scopes are about users: a client alone has none");
  if (!given.resource.empty() && !is_resource(given.resource))
    return refuse(400, "invalid_target", "resource must be absolute, without query and fragment");
  const int64_t now = now_us() / us;
  const int64_t lifetime = accounts_.options().token_seconds;
  JsonBuilder json;
  json.open_object().member("iss", options_.issuer).member("client_id", program.id);
  json.member("aud", given.resource.empty() ? accounts_.options().audience : given.resource);
  json.member("role", program.role).member("iat", now).member("exp", now + lifetime).close();
  return TokenAnswer{sign_jws(json.take(), ring_->signing_key(now)), {}, {}, {}, lifetime};
}

std::string OAuthServer::id_token(const Issued& issued, const OAuthCode& code) const {
  const int64_t now = now_us() / us;
  JsonBuilder json;
  json.open_object().member("iss", options_.issuer).member("sub", issued.user.id);
  json.member("aud", code.client_id).member("iat", now).member("exp", now + id_token_seconds);
  json.member("auth_time", code.auth_time / us).member("token_use", "id");
  if (!code.nonce.empty()) json.member("nonce", code.nonce);
  add_claims(json, issued.user, code.scope);
  json.close();
  return sign_jws(json.take(), ring_->signing_key(now));
}

void add_claims(JsonBuilder& json, const User& user, std::string_view scope) {
  if (has_scope(scope, "email") && !user.email.empty())
    json.member("email", user.email).member("email_verified", user.email_confirmed_at != 0);
  if (has_scope(scope, "phone") && !user.phone.empty())
    json.member("phone_number", user.phone)
        .member("phone_number_verified", user.phone_confirmed_at != 0);
  if (!has_scope(scope, "profile")) return;
  const auto first = [&](std::string_view name, std::initializer_list<std::string_view> members) {
    for (const std::string_view member : members) {
      const std::string text = text_member(user.user_metadata, member);
      if (text.empty()) continue;
      json.member(name, text);
      return;
    }
  };
  first("name", {"name", "full_name"});
  first("picture", {"picture", "avatar_url"});
  first("preferred_username", {"preferred_username", "user_name"});
  json.member("updated_at", user.updated_at / us);
}

}  // namespace trivet::auth
