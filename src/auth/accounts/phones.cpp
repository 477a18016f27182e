// Phones: signing up and in by a code that is sent there, and changing the number (dialects/auth.md, 5, 8.1 and 8.2). As with
// mails, limits hold before anybody is looked up, and an answer doesn't tell whether there was anybody.
#include <algorithm>

#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"
#include "auth/accounts/tokens.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

std::unexpected<Refusal> expired() {
  return refuse(403, "otp_expired", "Token has expired or is invalid");
}

std::unexpected<Refusal> taken() {
  return refuse(422, "phone_exists", "A user with this phone number has already been registered");
}

bool has_phone_identity(const User& user) {
  return std::ranges::any_of(user.identities, [](const UserIdentity& identity) {
    return identity.provider == "phone";
  });
}

}  // namespace

answer<void> Accounts::require_phones() const {
  if (options_.phones) return {};
  return refuse(400, "phone_provider_disabled", "Phone logins are disabled");
}

answer<std::string> Accounts::check_phone(std::string_view phone) const {
  std::string digits = normalize_phone(phone);
  if (!digits.empty()) return digits;
  return refuse(400, "validation_failed", "Invalid phone number format (E.164 required)");
}

// By number and before it is looked up, so that it doesn't tell whether there is such a user. A factor's is its user's alone:
// whoever enrolls a number of somebody else doesn't keep them from theirs.
answer<void> Accounts::check_texting(const Texting& texting) {
  if (!texting.channel.empty() && texting.channel != "sms" && texting.channel != "whatsapp")
    return refuse(400, "validation_failed", "Invalid channel, supported values are 'sms' or 'whatsapp'");
  const bool is_test = options_.sms_test_codes.contains(texting.to);
  if (!is_test && !can_text())
    return refuse(400, "phone_provider_disabled", "This server has no way to send text messages");
  const Rate hourly{static_cast<double>(options_.sms_per_hour), options_.sms_per_hour / 3600.0};
  if (!is_test && parts_.limiter.look("sms", hourly, now_us()) != 0)
    return refuse(429, "over_sms_send_rate_limit", "SMS rate limit exceeded");
  if (options_.sms_interval_seconds == 0) return {};
  const Rate rate{1, 1.0 / static_cast<double>(options_.sms_interval_seconds)};
  const std::string owner = texting.kind == "mfa" ? texting.slot : texting.to;
  const int64_t wait = parts_.limiter.take("sms " + texting.kind + ' ' + owner, rate, now_us());
  if (wait == 0) return {};
  return refuse(429, "over_sms_send_rate_limit",
                "For security purposes, you can only request this after " + std::to_string(wait) + " seconds.");
}

std::string Accounts::message_id_for(const std::string& phone) {
  return options_.sms_test_codes.contains(phone) ? "test-otp" : make_id();
}

std::string Accounts::phone_code(const std::string& phone) {
  const auto found = options_.sms_test_codes.find(phone);
  return found == options_.sms_test_codes.end() ? random_code() : found->second;
}

answer<void> Accounts::text(const User& user, const Texting& texting, std::string id,
                            std::string code) {
  if (options_.sms_test_codes.contains(texting.to)) return {};
  const Rate hourly{static_cast<double>(options_.sms_per_hour), options_.sms_per_hour / 3600.0};
  if (parts_.limiter.take("sms", hourly, now_us()) != 0)
    return refuse(429, "over_sms_send_rate_limit", "SMS rate limit exceeded");
  Sms sms;
  sms.id = std::move(id);
  sms.to = texting.to;
  sms.kind = texting.kind;
  sms.channel = texting.channel.empty() ? "sms" : texting.channel;
  sms.text = fill_sms_template(options_.sms_template, code);
  sms.code = std::move(code);
  sms.user = user;
  sms.at_us = now_us();
  parts_.sms->send(std::move(sms));
  return {};
}

// A new code takes the place of an older one of its slot. The user is saved.
task<answer<void>> Accounts::send_code(User& user, Texting texting, std::string id, Client client) {
  std::string code = phone_code(texting.to);
  OneTimeToken token;
  token.user_id = user.id;
  token.slot = texting.slot;
  token.address = texting.to;
  token.created_at = now_us();
  token.link_hash = hash_link(random_text(32));  // of a link that nobody gets
  token.code_hash = hash_code(token, code, parts_.secret);
  std::vector<std::string_view> key{"user_id", "slot"};
  auto put = co_await tokens_.put(values_of(token), std::move(key), client.deadline);
  if (!put) co_return std::unexpected(std::move(put).error());
  int64_t& sent_at = texting.kind == "phone_change"       ? user.phone_change_sent_at
                     : texting.kind == "reauthentication" ? user.reauthentication_sent_at
                                                          : user.confirmation_sent_at;
  sent_at = now_us();
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  co_return text(user, texting, std::move(id), std::move(code));
}

