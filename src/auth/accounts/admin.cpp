// What operators do with users: list, make, change, delete, invite, make links (dialects/auth.md, 7).
#include <algorithm>
#include <charconv>

#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"
#include "auth/accounts/tokens.h"

namespace trivet::auth {
namespace {

struct Unit {
  std::string_view name;
  double seconds;
};
// Longest names first: "ms" is no "m".
constexpr Unit units[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"h", 3600}, {"m", 60}, {"s", 1}};

// Go's durations: "1h30m". nullopt if it isn't one; 0 for "none".
std::optional<int64_t> duration_us(std::string_view text) {
  if (text == "none") return 0;
  double seconds = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    const auto* unit = std::ranges::find_if(
        units, [&](const Unit& candidate) { return text.starts_with(candidate.name); });
    if (unit == std::end(units)) return std::nullopt;
    text.remove_prefix(unit->name.size());
    seconds += number * unit->seconds;
  }
  return seconds > 1e10 ? std::nullopt : std::optional(static_cast<int64_t>(seconds * 1e6));
}

std::unexpected<Refusal> no_user() { return refuse(404, "user_not_found", "User not found"); }
std::unexpected<Refusal> taken() {
  return refuse(422, "email_exists", "A user with this email address has already been registered");
}

}  // namespace

// Everything but the address, which is unique and so has its own refusal.
task<answer<void>> Accounts::apply_admin(User& user, const AdminUser& change) {
  if (change.role && !change.role->empty()) user.role = *change.role;
  if (change.user_metadata) user.user_metadata = merge_json(user.user_metadata, *change.user_metadata);
  if (change.app_metadata) user.app_metadata = merge_json(user.app_metadata, *change.app_metadata);
  if (change.email_confirm.value_or(false) && user.email_confirmed_at == 0 && !user.email.empty())
    user.email_confirmed_at = now_us();
  if (change.phone_confirm.value_or(false) && user.phone_confirmed_at == 0 && !user.phone.empty())
    user.phone_confirmed_at = now_us();
  if (change.ban_duration) {
    const std::optional<int64_t> length = duration_us(*change.ban_duration);
    if (!length)
      co_return refuse(400, "validation_failed", "invalid format for ban duration");
    user.banned_until = *length == 0 ? 0 : now_us() + *length;
  }
  if (change.password) {
    if (change.password->size() > account_password_bytes_max)
      co_return refuse(400, "validation_failed", "Password cannot be longer than 72 characters");
    auto hashed = co_await hash_password(*change.password);
    if (!hashed) co_return std::unexpected(std::move(hashed).error());
    user.password = *std::move(hashed);
  }
  co_return answer<void>();
}

