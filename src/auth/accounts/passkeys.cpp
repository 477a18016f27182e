// Passkeys: credentials by which people sign in without a password (dialects/auth.md, 5 and 6).
#include <algorithm>

#include "auth/accounts/accounts.h"
#include "auth/accounts/tokens.h"
#include "auth/base64url.h"

namespace trivet::auth {
namespace {

constexpr int64_t us = 1'000'000;
constexpr int64_t challenge_seconds = 300;
constexpr size_t passkeys_max = 10;
constexpr size_t name_chars_max = 120;

std::unexpected<Refusal> unverified() {
  return refuse(400, "webauthn_verification_failed", "Credential verification failed");
}

std::unexpected<Refusal> no_passkey() {
  return refuse(404, "validation_failed", "Passkey not found");
}

std::string_view host_of(std::string_view origin) {
  const size_t scheme = origin.find("://");
  if (scheme != origin.npos) origin.remove_prefix(scheme + 3);
  return origin.substr(0, origin.find_first_of("/:?#"));
}

std::string origin_of(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t end = url.find_first_of("/?#", scheme == url.npos ? 0 : scheme + 3);
  return std::string(url.substr(0, end));
}

std::vector<Condition> by_id(const std::string& id) {
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(id)});
  return where;
}

}  // namespace

RelyingParty Accounts::relying_party() const {
  RelyingParty party{options_.passkey_host, options_.passkey_origins};
  if (party.id.empty()) party.id = host_of(options_.site_url);
  if (party.origins.empty()) party.origins.push_back(origin_of(options_.site_url));
  return party;
}

answer<void> Accounts::require_passkeys() const {
  if (options_.passkeys) return {};
  return refuse(404, "passkey_disabled", "Passkeys are disabled");
}

// `user_id` empty: of a sign-in.
task<answer<PasskeyAsked>> Accounts::ask_passkey(std::string user_id, Client client) {
  std::vector<Condition> old;
  old.push_back({"created_at", store::Op::lt, Value::timestamp(now_us() - challenge_seconds * us)});
  auto swept = co_await ceremonies_.remove(std::move(old), client.deadline);
  if (!swept) co_return std::unexpected(std::move(swept).error());
  PasskeyAsked asked;
  WebauthnChallenge& challenge = asked.challenge;
  challenge.id = make_id();
  challenge.user_id = std::move(user_id);
  challenge.challenge = random_text(32);
  challenge.created_at = now_us();
  asked.expires_at = challenge.created_at / us + challenge_seconds;
  auto made =
      co_await ceremonies_.insert(values_of(challenge), std::vector<Child>(), client.deadline);
  if (!made) co_return std::unexpected(std::move(made).error());
  co_return asked;
}

// Whoever deletes it has it, whatever is verified then.
task<answer<WebauthnChallenge>> Accounts::take_ceremony(std::string id, std::string user_id,
                                                        Client client) {
  auto rows = co_await ceremonies_.find(by_id(id), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  const std::vector<WebauthnChallenge> found = read_ceremonies(*rows);
  if (found.empty() || found.front().user_id != user_id)
    co_return refuse(400, "webauthn_challenge_not_found", "Challenge not found");
  auto taken = co_await ceremonies_.remove(by_id(id), client.deadline);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  if (*taken == 0) co_return refuse(400, "webauthn_challenge_not_found", "Challenge not found");
  if (now_us() - found.front().created_at > challenge_seconds * us)
    co_return refuse(400, "webauthn_challenge_expired", "Challenge has expired");
  co_return found.front();
}

task<answer<PasskeyAsked>> Accounts::begin_passkey_sign_in(Client client) {
  AUTH_CHECK(require_passkeys());
  auto asked = co_await ask_passkey("", client);
  co_return asked;
}

task<answer<std::vector<Passkey>>> Accounts::list_passkeys(std::string user_id, Client client) {
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(user_id)});
  auto rows = co_await passkeys_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::vector<Passkey> found = read_passkeys(*rows);
  std::ranges::sort(found, {}, &Passkey::created_at);
  co_return found;
}

task<answer<PasskeyAsked>> Accounts::begin_passkey(Caller caller, Client client) {
  AUTH_CHECK(require_passkeys());
  if (caller.user.is_anonymous || !caller.session)
    co_return refuse(403, "no_authorization", "Anonymous users can't register passkeys");
  if (caller.user.email_confirmed_at == 0 && !caller.user.email.empty())
    co_return refuse(403, "email_not_confirmed", "Email not confirmed");
  if (needs_second_factor(caller))
    co_return refuse(403, "insufficient_aal", "AAL2 is required to register a passkey");
  AUTH_CHECK(require_recent(caller));
  auto existing = co_await list_passkeys(caller.user.id, client);
  if (!existing) co_return std::unexpected(std::move(existing).error());
  if (existing->size() >= passkeys_max)
    co_return refuse(422, "too_many_passkeys", "Maximum number of passkeys reached");
  auto asked = co_await ask_passkey(caller.user.id, client);
  if (asked) asked->existing = *std::move(existing);
  co_return asked;
}

