// Whose account somebody enters whom a provider vouches for, and which identities an account has
// (dialects/auth.md, 8.5). An address leads to an account only if the provider says that it was shown.
#include <algorithm>
#include <set>

#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"
#include "value/json_builder.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

std::unexpected<Refusal> unproven(const ExternalProfile& profile) {
  return refuse(422, "provider_email_needs_verification",
                "Unverified email with " + profile.provider + ". Verify the email with " +
                    profile.provider + " in order to sign in");
}

std::unexpected<Refusal> busy() {
  return refuse(503, "conflict", "Another sign-in of this person is under way");
}

bool is_shown(const UserIdentity& identity) {
  const auto flag = JsonValue::trusted(identity.identity_data).find("email_verified");
  return flag && flag->raw() == "true";
}

}  // namespace

std::string with_providers(const User& user) {
  std::string first = text_member(user.app_metadata, "provider");
  std::vector<const UserIdentity*> identities;
  for (const UserIdentity& identity : user.identities) identities.push_back(&identity);
  std::ranges::sort(identities, {}, &UserIdentity::created_at);
  std::set<std::string> seen;
  JsonBuilder json;
  json.open_object();
  const bool is_left = std::ranges::any_of(
      identities, [&](const UserIdentity* identity) { return identity->provider == first; });
  if (!is_left && !identities.empty()) first = identities.front()->provider;
  json.member("provider", first).key("providers").open_array();
  for (const UserIdentity* identity : identities)
    if (seen.insert(identity->provider).second) json.value(identity->provider);
  json.close().close();
  return merge_json(user.app_metadata, json.take());
}

UserIdentity Accounts::identity_of(const ExternalProfile& profile, const std::string& user_id) {
  UserIdentity identity;
  identity.id = make_id();
  identity.user_id = user_id;
  identity.provider = profile.provider;
  identity.provider_id = profile.subject;
  identity.identity_data = profile.data;
  identity.email = profile.email;
  identity.created_at = identity.updated_at = identity.last_sign_in_at = now_us();
  return identity;
}

task<answer<User>> Accounts::enter(Entering entering, Client client) {
  ExternalProfile& profile = entering.profile;
  const answer<std::string> email = check_email(profile.email);
  profile.email = email ? *email : std::string();
  profile.email_verified = profile.email_verified && email;
  std::vector<Condition> where;
  where.push_back({"provider", store::Op::eq, Value::text(profile.provider)});
  where.push_back({"provider_id", store::Op::eq, Value::text(profile.subject)});
  auto rows = co_await identities_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  const std::vector<UserIdentity> known = read_identities(*rows);
  if (!entering.linking_user.empty()) {
    if (!known.empty() && known.front().user_id == entering.linking_user)
      co_return refuse(422, "identity_already_exists", "Identity is already linked");
    if (!known.empty())
      co_return refuse(422, "identity_already_exists", "Identity is already linked to another user");
    auto linked = co_await link_to_caller(std::move(entering), client);
    co_return linked;
  }
  if (!known.empty()) {
    auto back = co_await come_back(known.front(), std::move(profile), client);
    co_return back;
  }
  auto first = co_await enter_first(std::move(entering), client);
  co_return first;
}

// Somebody who was here before: the provider's words of today count.
task<answer<User>> Accounts::come_back(UserIdentity identity, ExternalProfile profile,
                                       Client client) {
  auto found = co_await load_user("id", identity.user_id, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!*found) co_return busy();
  User user = **std::move(found);
  if (user.banned_until > now_us()) co_return refuse(403, "user_banned", "User is banned");
  const bool is_own = profile.email_verified && profile.email == user.email;
  if (user.email_confirmed_at == 0 && !user.email.empty()) {
    if (!is_own) co_return unproven(profile);
    user.email_confirmed_at = now_us();
  }
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(identity.id)});
  std::vector<Assignment> values;
  values.push_back({"identity_data", Value::json(profile.data)});
  values.push_back({"email", text_or_null(profile.email)});
  values.push_back({"last_sign_in_at", Value::timestamp(now_us())});
  values.push_back({"updated_at", Value::timestamp(now_us())});
  auto written = co_await identities_.update(std::move(where), std::move(values), client.deadline);
  if (!written) co_return std::unexpected(std::move(written).error());
  user.user_metadata = merge_json(user.user_metadata, profile.data);
  user.updated_at = now_us();
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  auto loaded = co_await load_identities(user, client);
  if (!loaded) co_return std::unexpected(std::move(loaded).error());
  co_return user;
}