User Accounts::new_phone_user(std::string phone, const std::string& data) {
  User user = new_user("", "{}");
  user.phone = std::move(phone);
  user.is_anonymous = false;
  user.app_metadata = R"({"provider":"phone","providers":["phone"]})";
  UserIdentity identity = phone_identity(user, data);
  user.user_metadata = identity.identity_data;
  user.identities.push_back(std::move(identity));
  return user;
}

UserIdentity Accounts::phone_identity(const User& user, const std::string& data) {
  JsonBuilder known;
  known.open_object().member("sub", user.id).member("phone", user.phone);
  known.member("email_verified", false).member("phone_verified", user.phone_confirmed_at != 0);
  known.close();
  UserIdentity identity;
  identity.id = make_id();
  identity.user_id = user.id;
  identity.provider = "phone";
  identity.provider_id = user.id;
  identity.identity_data = merge_json(merge_json("{}", data), known.take());
  identity.created_at = identity.updated_at = identity.last_sign_in_at = now_us();
  return identity;
}

task<answer<void>> Accounts::require_free_phone(std::string phone, Client client) {
  auto found = co_await load_user("phone", std::move(phone), client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (*found) co_return taken();
  co_return answer<void>();
}

task<answer<SignedUp>> Accounts::sign_up_by_phone(PhoneRequest wanted, Client client) {
  AUTH_CHECK(require_phones());
  if (!options_.sign_up)
    co_return refuse(422, "signup_disabled", "Signups not allowed for this instance");
  AUTH_TRY(wanted.phone, check_phone(wanted.phone));
  AUTH_CHECK(co_await check_password(wanted.password));
  Texting texting{"confirmation", wanted.phone, wanted.channel, std::string(phone_slot)};
  if (!options_.phone_autoconfirm) AUTH_CHECK(check_texting(texting));
  // Also where somebody has the number: time doesn't tell.
  auto hashed = co_await hash_password(wanted.password);
  if (!hashed) co_return std::unexpected(std::move(hashed).error());
  auto existing = co_await load_user("phone", wanted.phone, client);
  if (!existing) co_return std::unexpected(std::move(existing).error());
  User user = *existing ? **existing : new_phone_user(wanted.phone, wanted.data);
  if (!*existing) {
    user.password = *hashed;
    if (options_.phone_autoconfirm) {
      user.phone_confirmed_at = now_us();
      user.identities.front() = phone_identity(user, wanted.data);
      user.user_metadata = user.identities.front().identity_data;
    }
    auto saved = co_await save_new(user, client);
    if (!saved) co_return std::unexpected(std::move(saved).error());
    if (!*saved) co_return refuse(503, "conflict", "Another sign-up with this number is under way");
    auto logged = co_await audit("user_signedup", user, client);
    if (!logged) co_return std::unexpected(std::move(logged).error());
  }
  if (options_.phone_autoconfirm) {
    if (*existing) co_return refuse(422, "user_already_exists", "User already registered");
    auto issued = co_await issue(user, "password", client);
    if (!issued) co_return std::unexpected(std::move(issued).error());
    co_return SignedUp{issued->user, *issued};
  }
  if (user.phone_confirmed_at != 0) {
    auto logged = co_await audit("user_repeated_signup", user, client);
    if (!logged) co_return std::unexpected(std::move(logged).error());
    co_return SignedUp{obfuscated(std::move(wanted)), std::nullopt};
  }
  if (*existing && user.email_confirmed_at == 0) {
    // Whoever signed up before never showed the number: the code that is sent now confirms nothing of theirs.
    auto is_same = co_await matches_password(&user, wanted.password, client);
    if (!is_same) co_return std::unexpected(std::move(is_same).error());
    if (!*is_same) user.password.clear();
    if (!*is_same) user.user_metadata = phone_identity(user, "{}").identity_data;
  }
  auto sent = co_await send_code(user, std::move(texting), make_id(), client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  // The address of whoever an operator gave this number to is no stranger's business.
  if (*existing && !user.email.empty()) user = obfuscated(std::move(wanted));
  co_return SignedUp{std::move(user), std::nullopt};
}

// What a stranger sees who signs up with a number that somebody has: made of the request alone.
User Accounts::obfuscated(PhoneRequest wanted) {
  User user = new_phone_user(std::move(wanted.phone), "{}");
  user.role.clear();
  user.user_metadata = merge_json("{}", wanted.data);
  user.identities.clear();
  user.confirmation_sent_at = now_us();
  return user;
}

task<answer<std::string>> Accounts::send_phone_code(PhoneRequest wanted, Unknown unknown,
                                                    Client client) {
  AUTH_CHECK(require_phones());
  AUTH_TRY(wanted.phone, check_phone(wanted.phone));
  Texting texting{"confirmation", wanted.phone, wanted.channel, std::string(phone_invitation_slot)};
  AUTH_CHECK(check_texting(texting));
  auto found = co_await load_user("phone", wanted.phone, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!*found && unknown == Unknown::refuse)
    co_return refuse(422, "otp_disabled", "Signups not allowed for otp");
  if (!*found && !options_.sign_up)
    co_return refuse(422, "signup_disabled", "Signups not allowed for this instance");
  User user = *found ? **found : new_phone_user(wanted.phone, wanted.data);
  if (!*found) {
    auto saved = co_await save_new(user, client);
    if (!saved) co_return std::unexpected(std::move(saved).error());
    if (!*saved) co_return refuse(503, "conflict", "Another sign-up with this number is under way");
  }
  std::string id = message_id_for(wanted.phone);
  auto sent = co_await send_code(user, std::move(texting), id, client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  co_return id;
}

task<answer<std::string>> Accounts::resend_to_phone(std::string type, PhoneRequest wanted,
                                                    Client client) {
  AUTH_CHECK(require_phones());
  AUTH_TRY(wanted.phone, check_phone(wanted.phone));
  const bool is_change = type == "phone_change";
  Texting texting{is_change ? "phone_change" : "confirmation", wanted.phone, wanted.channel,
                  is_change ? "phone_change" : std::string(phone_slot)};
  AUTH_CHECK(check_texting(texting));
  std::string id = message_id_for(wanted.phone);
  std::string field = "phone";
  std::string value = wanted.phone;
  if (is_change) {
    // The number is the new one: whose change it is, the newest code to it says.
    std::vector<Condition> by_address;
    by_address.push_back({"address", store::Op::eq, Value::text(wanted.phone)});
    by_address.push_back({"slot", store::Op::eq, Value::text(texting.slot)});
    auto rows = co_await tokens_.find(std::move(by_address), Page(), client.deadline);
    if (!rows) co_return std::unexpected(std::move(rows).error());
    const std::vector<OneTimeToken> tokens = read_tokens(*rows);
    if (tokens.empty()) co_return id;
    field = "id";
    value = std::ranges::max(tokens, {}, &OneTimeToken::created_at).user_id;
  }
  auto user = co_await load_user(std::move(field), std::move(value), client);
  if (!user) co_return std::unexpected(std::move(user).error());
  const bool is_open = *user && (is_change ? (*user)->phone_change == wanted.phone
                                           : (*user)->phone_confirmed_at == 0);
  if (!is_open) co_return id;
  auto sent = co_await send_code(**user, std::move(texting), id, client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  co_return id;
}

// Whether the number is to change. Everything that may be refused is, before anything is changed.
task<answer<bool>> Accounts::check_phone_change(const Caller& caller, UserChange& change,
                                                Client client) {
  if (!change.phone) co_return false;
  AUTH_CHECK(require_phones());
  AUTH_TRY(change.phone, check_phone(*change.phone));
  if (*change.phone == caller.user.phone) co_return false;
  if (needs_second_factor(caller))
    co_return refuse(401, "insufficient_aal",
                     "AAL2 session is required to update email or password when MFA is enabled.");
  if (!caller.user.is_anonymous) AUTH_CHECK(require_recent(caller));
  auto is_free = co_await require_free_phone(*change.phone, client);
  if (!is_free) co_return std::unexpected(std::move(is_free).error());
  const Texting texting{"phone_change", *change.phone, change.channel};
  if (!options_.phone_autoconfirm) AUTH_CHECK(check_texting(texting));
  co_return true;
}

task<answer<void>> Accounts::start_phone_change(User& user, UserChange change, Client client) {
  if (options_.phone_autoconfirm) {
    user.phone = *change.phone;
    auto adopted = co_await adopt_phone(user, client);
    co_return adopted;
  }
  user.phone_change = *change.phone;
  Texting texting{"phone_change", user.phone_change, change.channel, "phone_change"};
  auto sent = co_await send_code(user, std::move(texting), make_id(), client);
  co_return sent;
}

// What a code to a phone showed: that the number is its user's.
task<answer<Verified>> Accounts::accept_phone(OneTimeToken token, Verification given,
                                              Client client) {
  auto found = co_await load_user("id", token.user_id, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!*found || (*found)->deleted_at != 0) co_return expired();
  User user = **std::move(found);
  const bool is_change = token.slot == "phone_change";
  // The code went to a number that is not the user's any more.
  if ((is_change ? user.phone_change : user.phone) != token.address) co_return expired();
  if (user.banned_until > now_us()) co_return refuse(403, "user_banned", "User is banned");
  const bool was_confirmed = user.phone_confirmed_at != 0;
  // By a code that isn't the sign-up's own: whoever chose the password never showed that the number is theirs.
  const bool is_unproven = !was_confirmed && user.email_confirmed_at == 0 && !is_change;
  if (is_unproven && token.slot != phone_slot && !user.password.empty()) {
    user.password.clear();
    user.user_metadata = "{}";
    auto ended = co_await end_sessions(user.id, "", client);
    if (!ended) co_return std::unexpected(std::move(ended).error());
  }
  if (is_change) user.phone = std::exchange(user.phone_change, {});
  if (is_change || !was_confirmed) {
    if (!is_change) user.user_metadata = merge_json(user.user_metadata, R"({"phone_verified":true})");
    auto adopted = co_await adopt_phone(user, client);
    if (!adopted) co_return std::unexpected(std::move(adopted).error());
    auto logged = co_await audit(is_change ? "user_modified" : "user_signedup", user, client);
    if (!logged) co_return std::unexpected(std::move(logged).error());
  } else {
    auto dropped = co_await drop_tokens(user.id, client);
    if (!dropped) co_return std::unexpected(std::move(dropped).error());
  }
  auto granted = co_await grant(std::move(user), std::move(token), std::move(given), client);
  co_return granted;
}

task<answer<void>> Accounts::write_phone_identity(User& user, Client client) {
  UserIdentity identity = phone_identity(user, "{}");
  if (!has_phone_identity(user)) {
    std::vector<Assignment> values = values_of(identity);
    values.push_back({"user_id", Value::text(user.id)});
    auto made = co_await identities_.insert(std::move(values), std::vector<Child>(), client.deadline);
    if (!made) co_return std::unexpected(std::move(made).error());
    user.identities.push_back(std::move(identity));
    co_return answer<void>();
  }
  for (UserIdentity& known : user.identities) {
    if (known.provider != "phone") continue;
    known.identity_data = merge_json(known.identity_data, identity.identity_data);
    std::vector<Condition> where;
    where.push_back({"id", store::Op::eq, Value::text(known.id)});
    std::vector<Assignment> values;
    values.push_back({"identity_data", Value::json(known.identity_data)});
    values.push_back({"updated_at", Value::timestamp(now_us())});
    auto changed = co_await identities_.update(std::move(where), std::move(values), client.deadline);
    if (!changed) co_return std::unexpected(std::move(changed).error());
  }
  co_return answer<void>();
}

// `user.phone` is new, or proven: the phone identity follows, an anonymous user is none any more.
task<answer<void>> Accounts::adopt_phone(User& user, Client client) {
  user.phone_confirmed_at = user.updated_at = now_us();
  user.phone_change.clear();
  user.phone_change_sent_at = 0;
  user.is_anonymous = false;
  User shown = user;
  if (!has_phone_identity(user)) shown.identities.push_back(phone_identity(user, "{}"));
  user.app_metadata = with_providers(shown);
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  if (!*saved) co_return taken();
  auto written = co_await write_phone_identity(user, client);
  if (!written) co_return std::unexpected(std::move(written).error());
  auto dropped = co_await drop_tokens(user.id, client);
  co_return dropped;
}

}  // namespace trivet::auth
