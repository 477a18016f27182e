// What users change about themselves: metadata, password, and the address in one step or two.
#include <algorithm>

#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"

namespace trivet::auth {

task<answer<void>> Accounts::start_email_change(User& user, const UserChange& change,
                                                Client client) {
  user.email_change = *change.email;
  user.email_change_sent_at = now_us();
  const Notice fresh{LinkKind::email_change, user.email_change, change.redirect_to, change.challenge};
  auto minted = co_await mint(user, "email_change_new", fresh, client);
  if (!minted) co_return std::unexpected(std::move(minted).error());
  if (options_.secure_email_change && !user.email.empty()) {
    const Notice old{LinkKind::email_change, user.email, change.redirect_to, change.challenge};
    auto current = co_await mint(user, "email_change_current", old, client);
    if (!current) co_return std::unexpected(std::move(current).error());
    mail(old, *current);
  }
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  mail(fresh, *minted);
  co_return answer<void>();
}

// Where both addresses have to agree, the token that is taken first says so in the other one's row, and the change is
// done by a token that was told so. Nothing else counts: that a token is gone may have other reasons. A token that is
// about another address than the change ends the change: the one that was wanted last has not been proven.
task<answer<Verified>> Accounts::complete_email_change(OneTimeToken token, Verification given,
                                                       Client client) {
  auto user = co_await load_user("id", token.user_id, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  if (!*user || (*user)->email_change.empty())
    co_return refuse(403, "otp_expired", "Token has expired or is invalid");
  const bool is_new = token.slot == "email_change_new";
  const std::string expected = is_new ? (*user)->email_change : (*user)->email;
  if (token.address != expected) {
    (*user)->email_change.clear();
    auto dropped = co_await drop_tokens(token.user_id, client);
    if (!dropped) co_return std::unexpected(std::move(dropped).error());
    auto saved = co_await save(**user, client);
    if (!saved) co_return std::unexpected(std::move(saved).error());
    co_return refuse(403, "otp_expired", "Token has expired or is invalid");
  }
  if (!token.other_proven) {
    std::vector<Condition> other;
    other.push_back({"user_id", store::Op::eq, Value::text(token.user_id)});
    other.push_back({"slot", store::Op::eq, Value::text(is_new ? "email_change_current" : "email_change_new")});
    std::vector<Assignment> values;
    values.push_back({"other_proven", Value::boolean(true)});
    auto told = co_await tokens_.update(std::move(other), std::move(values), client.deadline);
    if (!told) co_return std::unexpected(std::move(told).error());
    if (*told == 0) co_return refuse(403, "otp_expired", "Token has expired or is invalid");
    co_return Verified();
  }
  if ((*user)->banned_until > now_us()) co_return refuse(403, "user_banned", "User is banned");
  User changed = **user;
  changed.email = std::exchange(changed.email_change, {});
  auto done = co_await adopt_email(changed, client);
  if (!done) co_return std::unexpected(std::move(done).error());
  auto logged = co_await audit("user_modified", changed, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  auto granted = co_await grant(std::move(changed), std::move(token), std::move(given), client);
  co_return granted;
}

// `user.email` is new and proven: the email identity follows, an anonymous user is none any more.
task<answer<void>> Accounts::adopt_email(User& user, Client client) {
  user.email_confirmed_at = user.updated_at = now_us();
  user.email_change.clear();
  user.email_change_sent_at = 0;
  user.is_anonymous = false;
  UserIdentity identity = new_identity(user, "{}");
  const bool is_new = std::ranges::none_of(user.identities, [](const UserIdentity& known) {
    return known.provider == "email";
  });
  User shown = user;
  if (is_new) shown.identities.push_back(identity);
  user.app_metadata = with_providers(shown);
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  if (!*saved)
    co_return refuse(422, "email_exists", "A user with this email address has already been registered");
  for (UserIdentity& known : user.identities) {
    if (known.provider != "email") continue;
    known.identity_data = merge_json(known.identity_data, identity.identity_data);
    known.email = user.email;
    std::vector<Condition> where;
    where.push_back({"id", store::Op::eq, Value::text(known.id)});
    std::vector<Assignment> values;
    values.push_back({"identity_data", Value::json(known.identity_data)});
    values.push_back({"email", Value::text(known.email)});
    values.push_back({"updated_at", Value::timestamp(now_us())});
    auto changed = co_await identities_.update(std::move(where), std::move(values), client.deadline);
    if (!changed) co_return std::unexpected(std::move(changed).error());
  }
  if (is_new) {
    std::vector<Assignment> values = values_of(identity);
    values.push_back({"user_id", Value::text(user.id)});
    auto made = co_await identities_.insert(std::move(values), std::vector<Child>(), client.deadline);
    if (!made) co_return std::unexpected(std::move(made).error());
    user.identities.push_back(std::move(identity));
  }
  auto dropped = co_await drop_tokens(user.id, client);
  co_return dropped;
}

task<answer<void>> Accounts::reauthenticate(Caller caller, Client client) {
  User& user = caller.user;
  if (user.email.empty() && !user.phone.empty()) {
    if (user.phone_confirmed_at == 0)
      co_return refuse(422, "phone_not_confirmed", "Please verify your phone first.");
    Texting texting{"reauthentication", user.phone, "", "reauthentication"};
    AUTH_CHECK(check_texting(texting));
    auto texted = co_await send_code(user, std::move(texting), message_id_for(user.phone), client);
    if (!texted) co_return std::unexpected(std::move(texted).error());
    auto told = co_await audit("user_reauthenticate_requested", user, client);
    co_return told;
  }
  AUTH_CHECK(require_mailer());
  if (user.email.empty())
    co_return refuse(400, "validation_failed",
                     "Reauthentication requires the user to have an email or a phone number");
  if (user.email_confirmed_at == 0)
    co_return refuse(422, "email_not_confirmed", "Please verify your email first.");
  AUTH_CHECK(limit_mail("reauthentication", user.email));
  Notice notice{LinkKind::reauthentication, user.email, ""};
  auto sent = co_await send_link(user, std::move(notice), client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  auto logged = co_await audit("user_reauthenticate_requested", user, client);
  co_return logged;
}

// For what opens another way into the account, and has no code of its own to ask for.
answer<void> Accounts::require_recent(const Caller& caller) const {
  const bool is_young =
      caller.session && now_us() - caller.session->created_at < options_.reauthenticate_after_us;
  if (options_.reauthenticate_after_us == 0 || is_young) return {};
  return refuse(400, "reauthentication_needed", "This needs a session that has just begun: sign in again");
}

// Whoever finds an old session open doesn't get the account with it.
task<answer<void>> Accounts::check_nonce(const Caller& caller, std::string nonce, Client client) {
  const bool is_young =
      caller.session && now_us() - caller.session->created_at < options_.reauthenticate_after_us;
  if (options_.reauthenticate_after_us == 0 || is_young) co_return answer<void>();
  if (nonce.empty())
    co_return refuse(400, "reauthentication_needed", "Password update requires reauthentication");
  Verification given;
  given.email = caller.user.email;
  if (given.email.empty()) given.phone = caller.user.phone;
  given.code = std::move(nonce);
  std::vector<std::string_view> slots{"reauthentication"};
  auto token = co_await take_code(given, std::move(slots), client);
  if (!token && token.error().status >= 500) co_return std::unexpected(std::move(token).error());
  const int64_t life = given.phone.empty() ? options_.link_seconds : options_.sms_code_seconds;
  const bool is_right = token && token->user_id == caller.user.id &&
                        now_us() - token->created_at <= life * 1'000'000;
  if (!is_right)
    co_return refuse(422, "reauthentication_not_valid", "Nonce has expired or is invalid");
  // What is left of it goes with all tokens when the password is changed.
  co_return answer<void>();
}

task<answer<void>> Accounts::change_password(Caller& caller, std::string password, Client client) {
  AUTH_CHECK(co_await check_password(password));
  User& user = caller.user;
  if (!user.password.empty()) {
    auto is_same = co_await matches_password(&user, password, client);
    if (!is_same) co_return std::unexpected(std::move(is_same).error());
    if (*is_same)
      co_return refuse(422, "same_password",
                       "New password should be different from the old password.");
  }
  auto hashed = co_await hash_password(password);
  if (!hashed) co_return std::unexpected(std::move(hashed).error());
  user.password = *std::move(hashed);
  // First what lets in, then what was let in by the old one.
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  auto dropped = co_await drop_tokens(user.id, client);
  if (!dropped) co_return std::unexpected(std::move(dropped).error());
  const std::string session = caller.session ? caller.session->id : std::string();
  auto ended = co_await end_sessions(user.id, session, client);
  if (!ended) co_return std::unexpected(std::move(ended).error());
  auto logged = co_await audit("user_updated_password", user, client);
  co_return logged;
}

task<answer<User>> Accounts::change_user(Caller caller, UserChange change, Client client) {
  User& user = caller.user;
  bool moves = false;
  if (change.email) {
    AUTH_TRY(change.email, check_email(*change.email));
    moves = *change.email != user.email;
  }
  const bool at_once = user.is_anonymous && options_.autoconfirm;
  auto asked = co_await check_phone_change(caller, change, client);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  const bool phone_moves = *asked;
  if ((moves || change.password) && needs_second_factor(caller))
    co_return refuse(401, "insufficient_aal",
                     "AAL2 session is required to update email or password when MFA is enabled.");
  if (moves && !user.is_anonymous) AUTH_CHECK(require_recent(caller));
  if (user.is_anonymous && change.password && !moves && !phone_moves)
    co_return refuse(422, "validation_failed",
                     "Updating password of an anonymous user without an email or phone is not allowed");
  if (moves) {
    if (!at_once) AUTH_CHECK(require_mailer());
    auto taken = co_await load_user("email", *change.email, client);
    if (!taken) co_return std::unexpected(std::move(taken).error());
    if (*taken)
      co_return refuse(422, "email_exists",
                       "A user with this email address has already been registered");
    if (!at_once) AUTH_CHECK(limit_mail("email_change", *change.email));
    // The old address gets a mail too, whichever the new one is.
    if (!at_once && !user.email.empty()) AUTH_CHECK(limit_mail("email_change", user.email));
  }
  if (change.password && !user.is_anonymous) {
    auto checked = co_await check_nonce(caller, change.nonce, client);
    if (!checked) co_return std::unexpected(std::move(checked).error());
  }
  if (change.password) {
    auto changed = co_await change_password(caller, *change.password, client);
    if (!changed) co_return std::unexpected(std::move(changed).error());
  }
  if (change.data) user.user_metadata = merge_json(user.user_metadata, *change.data);
  user.updated_at = now_us();
  if (phone_moves) {
    auto started = co_await start_phone_change(user, change, client);
    if (!started) co_return std::unexpected(std::move(started).error());
  }
  if (moves && at_once) {
    user.email = *change.email;
    auto adopted = co_await adopt_email(user, client);
    if (!adopted) co_return std::unexpected(std::move(adopted).error());
  } else if (moves) {
    auto started = co_await start_email_change(user, change, client);
    if (!started) co_return std::unexpected(std::move(started).error());
  } else {
    auto saved = co_await save(user, client);
    if (!saved) co_return std::unexpected(std::move(saved).error());
  }
  auto logged = co_await audit("user_modified", user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return std::move(caller.user);
}

}  // namespace trivet::auth