task<answer<Passkey>> Accounts::finish_passkey(Caller caller, PasskeyMade made, Client client) {
  AUTH_CHECK(require_passkeys());
  if (needs_second_factor(caller))
    co_return refuse(403, "insufficient_aal", "AAL2 is required to register a passkey");
  auto challenge = co_await take_ceremony(made.challenge_id, caller.user.id, client);
  if (!challenge) co_return std::unexpected(std::move(challenge).error());
  const auto checked =
      check_registration(relying_party(), challenge->challenge, made.registration);
  if (!checked) co_return unverified();
  auto existing = co_await list_passkeys(caller.user.id, client);
  if (!existing) co_return std::unexpected(std::move(existing).error());
  if (existing->size() >= passkeys_max)
    co_return refuse(422, "too_many_passkeys", "Maximum number of passkeys reached");
  Passkey passkey;
  passkey.id = make_id();
  passkey.user_id = caller.user.id;
  passkey.credential_id = encode_base64url(checked->id);
  passkey.public_key = checked->key;
  passkey.aaguid = checked->aaguid;
  passkey.friendly_name = "Passkey";
  passkey.sign_count = checked->count;
  passkey.created_at = now_us();
  auto saved = co_await passkeys_.insert(values_of(passkey), std::vector<Child>(), client.deadline);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  if (!*saved)
    co_return refuse(422, "webauthn_credential_exists", "This credential is already registered");
  auto logged = co_await audit("passkey_created", caller.user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return passkey;
}

// A counter that went back belongs to a copy (Web Authentication, 7.2, 21); written by a compare-and-set.
task<answer<bool>> Accounts::count_passkey(const Passkey& passkey, uint32_t count, Client client) {
  const bool counts = count != 0 || passkey.sign_count != 0;
  if (counts && count <= passkey.sign_count) co_return false;
  std::vector<Condition> where = by_id(passkey.id);
  where.push_back({"sign_count", store::Op::eq, Value::integer(passkey.sign_count)});
  std::vector<Assignment> values;
  values.push_back({"sign_count", Value::integer(count)});
  values.push_back({"last_used_at", Value::timestamp(now_us())});
  auto written = co_await passkeys_.update(std::move(where), std::move(values), client.deadline);
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return *written == 1;
}

task<answer<Issued>> Accounts::sign_in_with_passkey(PasskeyShown shown, Client client) {
  AUTH_CHECK(require_passkeys());
  auto challenge = co_await take_ceremony(shown.challenge_id, "", client);
  if (!challenge) co_return std::unexpected(std::move(challenge).error());
  std::vector<Condition> where;
  where.push_back({"credential_id", store::Op::eq, Value::text(shown.credential_id)});
  auto rows = co_await passkeys_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  const std::vector<Passkey> found = read_passkeys(*rows);
  if (found.empty() || found.front().user_id != shown.user_handle) co_return unverified();
  const auto proof = check_assertion(relying_party(), challenge->challenge,
                                     found.front().public_key, shown.assertion);
  if (!proof) co_return unverified();
  auto counted = co_await count_passkey(found.front(), proof->count, client);
  if (!counted) co_return std::unexpected(std::move(counted).error());
  if (!*counted) co_return unverified();
  auto user = co_await load_user("id", found.front().user_id, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  if (!*user || (*user)->deleted_at != 0) co_return unverified();
  if ((*user)->banned_until > now_us()) co_return refuse(403, "user_banned", "User is banned");
  if ((*user)->email_confirmed_at == 0 && !(*user)->email.empty())
    co_return refuse(403, "email_not_confirmed", "Email not confirmed");
  auto issued = co_await issue(*std::move(*user), "passkey", client);
  co_return issued;
}

task<answer<Passkey>> Accounts::find_passkey(std::string user_id, std::string id, Client client) {
  AUTH_CHECK(require_passkeys());
  auto all = co_await list_passkeys(std::move(user_id), client);
  if (!all) co_return std::unexpected(std::move(all).error());
  const auto found = std::ranges::find(*all, id, &Passkey::id);
  if (found == all->end()) co_return no_passkey();
  co_return *found;
}

task<answer<Passkey>> Accounts::rename_passkey(Passkey passkey, std::string name, Client client) {
  if (name.empty() || name.size() > name_chars_max)
    co_return refuse(400, "validation_failed", "friendly_name has 1 to 120 characters");
  passkey.friendly_name = std::move(name);
  std::vector<Assignment> values;
  values.push_back({"friendly_name", Value::text(passkey.friendly_name)});
  auto changed = co_await passkeys_.update(by_id(passkey.id), std::move(values), client.deadline);
  if (!changed) co_return std::unexpected(std::move(changed).error());
  User actor;
  actor.id = passkey.user_id;
  auto logged = co_await audit("passkey_updated", actor, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return passkey;
}

task<answer<void>> Accounts::delete_passkey(Passkey passkey, Client client) {
  auto removed = co_await passkeys_.remove(by_id(passkey.id), client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  User actor;
  actor.id = passkey.user_id;
  auto logged = co_await audit("passkey_deleted", actor, client);
  co_return logged;
}

}  // namespace trivet::auth
