// Sign-up, with a password or without anything, and sign-in with a password.
#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"

namespace trivet::auth {
namespace {

// Wrong passwords for one address from one client: nobody is shut out by what others try.
constexpr Rate misses{10, 10.0 / 600};

}  // namespace

// What a stranger sees who signs up with an address that somebody has: made of the request alone.
User Accounts::obfuscated(const SignUp& wanted) {
  User user = new_user(wanted.email, "{}");
  user.role.clear();
  user.user_metadata = merge_json("{}", wanted.data);
  user.identities.clear();
  user.confirmation_sent_at = now_us();
  return user;
}

task<answer<SignedUp>> Accounts::sign_up(SignUp wanted, Client client) {
  if (!options_.sign_up)
    co_return refuse(422, "signup_disabled", "Signups not allowed for this instance");
  AUTH_TRY(wanted.email, check_email(wanted.email));
  AUTH_CHECK(co_await check_password(wanted.password));
  if (!options_.autoconfirm) {
    AUTH_CHECK(require_mailer());
    AUTH_CHECK(limit_mail("confirmation", wanted.email));
  }
  // Also where somebody has the address: time doesn't tell.
  auto hashed = co_await hash_password(wanted.password);
  if (!hashed) co_return std::unexpected(std::move(hashed).error());
  auto existing = co_await load_user("email", wanted.email, client);
  if (!existing) co_return std::unexpected(std::move(existing).error());
  User user = *existing ? **existing : new_user(wanted.email, wanted.data);
  if (!*existing) {
    user.password = *hashed;
    if (options_.autoconfirm) user.email_confirmed_at = now_us();
    if (options_.autoconfirm) {
      user.identities.front() = new_identity(user, wanted.data);
      user.user_metadata = user.identities.front().identity_data;
    }
    auto saved = co_await save_new(user, client);
    if (!saved) co_return std::unexpected(std::move(saved).error());
    if (!*saved)
      co_return refuse(503, "conflict", "Another sign-up with this address is under way");
    auto logged = co_await audit("user_signedup", user, client);
    if (!logged) co_return std::unexpected(std::move(logged).error());
  }
  if (options_.autoconfirm) {
    // Enumerable by design of the dialect; an address that nobody confirmed isn't handed out
    // either.
    if (*existing) co_return refuse(422, "user_already_exists", "User already registered");
    auto issued = co_await issue(user, "password", client);
    if (!issued) co_return std::unexpected(std::move(issued).error());
    co_return SignedUp{issued->user, *issued};
  }
  if (user.email_confirmed_at != 0) {
    auto logged = co_await audit("user_repeated_signup", user, client);
    if (!logged) co_return std::unexpected(std::move(logged).error());
    co_return SignedUp{obfuscated(wanted), std::nullopt};
  }
  if (*existing && user.invited_at == 0 && user.phone_confirmed_at == 0) {
    // Whoever signed up before never showed the address: the link that is sent now confirms nothing of theirs.
    auto is_same = co_await matches_password(&user, wanted.password, client);
    if (!is_same) co_return std::unexpected(std::move(is_same).error());
    if (!*is_same) user.password.clear();
    if (!*is_same) user.user_metadata = new_user(user.email, "{}").user_metadata;
  }
  Notice notice{LinkKind::signup, user.email, wanted.redirect_to, wanted.challenge};
  auto sent = co_await send_link(user, std::move(notice), client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  if (*existing && !user.phone.empty()) {
    // The number of whoever an operator gave this address to is no stranger's business.
    user = obfuscated(wanted);
  } else if (*existing && user.invited_at != 0) {
    user.user_metadata = "{}";
    user.identities.clear();
  }
  co_return SignedUp{std::move(user), std::nullopt};
}

task<answer<Issued>> Accounts::sign_in_anonymously(std::string data, Client client) {
  if (!options_.sign_up)
    co_return refuse(422, "signup_disabled", "Signups not allowed for this instance");
  if (!options_.anonymous)
    co_return refuse(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled");
  User user = new_user("", data);
  auto saved = co_await save_new(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  auto issued = co_await issue(std::move(user), "anonymous", client);
  co_return issued;
}

task<answer<std::string>> Accounts::hash_password(std::string password) {
  auto hashed = co_await parts_.passwords.hash(std::move(password));
  if (!hashed) co_return refuse(hashed.error());
  co_return *std::move(hashed);
}

task<answer<bool>> Accounts::matches_password(User* user, std::string password, Client client) {
  if (user == nullptr || user->password.empty()) {
    auto nothing = co_await parts_.passwords.verify_nothing(std::move(password));
    if (!nothing) co_return refuse(nothing.error());
    co_return false;
  }
  auto match = co_await parts_.passwords.verify(password, user->password);
  if (!match) co_return refuse(match.error());
  if (*match != PasswordMatch::outdated) co_return *match == PasswordMatch::right;
  auto hashed = co_await hash_password(std::move(password));
  if (!hashed) co_return std::unexpected(std::move(hashed).error());
  user->password = *std::move(hashed);
  auto saved = co_await save(*user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  co_return true;
}

task<answer<Issued>> Accounts::sign_in(Login who, std::string password, Client client) {
  const bool by_phone = !who.phone.empty();
  if (by_phone) AUTH_CHECK(require_phones());
  const answer<std::string> checked = by_phone ? check_phone(who.phone) : check_email(who.email);
  const std::string address = checked ? *checked : std::string();
  const std::string key = "password " + address + ' ' + client.network;
  const int64_t wait = parts_.limiter.look(key, misses, now_us());
  if (wait != 0) co_return refuse(429, "over_request_rate_limit", "Request rate limit reached");
  if (password.size() > account_password_bytes_max) password.clear();
  std::optional<User> user;
  if (checked) {
    const std::string field = by_phone ? "phone" : "email";
    auto loaded = co_await load_user(field, address, client);
    if (!loaded) co_return std::unexpected(std::move(loaded).error());
    user = *std::move(loaded);
  }
  User* const found = user ? &*user : nullptr;
  auto is_right = co_await matches_password(found, password, client);
  if (!is_right) co_return std::unexpected(std::move(is_right).error());
  if (!*is_right) {
    (void)parts_.limiter.take(key, misses, now_us());
    co_return refuse(400, "invalid_credentials", "Invalid login credentials");
  }
  if (user->banned_until > now_us()) co_return refuse(400, "user_banned", "User is banned");
  if (by_phone && user->phone_confirmed_at == 0)
    co_return refuse(400, "phone_not_confirmed", "Phone not confirmed");
  if (!by_phone && user->email_confirmed_at == 0)
    co_return refuse(400, "email_not_confirmed", "Email not confirmed");
  const std::string proven = user->password;
  auto issued = co_await issue(*std::move(user), "password", client);
  if (!issued) co_return std::unexpected(std::move(issued).error());
  // A change of the password ends the sessions that it finds; this one may have come after that, with the old one.
  auto now = co_await load_user("id", issued->user.id, client);
  if (!now) co_return std::unexpected(std::move(now).error());
  if (!*now || (*now)->password != proven) {
    std::vector<Condition> late;
    late.push_back({"id", store::Op::eq, Value::text(issued->session.id)});
    auto ended = co_await sessions_.remove(std::move(late), client.deadline);
    if (!ended) co_return std::unexpected(std::move(ended).error());
    co_return refuse(400, "invalid_credentials", "Invalid login credentials");
  }
  issued->weak_reasons = weaknesses(password, options_.password);
  co_return issued;
}

}  // namespace trivet::auth
