// Links and codes: making, mailing, taking (dialects/auth.md, 8.1 and 8.2).
#include <algorithm>

#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"
#include "auth/accounts/tokens.h"
#include "auth/jwt.h"
#include "auth/percent.h"

namespace trivet::auth {
namespace {

constexpr int64_t us = 1'000'000;
constexpr int64_t misses_max = 5;
// Codes that are tried for one address, however many are mailed. Links are not counted: nobody guesses those.
constexpr Rate tries{20, 20.0 / 3600};

std::unexpected<Refusal> expired() {
  return refuse(403, "otp_expired", "Token has expired or is invalid");
}

std::vector<std::string_view> slots_of(std::string_view type) {
  if (type == "signup" || type == "invite") return {"confirmation", invitation_slot};
  if (type == "magiclink" || type == "recovery") return {"recovery"};
  if (type == "email") return {"confirmation", invitation_slot, "recovery"};
  if (type == "sms") return {phone_slot, phone_invitation_slot};
  if (type == "phone_change") return {"phone_change"};
  if (type == "email_change") return {"email_change_new", "email_change_current"};
  return {};
}

// How a session came about whose code came by that link (dialects/auth.md, 3.1).
std::string method_of(std::string_view type, std::string_view slot) {
  if (type == "signup") return "email/signup";
  if (type == "email") return slot == "recovery" ? "magiclink" : "email/signup";
  return std::string(type);
}

std::vector<Condition> key_of(const OneTimeToken& token) {
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(token.user_id)});
  where.push_back({"slot", store::Op::eq, Value::text(token.slot)});
  where.push_back({"link_hash", store::Op::eq, Value::text(token.link_hash)});
  return where;
}

}  // namespace

std::string Accounts::link_url(const Notice& notice, const std::string& link) const {
  return options_.external_url + "/verify?token=" + link +
         "&type=" + std::string(link_kind_name(notice.kind)) +
         "&redirect_to=" + encode_percent(redirect_for(notice.redirect_to));
}

void Accounts::mail(const Notice& notice, const Minted& minted) {
  Mail mail;
  mail.to = notice.to;
  mail.kind = mail_kinds()[static_cast<size_t>(notice.kind)];
  if (notice.kind != LinkKind::reauthentication) mail.link = link_url(notice, minted.link);
  mail.code = minted.code;
  mail.at_us = now_us();
  parts_.templates.render(mail, options_.site_url);
  parts_.mailer->send(std::move(mail));
}

task<answer<Accounts::Minted>> Accounts::mint(const User& user, std::string slot,
                                              const Notice& notice, Client client) {
  // Of two links that are both needed, each waits for the other.
  const bool is_half = slot.starts_with("email_change") && options_.secure_email_change && !user.email.empty();
  Minted minted{random_text(32), random_code()};
  if (!notice.challenge.empty()) minted.link.insert(0, code_link_prefix);
  OneTimeToken token;
  token.user_id = user.id;
  token.slot = std::move(slot);
  token.address = notice.to;
  token.challenge = notice.challenge;
  token.created_at = now_us();
  token.other_proven = !is_half;
  token.link_hash = hash_link(minted.link);
  token.code_hash = hash_code(token, minted.code, parts_.secret);
  std::vector<std::string_view> key{"user_id", "slot"};
  auto put = co_await tokens_.put(values_of(token), std::move(key), client.deadline);
  if (!put) co_return std::unexpected(std::move(put).error());
  co_return minted;
}

task<answer<void>> Accounts::send_link(User& user, Notice notice, Client client) {
  const std::string slot(notice.slot.empty() ? slot_of(notice.kind) : notice.slot);
  auto minted = co_await mint(user, slot, notice, client);
  if (!minted) co_return std::unexpected(std::move(minted).error());
  int64_t& sent_at = slot == "recovery"           ? user.recovery_sent_at
                     : slot == "reauthentication" ? user.reauthentication_sent_at
                                                  : user.confirmation_sent_at;
  sent_at = now_us();
  if (notice.kind == LinkKind::invite) user.invited_at = now_us();
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  mail(notice, *minted);
  co_return answer<void>();
}

