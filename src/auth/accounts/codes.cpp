// Codes of the PKCE flow: what a link or another provider leads back with in place of a session
// (dialects/auth.md, 8.4). Their five minutes count from when they are given out, not from the mail.
#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"
#include "auth/proof/pkce.h"
#include "auth/accounts/tokens.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

constexpr int64_t us = 1'000'000;
constexpr int64_t code_seconds = 300;
// How long a code that is too old is told from one that never was.
constexpr int64_t kept_seconds = 86'400;

// What goes along with a code, and comes out with it.
std::string packed(const CodeGrant& grant) {
  JsonBuilder json;
  json.open_object().member("access", grant.provider_token);
  json.member("refresh", grant.provider_refresh_token);
  if (grant.linking) {
    json.member("provider", grant.linking->provider).member("subject", grant.linking->subject);
    json.member("email", grant.linking->email);
    json.member("verified", grant.linking->email_verified ? "true" : "");
    json.member("optional", grant.email_optional ? "true" : "").member("data", grant.linking->data);
  }
  return json.close().take();
}

ExternalProfile profile_in(std::string_view text) {
  return {text_member(text, "provider"), text_member(text, "subject"), text_member(text, "email"),
          !text_member(text, "verified").empty(), text_member(text, "data")};
}

}  // namespace

task<answer<std::string>> Accounts::issue_code(std::string user_id, CodeGrant grant,
                                               Client client) {
  std::vector<Condition> old;
  old.push_back({"created_at", store::Op::lt, Value::timestamp(now_us() - kept_seconds * us)});
  auto swept = co_await codes_.remove(std::move(old), client.deadline);
  if (!swept) co_return std::unexpected(std::move(swept).error());
  const std::string code = make_id();
  AuthCode row;
  row.code_hash = hash_link(code);
  row.user_id = std::move(user_id);
  row.challenge = std::move(grant.challenge);
  row.method = std::move(grant.method);
  row.created_at = now_us();
  if (!grant.provider_token.empty() || grant.linking)
    row.provider_tokens = seal_for(row.code_hash, packed(grant));
  auto made = co_await codes_.insert(values_of(row), std::vector<Child>(), client.deadline);
  if (!made) co_return std::unexpected(std::move(made).error());
  co_return code;
}

// Whoever deletes the row has the code, so it works once; a wrong verifier ends it too.
task<answer<Issued>> Accounts::exchange_code(std::string code, std::string verifier,
                                             Client client) {
  const std::string digest = hash_link(code);
  std::vector<Condition> by_digest;
  by_digest.push_back({"code_hash", store::Op::eq, Value::text(digest)});
  auto rows = co_await codes_.find(by_digest, Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::vector<AuthCode> found = read_codes(*rows);
  if (found.empty())
    co_return refuse(404, "flow_state_not_found", "invalid flow state, no valid flow state found");
  const AuthCode row = std::move(found.front());
  if (now_us() - row.created_at > code_seconds * us)
    co_return refuse(422, "flow_state_expired", "invalid flow state, flow state has expired");
  auto taken = co_await codes_.remove(std::move(by_digest), client.deadline);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  if (*taken == 0)
    co_return refuse(404, "flow_state_not_found", "invalid flow state, no valid flow state found");
  if (!answers_challenge(row.challenge, verifier))
    co_return refuse(400, "bad_code_verifier",
                     "code challenge does not match previously saved code verifier");
  auto user = co_await load_user("id", row.user_id, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  if (!*user || (*user)->deleted_at != 0)
    co_return refuse(404, "flow_state_not_found", "invalid flow state, no valid flow state found");
  if ((*user)->banned_until > now_us()) co_return refuse(403, "user_banned", "User is banned");
  const auto tokens = unseal_for(row.code_hash, row.provider_tokens);
  if (tokens && !text_member(*tokens, "provider").empty()) {
    // Only now: the browser that came back may be anybody's, the verifier is of who asked for the link.
    Entering entering{profile_in(*tokens), !text_member(*tokens, "optional").empty(), row.user_id};
    auto linked = co_await enter(std::move(entering), client);
    if (!linked) co_return std::unexpected(std::move(linked).error());
    *user = *std::move(linked);
  }
  auto issued = co_await issue(*std::move(*user), row.method, client);
  if (issued && tokens) {
    issued->provider_token = text_member(*tokens, "access");
    issued->provider_refresh_token = text_member(*tokens, "refresh");
  }
  co_return issued;
}

}  // namespace trivet::auth