task<answer<User>> Accounts::create_user(AdminUser wanted, Client client) {
  const bool has_email = wanted.email && !wanted.email->empty();
  const bool has_phone = wanted.phone && !wanted.phone->empty();
  if (!has_email && !has_phone)
    co_return refuse(400, "validation_failed", "Cannot create a user without either an email or phone");
  std::string email;
  if (has_email) {
    AUTH_TRY(email, check_email(*wanted.email));
  }
  const std::string data = wanted.user_metadata.value_or("{}");
  User user = new_user(email, data);
  user.is_anonymous = false;
  if (has_phone) {
    AUTH_TRY(user.phone, check_phone(*wanted.phone));
    auto is_free = co_await require_free_phone(user.phone, client);
    if (!is_free) co_return std::unexpected(std::move(is_free).error());
  }
  if (wanted.id && !is_uuid(*wanted.id))
    co_return refuse(400, "validation_failed", "ID must conform to the uuid v4 format");
  if (wanted.id) user.id = *wanted.id;
  auto applied = co_await apply_admin(user, wanted);
  if (!applied) co_return std::unexpected(std::move(applied).error());
  if (has_email) user.identities.front() = new_identity(user, "{}");
  if (has_phone) user.identities.push_back(phone_identity(user, "{}"));
  user.app_metadata = with_providers(user);
  // An operator's metadata is kept as it was given.
  user.user_metadata = merge_json("{}", data);
  auto saved = co_await save_new(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  if (!*saved && !has_email)
    co_return refuse(503, "conflict", "Another sign-up with this number is under way");
  if (!*saved) co_return taken();
  auto logged = co_await audit("user_signedup", user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return user;
}

task<answer<User>> Accounts::find_user(std::string id, Client client) {
  if (!is_uuid(id)) co_return refuse(404, "validation_failed", "user_id must be an UUID");
  auto user = co_await load_user("id", id, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  if (!*user) co_return no_user();
  co_return **std::move(user);
}

task<answer<UserList>> Accounts::list_users(UserPage page, Client client) {
  UserList list;
  Page wanted;
  wanted.order_by = "created_at";
  wanted.ascending = page.ascending;
  wanted.count = true;
  wanted.limit = page.size;
  wanted.offset = (page.number - 1) * page.size;
  std::vector<Condition> where;
  where.push_back({"deleted_at", store::Op::is_null});
  if (!page.filter.empty())
    where.push_back({"email", store::Op::contains, Value::text(page.filter)});
  auto rows = co_await users_.find(std::move(where), wanted, client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  list.users = read_users(*rows);
  list.total = rows->total.value_or(0);
  for (User& user : list.users) {
    auto loaded = co_await load_identities(user, client);
    if (!loaded) co_return std::unexpected(std::move(loaded).error());
    auto factors = co_await load_factors(user, client);
    if (!factors) co_return std::unexpected(std::move(factors).error());
  }
  co_return list;
}

task<answer<User>> Accounts::update_user(std::string id, AdminUser change, Client client) {
  auto found = co_await find_user(id, client);
  if (!found) co_return found;
  User user = *std::move(found);
  bool moves = false;
  if (change.email) {
    AUTH_TRY(const std::string email, check_email(*change.email));
    moves = email != user.email;
    user.email = email;
  }
  const std::string old_phone = user.phone;
  if (change.phone) {
    AUTH_TRY(user.phone, check_phone(*change.phone));
  }
  const bool phone_moves = user.phone != old_phone;
  if (phone_moves) {
    auto is_free = co_await require_free_phone(user.phone, client);
    if (!is_free) co_return std::unexpected(std::move(is_free).error());
  }
  const bool was_confirmed = user.phone_confirmed_at != 0;
  auto applied = co_await apply_admin(user, change);
  if (!applied) co_return std::unexpected(std::move(applied).error());
  user.updated_at = now_us();
  if (phone_moves) {
    auto adopted = co_await adopt_phone(user, client);
    if (!adopted) co_return std::unexpected(std::move(adopted).error());
  } else if (!was_confirmed && user.phone_confirmed_at != 0) {
    auto written = co_await write_phone_identity(user, client);
    if (!written) co_return std::unexpected(std::move(written).error());
  }
  if (moves) {
    auto adopted = co_await adopt_email(user, client);
    if (!adopted) co_return std::unexpected(std::move(adopted).error());
  } else {
    auto saved = co_await save(user, client);
    if (!saved) co_return std::unexpected(std::move(saved).error());
  }
  if (change.password) {
    auto ended = co_await end_sessions(user.id, "", client);
    if (!ended) co_return std::unexpected(std::move(ended).error());
  }
  auto logged = co_await audit("user_modified", user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return user;
}

task<answer<void>> Accounts::delete_user(std::string id, Deletion deletion, Client client) {
  auto found = co_await find_user(id, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  User user = *std::move(found);
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(user.id)});
  if (deletion == Deletion::hard) {
    auto removed = co_await users_.remove(std::move(where), client.deadline);
    if (!removed) co_return std::unexpected(std::move(removed).error());
    auto logged = co_await audit("user_deleted", user, client);
    co_return logged;
  }
  if (!user.email.empty()) user.email = hash_link(user.id + user.email);
  user.password.clear();
  if (!user.phone.empty()) user.phone = hash_link(user.id + user.phone).substr(0, 15);
  user.email_change.clear();
  user.phone_change.clear();
  user.user_metadata = user.app_metadata = "{}";
  user.deleted_at = user.updated_at = now_us();
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  std::vector<Condition> of_user;
  of_user.push_back({"user_id", store::Op::eq, Value::text(user.id)});
  auto without_factors = co_await factors_.remove(of_user, client.deadline);
  if (!without_factors) co_return std::unexpected(std::move(without_factors).error());
  auto without_passkeys = co_await passkeys_.remove(of_user, client.deadline);
  if (!without_passkeys) co_return std::unexpected(std::move(without_passkeys).error());
  auto without_grants = co_await oauth_consents_.remove(of_user, client.deadline);
  if (!without_grants) co_return std::unexpected(std::move(without_grants).error());
  auto removed = co_await identities_.remove(std::move(of_user), client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  auto dropped = co_await drop_tokens(user.id, client);
  if (!dropped) co_return std::unexpected(std::move(dropped).error());
  auto ended = co_await end_sessions(user.id, "", client);
  if (!ended) co_return std::unexpected(std::move(ended).error());
  auto logged = co_await audit("user_deleted", user, client);
  co_return logged;
}

task<answer<User>> Accounts::invite(SignUp wanted, Client client) {
  AUTH_CHECK(require_mailer());
  AUTH_TRY(wanted.email, check_email(wanted.email));
  auto found = co_await load_user("email", wanted.email, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (*found && (*found)->email_confirmed_at != 0) co_return taken();
  User user = *found ? **found : new_user(wanted.email, wanted.data);
  if (!*found) {
    auto saved = co_await save_new(user, client);
    if (!saved) co_return std::unexpected(std::move(saved).error());
    if (!*saved) co_return taken();
  }
  Notice notice{LinkKind::invite, user.email, wanted.redirect_to};
  auto sent = co_await send_link(user, std::move(notice), client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  auto logged = co_await audit("user_invited", user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return user;
}

// The user that a link is for: found, or made where the kind of link makes one.
task<answer<User>> Accounts::user_of_link(LinkRequest& wanted, Client client) {
  auto found = co_await load_user("email", wanted.email, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (*found) {
    const bool is_new_only = wanted.type == "invite" || wanted.type == "signup";
    if (is_new_only && (*found)->email_confirmed_at != 0) co_return taken();
    co_return **std::move(found);
  }
  if (wanted.type == "recovery" || wanted.type.starts_with("email_change")) co_return no_user();
  if (wanted.type == "magiclink") wanted.type = "signup";
  User user = new_user(wanted.email, wanted.data);
  if (!wanted.password.empty()) {
    AUTH_CHECK(co_await check_password(wanted.password));
    auto hashed = co_await hash_password(wanted.password);
    if (!hashed) co_return std::unexpected(std::move(hashed).error());
    user.password = *std::move(hashed);
  }
  auto saved = co_await save_new(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  if (!*saved) co_return taken();
  co_return user;
}

task<answer<MadeLink>> Accounts::make_link(LinkRequest wanted, Client client) {
  AUTH_TRY(wanted.email, check_email(wanted.email));
  constexpr std::string_view types[] = {"signup",   "invite",               "magiclink",
                                        "recovery", "email_change_current", "email_change_new"};
  if (std::ranges::find(types, wanted.type) == std::end(types))
    co_return refuse(400, "validation_failed", "Invalid email action link type requested: " + wanted.type);
  const bool is_change = wanted.type.starts_with("email_change");
  if (is_change) {
    AUTH_TRY(wanted.new_email, check_email(wanted.new_email));
  }
  auto found = co_await user_of_link(wanted, client);
  if (!found) co_return std::unexpected(std::move(found).error());
  User user = *std::move(found);
  LinkKind kind = LinkKind::email_change;
  for (const LinkKind known :
       {LinkKind::signup, LinkKind::invite, LinkKind::magiclink, LinkKind::recovery})
    if (link_kind_name(known) == wanted.type) kind = known;
  const std::string slot = is_change ? wanted.type : std::string(slot_of(kind));
  const bool is_new = wanted.type == "email_change_new";
  const Notice notice{kind, is_new ? wanted.new_email : user.email, wanted.redirect_to};
  auto minted = co_await mint(user, slot, notice, client);
  if (!minted) co_return std::unexpected(std::move(minted).error());
  if (is_change) user.email_change = wanted.new_email;
  if (is_change) user.email_change_sent_at = now_us();
  if (kind == LinkKind::invite) user.invited_at = now_us();
  if (slot == "confirmation") user.confirmation_sent_at = now_us();
  if (slot == "recovery") user.recovery_sent_at = now_us();
  auto saved = co_await save(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  MadeLink made;
  made.action_link = link_url({kind, user.email, wanted.redirect_to}, minted->link);
  made.code = minted->code;
  made.token = minted->link;
  made.type = wanted.type;
  made.redirect_to = redirect_for(wanted.redirect_to);
  made.user = std::move(user);
  co_return made;
}

}  // namespace trivet::auth