// The one account that the shown address belongs to: its own, or that of an identity which showed it.
task<answer<std::optional<User>>> Accounts::account_of_email(std::string email, Client client) {
  auto found = co_await load_user("email", email, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  std::vector<Condition> where;
  where.push_back({"email", store::Op::eq, Value::text(email)});
  auto rows = co_await identities_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::set<std::string> users;
  if (*found) users.insert((*found)->id);
  for (const UserIdentity& identity : read_identities(*rows))
    if (identity.provider != "email" && is_shown(identity)) users.insert(identity.user_id);
  if (users.size() > 1) {
    Refusal refusal{500, "unexpected_failure",
                    "Multiple accounts with the same email address in the same linking domain "
                    "detected: default"};
    refusal.log_text = "an address leads to several accounts";
    co_return std::unexpected(std::move(refusal));
  }
  if (*found || users.empty()) co_return *std::move(found);
  auto other = co_await load_user("id", *users.begin(), client);
  co_return other;
}

task<answer<User>> Accounts::enter_first(Entering entering, Client client) {
  const ExternalProfile& profile = entering.profile;
  if (profile.email_verified) {
    auto account = co_await account_of_email(profile.email, client);
    if (!account) co_return std::unexpected(std::move(account).error());
    if (*account) {
      auto joined = co_await join(**std::move(account), profile, client);
      co_return joined;
    }
  } else if (!entering.email_optional) {
    co_return unproven(profile);
  }
  if (!options_.sign_up)
    co_return refuse(422, "signup_disabled", "Signups not allowed for this instance");
  User user = new_user("", profile.data);
  user.is_anonymous = false;
  if (profile.email_verified) user.email = profile.email;
  if (profile.email_verified) user.email_confirmed_at = now_us();
  user.identities.push_back(identity_of(profile, user.id));
  user.app_metadata = with_providers(user);
  auto saved = co_await save_new(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  if (!*saved) co_return busy();
  auto logged = co_await audit("user_signedup", user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return user;
}

// An account whose address nobody had shown is cleared of all that whoever made it put there: the
// password, other identities, sessions, links, what it says of itself.
task<answer<void>> Accounts::clear_unproven(User& user, Client client) {
  user.password.clear();
  user.email_change.clear();
  user.phone.clear();
  user.phone_change.clear();
  user.phone_confirmed_at = 0;
  user.user_metadata = "{}";
  std::vector<Condition> of_user;
  of_user.push_back({"user_id", store::Op::eq, Value::text(user.id)});
  auto removed = co_await identities_.remove(of_user, client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  auto factors = co_await factors_.remove(of_user, client.deadline);
  if (!factors) co_return std::unexpected(std::move(factors).error());
  auto passkeys = co_await passkeys_.remove(std::move(of_user), client.deadline);
  if (!passkeys) co_return std::unexpected(std::move(passkeys).error());
  user.identities.clear();
  user.factors.clear();
  auto dropped = co_await drop_tokens(user.id, client);
  if (!dropped) co_return std::unexpected(std::move(dropped).error());
  auto ended = co_await end_sessions(user.id, "", client);
  co_return ended;
}

task<answer<User>> Accounts::join(User user, ExternalProfile profile, Client client) {
  if (user.banned_until > now_us()) co_return refuse(403, "user_banned", "User is banned");
  // An account that came by one of its identities keeps what it is, whatever its own address is.
  if (user.email_confirmed_at == 0 && user.email == profile.email) {
    auto cleared = co_await clear_unproven(user, client);
    if (!cleared) co_return std::unexpected(std::move(cleared).error());
    user.email_confirmed_at = now_us();
  }
  auto added = co_await add_identity(user, profile, client);
  if (!added) co_return std::unexpected(std::move(added).error());
  co_return user;
}

task<answer<void>> Accounts::add_identity(User& user, ExternalProfile profile, Client client) {
  UserIdentity identity = identity_of(profile, user.id);
  std::vector<Assignment> values = values_of(identity);
  values.push_back({"user_id", Value::text(user.id)});
  auto made = co_await identities_.insert(std::move(values), std::vector<Child>(), client.deadline);
  if (!made) co_return std::unexpected(std::move(made).error());
  if (!*made) co_return busy();
  user.identities.push_back(std::move(identity));
  user.app_metadata = with_providers(user);
  user.user_metadata = merge_json(user.user_metadata, profile.data);
  user.updated_at = now_us();
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  if (!*saved) co_return busy();
  auto logged = co_await audit("identity_linked", user, client);
  co_return logged;
}

// Asked for by the user: whatever the address is, the account stays theirs; one who had none gets it.
task<answer<User>> Accounts::link_to_caller(Entering entering, Client client) {
  const ExternalProfile& profile = entering.profile;
  auto found = co_await load_user("id", entering.linking_user, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!*found || (*found)->deleted_at != 0)
    co_return refuse(404, "user_not_found", "User not found");
  User user = **std::move(found);
  if (user.banned_until > now_us()) co_return refuse(403, "user_banned", "User is banned");
  if (user.is_anonymous) {
    if (profile.email_verified) {
      auto taken = co_await account_of_email(profile.email, client);
      if (!taken) co_return std::unexpected(std::move(taken).error());
      if (*taken)
        co_return refuse(400, "email_exists",
                         "A user with this email address has already been registered");
      user.email = profile.email;
      user.email_confirmed_at = now_us();
    } else if (!entering.email_optional) {
      co_return unproven(profile);
    }
    user.is_anonymous = false;
  }
  auto added = co_await add_identity(user, profile, client);
  if (!added) co_return std::unexpected(std::move(added).error());
  co_return user;
}

answer<void> Accounts::check_may_link(const Caller& caller) const {
  if (!options_.manual_linking)
    return refuse(404, "manual_linking_disabled", "Manual linking is disabled");
  if (needs_second_factor(caller))
    return refuse(401, "insufficient_aal", "AAL2 is required to link an identity");
  return require_recent(caller);
}

task<answer<void>> Accounts::unlink_identity(Caller caller, std::string identity_id,
                                             Client client) {
  User& user = caller.user;
  const auto found = std::ranges::find(user.identities, identity_id, &UserIdentity::id);
  if (found == user.identities.end())
    co_return refuse(422, "identity_not_found", "Identity doesn't exist");
  if (user.identities.size() < 2)
    co_return refuse(422, "single_identity_not_deletable",
                     "User must have at least 1 identity after unlinking");
  if (needs_second_factor(caller))
    co_return refuse(401, "insufficient_aal", "AAL2 is required to unlink an identity");
  if (found->provider == "phone") {
    user.phone.clear();
    user.phone_change.clear();
    user.phone_confirmed_at = 0;
    auto dropped = co_await drop_tokens(user.id, client);
    if (!dropped) co_return std::unexpected(std::move(dropped).error());
  }
  user.identities.erase(found);
  const bool keeps_email = user.email.empty() ||
                           std::ranges::any_of(user.identities, [&](const UserIdentity& identity) {
                             return identity.email == user.email;
                           });
  if (!keeps_email) {
    std::ranges::sort(user.identities, {}, &UserIdentity::created_at);
    std::ranges::stable_partition(user.identities, is_shown);
    const UserIdentity& next = user.identities.front();
    // An address that nobody showed would be believed by rules, and its owner would come into this account.
    user.email = is_shown(next) ? next.email : std::string();
    user.email_confirmed_at = user.email.empty() ? 0 : now_us();
    user.email_change.clear();
    auto dropped = co_await drop_tokens(user.id, client);
    if (!dropped) co_return std::unexpected(std::move(dropped).error());
  }
  user.app_metadata = with_providers(user);
  user.updated_at = now_us();
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  if (!*saved)
    co_return refuse(422, "email_conflict_identity_not_deletable",
                     "Unable to unlink identity due to email conflict");
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(identity_id)});
  where.push_back({"user_id", store::Op::eq, Value::text(user.id)});
  auto removed = co_await identities_.remove(std::move(where), client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  auto logged = co_await audit("identity_unlinked", user, client);
  co_return logged;
}

}  // namespace trivet::auth
