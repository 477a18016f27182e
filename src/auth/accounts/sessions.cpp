// Sessions: issuing, refreshing, ending, and who a token belongs to.
#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"
#include "auth/accounts/tokens.h"
#include "auth/jose/jws.h"
#include "auth/oauth_server/scope.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr int64_t us = 1'000'000;

std::unexpected<Refusal> not_found() {
  return refuse(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
}

// Who lets a program act in their name: never somebody for whom the rules give way.
answer<void> check_grantor(const User& user, int64_t now) {
  if (user.banned_until > now) return refuse(400, "user_banned", "User is banned");
  if (is_operator(user))
    return refuse(403, "not_admin", "Programs can't act in the name of operators");
  return {};
}

// The session of this one answer: no wider than it was granted.
answer<void> narrow(Session& session, const ClientGrant& grant) {
  if (!grant.scope.empty() && !covers_scope(session.scope, grant.scope))
    return refuse(400, "invalid_scope", "The scope is wider than what was granted");
  if (!grant.resource.empty() && grant.resource != session.resource)
    return refuse(400, "invalid_target", "The resource is not the one that was granted");
  if (!grant.scope.empty()) session.scope = grant.scope;
  return {};
}

}  // namespace

Issued Accounts::sign(User user, Session session) const {
  Issued issued;
  const int64_t now = now_us() / us;
  issued.expires_in = options_.token_seconds;
  issued.expires_at = now + options_.token_seconds;
  const std::string claims =
      access_claims(user, session, {now, issued.expires_at}, options_.issuer);
  issued.access_token = sign_jws(claims, parts_.ring->signing_key(now));
  issued.refresh_token = encode_refresh_token({session.id, session.counter}, parts_.secret);
  issued.user = std::move(user);
  issued.session = std::move(session);
  return issued;
}

task<answer<Issued>> Accounts::issue(User user, std::string method, Client client,
                                     ClientGrant grant) {
  Session session;
  session.client_id = std::move(grant.client_id);
  session.scope = std::move(grant.scope);
  session.resource = std::move(grant.resource);
  session.id = make_id();
  session.user_id = user.id;
  session.aal = "aal1";
  session.amr = with_method("[]", method, now_us() / us);
  session.ip = client.ip;
  session.user_agent = client.user_agent.substr(0, 512);
  session.created_at = session.refreshed_at = now_us();
  if (options_.session_seconds_max > 0)
    session.not_after = session.created_at + options_.session_seconds_max * us;
  auto made = co_await sessions_.insert(values_of(session), std::vector<Child>(), client.deadline);
  if (!made) co_return std::unexpected(std::move(made).error());
  user.last_sign_in_at = now_us();
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(user.id)});
  std::vector<Assignment> values;
  values.push_back({"last_sign_in_at", Value::timestamp(user.last_sign_in_at)});
  auto updated = co_await users_.update(std::move(where), std::move(values), client.deadline);
  if (!updated) co_return std::unexpected(std::move(updated).error());
  auto logged = co_await audit("login", user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return sign(std::move(user), std::move(session));
}