task<answer<void>> Accounts::send_recovery(MailRequest wanted, Client client) {
  AUTH_CHECK(require_mailer());
  AUTH_TRY(const std::string address, check_email(wanted.email));
  AUTH_CHECK(limit_mail("recovery", address));
  auto user = co_await load_user("email", address, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  if (!*user) co_return answer<void>();
  Notice notice{LinkKind::recovery, address, wanted.redirect_to, wanted.challenge};
  auto sent = co_await send_link(**user, std::move(notice), client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  auto logged = co_await audit("user_recovery_requested", **user, client);
  co_return logged;
}

// An address that nobody confirmed gets the mail of a sign-up.
task<answer<void>> Accounts::send_magic_link(SignUp wanted, Unknown unknown, Client client) {
  AUTH_CHECK(require_mailer());
  AUTH_TRY(wanted.email, check_email(wanted.email));
  AUTH_CHECK(limit_mail("magic_link", wanted.email));
  auto found = co_await load_user("email", wanted.email, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!*found && unknown == Unknown::refuse)
    co_return refuse(422, "otp_disabled", "Signups not allowed for otp");
  if (!*found && !options_.sign_up)
    co_return refuse(422, "signup_disabled", "Signups not allowed for this instance");
  User user = *found ? **found : new_user(wanted.email, wanted.data);
  if (!*found) {
    auto saved = co_await save_new(user, client);
    if (!saved) co_return std::unexpected(std::move(saved).error());
    if (!*saved) co_return refuse(503, "conflict", "Another sign-up with this address is under way");
  }
  const LinkKind kind =
      user.email_confirmed_at == 0 && !options_.autoconfirm ? LinkKind::signup : LinkKind::magiclink;
  Notice notice{kind, user.email, wanted.redirect_to, wanted.challenge};
  if (kind == LinkKind::signup) notice.slot = invitation_slot;
  auto sent = co_await send_link(user, std::move(notice), client);
  co_return sent;
}

task<answer<void>> Accounts::resend(std::string type, MailRequest wanted, Client client) {
  AUTH_CHECK(require_mailer());
  AUTH_TRY(const std::string address, check_email(wanted.email));
  AUTH_CHECK(limit_mail(type == "signup" ? "confirmation" : type, address));
  auto user = co_await load_user("email", address, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  if (!*user) co_return answer<void>();
  if (type == "signup" && (*user)->email_confirmed_at == 0) {
    Notice notice{LinkKind::signup, address, wanted.redirect_to, wanted.challenge};
    auto sent = co_await send_link(**user, std::move(notice), client);
    co_return sent;
  }
  if (type == "email_change" && !(*user)->email_change.empty()) {
    UserChange change;
    change.email = (*user)->email_change;
    change.redirect_to = wanted.redirect_to;
    change.challenge = wanted.challenge;
    auto started = co_await start_email_change(**user, change, client);
    co_return started;
  }
  co_return answer<void>();
}

task<answer<void>> Accounts::drop_tokens(std::string user_id, Client client) {
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(user_id)});
  auto dropped = co_await tokens_.remove(std::move(where), client.deadline);
  if (!dropped) co_return std::unexpected(std::move(dropped).error());
  co_return answer<void>();
}

// A try is counted before the code is compared, by a compare-and-set: many at once don't get more.
task<answer<OneTimeToken>> Accounts::take_code(const Verification& given,
                                                std::vector<std::string_view> slots,
                                                Client client) {
  const answer<std::string> address =
      given.phone.empty() ? check_email(given.email) : check_phone(given.phone);
  if (!address) co_return expired();
  const std::string key = "code " + *address;
  if (parts_.limiter.take(key, tries, now_us()) != 0)
    co_return refuse(429, "over_request_rate_limit", "Request rate limit reached");
  std::vector<Condition> by_address;
  by_address.push_back({"address", store::Op::eq, Value::text(*address)});
  auto rows = co_await tokens_.find(std::move(by_address), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  for (OneTimeToken& token : read_tokens(*rows)) {
    if (std::ranges::find(slots, token.slot) == slots.end() || token.misses >= misses_max) continue;
    std::vector<Condition> where = key_of(token);
    where.push_back({"misses", store::Op::eq, Value::integer(token.misses)});
    std::vector<Assignment> values;
    values.push_back({"misses", Value::integer(token.misses + 1)});
    auto counted = co_await tokens_.update(std::move(where), std::move(values), client.deadline);
    if (!counted) co_return std::unexpected(std::move(counted).error());
    if (*counted == 0) continue;
    if (!equal_in_constant_time(token.code_hash, hash_code(token, given.code, parts_.secret))) continue;
    parts_.limiter.forget(key);
    co_return std::move(token);
  }
  co_return expired();
}

// Whoever deletes the row has it: a link works once.
task<answer<OneTimeToken>> Accounts::take_token(const Verification& given, Client client) {
  OneTimeToken token;
  if (given.link.empty()) {
    auto taken = co_await take_code(given, slots_of(given.type), client);
    if (!taken) co_return std::unexpected(std::move(taken).error());
    token = *std::move(taken);
  } else {
    const std::string digest = hash_link(given.link);
    std::vector<Condition> where;
    where.push_back({"link_hash", store::Op::eq, Value::text(digest)});
    auto rows = co_await tokens_.find(std::move(where), Page(), client.deadline);
    if (!rows) co_return std::unexpected(std::move(rows).error());
    std::vector<OneTimeToken> found = read_tokens(*rows);
    const std::vector<std::string_view> slots = slots_of(given.type);
    if (found.empty() || std::ranges::find(slots, found.front().slot) == slots.end())
      co_return expired();
    token = std::move(found.front());
  }
  const bool is_phone = given.type == "sms" || given.type == "phone_change";
  const int64_t life = is_phone ? options_.sms_code_seconds : options_.link_seconds;
  if (now_us() - token.created_at > life * us) co_return expired();
  auto removed = co_await tokens_.remove(key_of(token), client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  if (*removed == 0) co_return expired();
  co_return token;
}

task<answer<void>> Accounts::confirm(User& user, Client client) {
  auto dropped = co_await drop_tokens(user.id, client);
  if (!dropped) co_return std::unexpected(std::move(dropped).error());
  if (user.email_confirmed_at != 0) co_return answer<void>();
  constexpr std::string_view verified = R"({"email_verified":true})";
  user.email_confirmed_at = user.updated_at = now_us();
  user.user_metadata = merge_json(user.user_metadata, verified);
  for (UserIdentity& identity : user.identities) {
    if (identity.provider != "email") continue;
    identity.identity_data = merge_json(identity.identity_data, verified);
    std::vector<Condition> where;
    where.push_back({"id", store::Op::eq, Value::text(identity.id)});
    std::vector<Assignment> values;
    values.push_back({"identity_data", Value::json(identity.identity_data)});
    auto changed = co_await identities_.update(std::move(where), std::move(values), client.deadline);
    if (!changed) co_return std::unexpected(std::move(changed).error());
  }
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  const std::string action = user.invited_at != 0 ? "invite_accepted" : "user_signedup";
  auto logged = co_await audit(action, user, client);
  co_return logged;
}

task<answer<Verified>> Accounts::verify(Verification given, Client client) {
  if (slots_of(given.type).empty())
    co_return refuse(400, "validation_failed", "Verify requires a verification type");
  const bool is_phone = given.type == "sms" || given.type == "phone_change";
  if (is_phone) AUTH_CHECK(require_phones());
  // A code alone is too short to be looked for without its address, and neither's is the other's.
  if (is_phone ? given.phone.empty() || !given.link.empty() : !given.phone.empty())
    co_return refuse(400, "validation_failed", "Codes to phones have the types sms and phone_change, and a phone");
  auto token = co_await take_token(given, client);
  if (!token) co_return std::unexpected(std::move(token).error());
  if (is_phone) {
    auto accepted = co_await accept_phone(*std::move(token), std::move(given), client);
    co_return accepted;
  }
  if (token->slot.starts_with("email_change")) {
    auto changed = co_await complete_email_change(*std::move(token), given, client);
    co_return changed;
  }
  auto user = co_await load_user("id", token->user_id, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  // The mail went to an address that is not the user's any more.
  if (!*user || (*user)->email != token->address) co_return expired();
  if ((*user)->banned_until > now_us()) co_return refuse(403, "user_banned", "User is banned");
  // By a link that isn't the sign-up's own: whoever chose the password never showed that the address is theirs.
  if ((*user)->email_confirmed_at == 0 && token->slot != "confirmation" && !(*user)->password.empty()) {
    (*user)->password.clear();
    if ((*user)->invited_at == 0) (*user)->user_metadata = "{}";
    auto ended = co_await end_sessions((*user)->id, "", client);
    if (!ended) co_return std::unexpected(std::move(ended).error());
  }
  auto confirmed = co_await confirm(**user, client);
  if (!confirmed) co_return std::unexpected(std::move(confirmed).error());
  auto granted = co_await grant(*std::move(*user), *std::move(token), std::move(given), client);
  co_return granted;
}

// What was proven: a session, or a code for one where the flow began with a challenge.
task<answer<Verified>> Accounts::grant(User user, OneTimeToken token, Verification given,
                                       Client client) {
  Verified verified;
  if (given.how == Verification::How::followed && !token.challenge.empty()) {
    CodeGrant wanted{token.challenge, method_of(given.type, token.slot)};
    auto code = co_await issue_code(user.id, std::move(wanted), client);
    if (!code) co_return std::unexpected(std::move(code).error());
    verified.code = *std::move(code);
    co_return verified;
  }
  auto issued = co_await issue(std::move(user), "otp", client);
  if (!issued) co_return std::unexpected(std::move(issued).error());
  verified.issued = *std::move(issued);
  co_return verified;
}

}  // namespace trivet::auth