task<answer<Issued>> Accounts::issue_to_client(std::string user_id, ClientGrant grant,
                                               Client client) {
  auto user = co_await load_user("id", user_id, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  if (!*user || (*user)->deleted_at != 0)
    co_return refuse(400, "user_not_found", "The user is not there any more");
  AUTH_CHECK(check_grantor(**user, now_us()));
  auto issued = co_await issue(*std::move(*user), "oauth_provider/authorization_code", client,
                               std::move(grant));
  co_return issued;
}

answer<void> Accounts::check_session(const Session& session) const {
  const int64_t now = now_us();
  const bool is_over = session.not_after != 0 && now >= session.not_after;
  const bool is_idle = options_.session_idle_seconds_max > 0 &&
                       now - session.refreshed_at > options_.session_idle_seconds_max * us;
  if (!is_over && !is_idle) return {};
  return refuse(400, "session_expired",
                is_over ? "Invalid Refresh Token: Session Expired"
                        : "Invalid Refresh Token: Session Expired (Inactivity)");
}

// The counter moves by a compare-and-set, so of two that come with the same token one rotates and the
// other is that one's predecessor.
task<answer<Issued>> Accounts::refresh(std::string token, Client client, ClientGrant grant) {
  const std::optional<RefreshToken> given = decode_refresh_token(token, parts_.secret);
  if (!given) co_return not_found();
  for (int tries = 0; tries < 2; ++tries) {
    std::vector<Condition> by_id;
    by_id.push_back({"id", store::Op::eq, Value::text(given->session_id)});
    auto rows = co_await sessions_.find(by_id, Page(), client.deadline);
    if (!rows) co_return std::unexpected(std::move(rows).error());
    std::vector<Session> found = read_sessions(*rows);
    if (found.empty() || given->counter > found.front().counter) co_return not_found();
    Session session = std::move(found.front());
    if (session.client_id != grant.client_id) co_return not_found();
    AUTH_CHECK(narrow(session, grant));
    auto user = co_await load_user("id", session.user_id, client);
    if (!user) co_return std::unexpected(std::move(user).error());
    if (!*user) co_return not_found();
    if ((*user)->banned_until > now_us())
      co_return refuse(400, "user_banned", "Invalid Refresh Token: User Banned");
    if (!session.client_id.empty()) AUTH_CHECK(check_grantor(**user, now_us()));
    auto alive = check_session(session);
    if (!alive) co_return std::unexpected(std::move(alive).error());
    if (given->counter == session.counter) {
      by_id.push_back({"counter", store::Op::eq, Value::integer(session.counter)});
      std::vector<Assignment> values;
      values.push_back({"counter", Value::integer(++session.counter)});
      values.push_back({"refreshed_at", Value::timestamp(now_us())});
      auto moved = co_await sessions_.update(std::move(by_id), std::move(values), client.deadline);
      if (!moved) co_return std::unexpected(std::move(moved).error());
      if (*moved == 0) continue;
      auto logged = co_await audit("token_refreshed", **user, client);
      if (!logged) co_return std::unexpected(std::move(logged).error());
      co_return sign(*std::move(*user), std::move(session));
    }
    const bool is_recent = now_us() - session.refreshed_at <= options_.reuse_seconds * us;
    const bool is_tolerated = given->counter >= session.counter_min;
    // Only a user's own client is trusted to be one that lost an answer, however late.
    const bool is_last = given->counter == session.counter - 1 && session.client_id.empty();
    if (is_tolerated && (is_last || is_recent))
      co_return sign(*std::move(*user), std::move(session));
    auto ended = co_await sessions_.remove(std::move(by_id), client.deadline);
    if (!ended) co_return std::unexpected(std::move(ended).error());
    auto logged = co_await audit("token_revoked", **user, client);
    if (!logged) co_return std::unexpected(std::move(logged).error());
    co_return refuse(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
  }
  co_return refuse(503, "unexpected_failure", "Too many refreshes of this session at once");
}

task<answer<Caller>> Accounts::find_caller(std::string claims_json, Client client) {
  const std::string subject = text_member(claims_json, "sub");
  if (subject.empty()) co_return refuse(403, "bad_jwt", "invalid claim: missing sub claim");
  if (!is_uuid(subject)) co_return refuse(400, "bad_jwt", "invalid claim: sub claim must be a UUID");
  auto user = co_await load_user("id", subject, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  if (!*user || (*user)->deleted_at != 0)
    co_return refuse(403, "user_not_found", "User from sub claim in JWT does not exist");
  Caller caller{*std::move(*user), std::nullopt};
  const std::string session_id = text_member(claims_json, "session_id");
  if (!session_id.empty()) {
    std::vector<Condition> where;
    where.push_back({"id", store::Op::eq, Value::text(session_id)});
    where.push_back({"user_id", store::Op::eq, Value::text(caller.user.id)});
    auto rows = co_await sessions_.find(std::move(where), Page(), client.deadline);
    if (!rows) co_return std::unexpected(std::move(rows).error());
    std::vector<Session> found = read_sessions(*rows);
    if (found.empty())
      co_return refuse(403, "session_not_found", "Session from session_id claim in JWT does not exist");
    caller.session = std::move(found.front());
  }
  if (caller.user.banned_until > now_us()) co_return refuse(403, "user_banned", "User is banned");
  co_return caller;
}

// Ends all but the session `but`, if one is given, and what was begun in them: codes for sessions, and links that lead to
// other providers and back.
task<answer<void>> Accounts::end_sessions(std::string user_id, std::string but, Client client) {
  std::vector<Condition> begun;
  begun.push_back({"linking_user", store::Op::eq, Value::text(user_id)});
  auto links = co_await states_.remove(std::move(begun), client.deadline);
  if (!links) co_return std::unexpected(std::move(links).error());
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(user_id)});
  auto codes = co_await codes_.remove(where, client.deadline);
  if (!codes) co_return std::unexpected(std::move(codes).error());
  auto programs = co_await oauth_codes_.remove(where, client.deadline);
  if (!programs) co_return std::unexpected(std::move(programs).error());
  if (!but.empty()) where.push_back({"id", store::Op::ne, Value::text(but)});
  auto ended = co_await sessions_.remove(std::move(where), client.deadline);
  if (!ended) co_return std::unexpected(std::move(ended).error());
  co_return answer<void>();
}

task<answer<void>> Accounts::sign_out(Caller caller, SignOut scope, Client client) {
  const std::string session = caller.session ? caller.session->id : std::string();
  if (scope == SignOut::local && !session.empty()) {
    std::vector<Condition> where;
    where.push_back({"id", store::Op::eq, Value::text(session)});
    auto ended = co_await sessions_.remove(std::move(where), client.deadline);
    if (!ended) co_return std::unexpected(std::move(ended).error());
  } else {
    const std::string kept = scope == SignOut::others ? session : std::string();
    auto ended = co_await end_sessions(caller.user.id, kept, client);
    if (!ended) co_return std::unexpected(std::move(ended).error());
  }
  auto logged = co_await audit("logout", caller.user, client);
  co_return logged;
}

}  // namespace trivet::auth
