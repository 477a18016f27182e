#include "auth/accounts/accounts.h"

#include <algorithm>

#include "auth/accounts/json_object.h"
#include "auth/base64url.h"
#include "auth/providers/providers.h"
#include "auth/redirect.h"
#include "auth/ring/seal.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

constexpr size_t email_bytes_max = 255;

// One '@', a name before it, a dotted host after it, no blanks or controls: the mail that arrives is
// the real proof.
bool is_email(std::string_view text) {
  const size_t at = text.find('@');
  if (text.size() > email_bytes_max || at == text.npos || at == 0 || at > 64) return false;
  const std::string_view host = text.substr(at + 1);
  const bool is_plain = std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f && c != ',' && c != ';' && c != '<' &&
           c != '>' && c != '"' && c != '(' && c != ')' && c != '\\';
  });
  return is_plain && host.find('@') == host.npos && host.find('.') != host.npos &&
         host.front() != '.' && host.back() != '.' && host.find("..") == host.npos;
}

// What fills nonces.
class EnvironmentRandom final : public Random {
 public:
  explicit EnvironmentRandom(engine::Environment& environment) : environment_(environment) {}
  void fill(std::span<std::byte> bytes) override {
    environment_.random_bytes(reinterpret_cast<char*>(bytes.data()), bytes.size());
  }

 private:
  engine::Environment& environment_;
};

std::string sealing_key(std::string_view secret) {
  return derive_bytes(secret, "trivet account secrets", 32);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

}  // namespace

Accounts::Accounts(AccountParts parts, AccountOptions options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      users_(parts_.engine, "User"),
      identities_(parts_.engine, "UserIdentity"),
      sessions_(parts_.engine, "Session"),
      tokens_(parts_.engine, "OneTimeToken"),
      codes_(parts_.engine, "AuthCode"),
      states_(parts_.engine, "OAuthState"),
      oauth_codes_(parts_.engine, "OAuthCode"),
      oauth_consents_(parts_.engine, "OAuthConsent"),
      factors_(parts_.engine, "Factor"),
      challenges_(parts_.engine, "FactorChallenge"),
      passkeys_(parts_.engine, "Passkey"),
      ceremonies_(parts_.engine, "WebauthnChallenge"),
      events_(parts_.engine, "AuditEvent") {}

std::string Accounts::make_id() {
  std::string bytes(16, '\0');
  parts_.environment.random_bytes(bytes.data(), bytes.size());
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);  // RFC 9562, 5.4: version 4
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[static_cast<unsigned char>(bytes[i]) >> 4];
    text += digits[static_cast<unsigned char>(bytes[i]) & 15];
  }
  return text;
}

std::string Accounts::random_text(size_t bytes) {
  std::string random(bytes, '\0');
  parts_.environment.random_bytes(random.data(), random.size());
  return encode_base64url(random);
}

std::string Accounts::random_code() {
  constexpr uint32_t codes = 1'000'000;
  uint32_t number = 0;
  do {  // without a bias to small numbers
    parts_.environment.random_bytes(reinterpret_cast<char*>(&number), sizeof number);
  } while (number >= UINT32_MAX - UINT32_MAX % codes);
  std::string code = std::to_string(number % codes);
  return std::string(6 - code.size(), '0') + code;
}

std::string Accounts::seal_for(std::string_view row, std::string_view plain) {
  EnvironmentRandom random(parts_.environment);
  return seal(sealing_key(parts_.secret), plain, row, random);
}

std::optional<std::string> Accounts::unseal_for(std::string_view row,
                                                std::string_view sealed) const {
  return unseal(sealing_key(parts_.secret), sealed, row);
}

bool Accounts::has_provider(std::string_view name) const {
  return parts_.providers != nullptr && parts_.providers->find(name) != nullptr;
}

answer<std::string> Accounts::check_email(std::string_view email) const {
  if (!is_email(email))
    return refuse(400, "validation_failed", "Unable to validate email address: invalid format");
  return lower(email);
}

task<answer<void>> Accounts::check_password(std::string password) const {
  if (password.size() > account_password_bytes_max)
    co_return refuse(400, "validation_failed", "Password cannot be longer than 72 characters");
  if (password.find('\0') != password.npos)
    co_return refuse(400, "validation_failed", "Password must not hold a zero byte");
  std::vector<std::string> reasons = weaknesses(password, options_.password);
  if (reasons.empty() && parts_.breaches != nullptr) {
    const bool is_breached = co_await parts_.breaches->holds(password);
    if (is_breached) reasons.emplace_back("pwned");
  }
  if (reasons.empty()) co_return answer<void>();
  Refusal refusal{422, "weak_password", describe_weaknesses(reasons, options_.password)};
  refusal.weak_reasons = std::move(reasons);
  co_return std::unexpected(std::move(refusal));
}

// By address and before it is looked up, so that it doesn't tell whether there is such a user.
answer<void> Accounts::limit_mail(const std::string& kind, const std::string& email) {
  if (options_.mail_interval_seconds == 0) return {};
  const Rate rate{1, 1.0 / static_cast<double>(options_.mail_interval_seconds)};
  const int64_t wait = parts_.limiter.take("mail " + kind + ' ' + email, rate, now_us());
  if (wait == 0) return {};
  return refuse(429, "over_email_send_rate_limit",
                "For security purposes, you can only request this after " + std::to_string(wait) +
                    " seconds.");
}

answer<void> Accounts::require_mailer() const {
  if (can_send()) return {};
  return refuse(422, "email_provider_disabled", "This server has no way to send mail");
}

std::string Accounts::redirect_for(std::string_view wanted) const {
  return choose_redirect(wanted, options_.site_url, options_.redirect_urls);
}

task<answer<std::optional<User>>> Accounts::load_user(std::string field, std::string value,
                                                      Client client) {
  std::vector<Condition> where;
  where.push_back({field, store::Op::eq, Value::text(value)});
  auto rows = co_await users_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::vector<User> found = read_users(*rows);
  if (found.empty()) co_return std::optional<User>();
  found.front().loaded = std::make_shared<const User>(found.front());
  auto loaded = co_await load_identities(found.front(), client);
  if (!loaded) co_return std::unexpected(std::move(loaded).error());
  auto factors = co_await load_factors(found.front(), client);
  if (!factors) co_return std::unexpected(std::move(factors).error());
  co_return std::optional<User>(std::move(found.front()));
}

task<answer<void>> Accounts::load_identities(User& user, Client client) {
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(user.id)});
  auto rows = co_await identities_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  user.identities = read_identities(*rows);
  co_return answer<void>();
}

User Accounts::new_user(std::string email, const std::string& data) {
  User user;
  user.id = make_id();
  user.aud = options_.audience;
  user.role = "authenticated";
  user.email = std::move(email);
  user.created_at = user.updated_at = now_us();
  user.is_anonymous = user.email.empty();
  user.user_metadata = merge_json("{}", data);
  if (user.email.empty()) return user;
  user.app_metadata = R"({"provider":"email","providers":["email"]})";
  UserIdentity identity = new_identity(user, data);
  user.user_metadata = identity.identity_data;
  user.identities.push_back(std::move(identity));
  return user;
}

UserIdentity Accounts::new_identity(const User& user, const std::string& data) {
  JsonBuilder known;
  known.open_object().member("sub", user.id).member("email", user.email);
  known.member("email_verified", user.email_confirmed_at != 0).member("phone_verified", false);
  known.close();
  UserIdentity identity;
  identity.id = make_id();
  identity.user_id = user.id;
  identity.provider = "email";
  identity.provider_id = user.id;
  identity.identity_data = merge_json(merge_json("{}", data), known.take());
  identity.email = user.email;
  identity.created_at = identity.updated_at = identity.last_sign_in_at = now_us();
  return identity;
}

task<answer<bool>> Accounts::save_new(const User& user, Client client) {
  std::vector<Child> children;
  for (const UserIdentity& identity : user.identities)
    children.push_back({"identities", values_of(identity)});
  auto saved = co_await users_.insert(values_of(user), std::move(children), client.deadline);
  co_return saved;
}

task<answer<bool>> Accounts::save(const User& user, Client client) {
  std::vector<Assignment> values = changes_of(user);
  std::erase_if(values, [](const Assignment& value) { return value.field == "id"; });
  if (values.empty()) co_return true;
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(user.id)});
  auto changed = co_await users_.update(std::move(where), std::move(values), client.deadline);
  if (!changed) co_return std::unexpected(std::move(changed).error());
  co_return *changed >= 0;
}

std::string_view slot_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::signup:
      return "confirmation";
    case LinkKind::invite:
      return invitation_slot;
    case LinkKind::magiclink:
    case LinkKind::recovery:
      return "recovery";
    case LinkKind::reauthentication:
      return "reauthentication";
    case LinkKind::email_change:
      break;
  }
  return "email_change_new";
}

std::string_view link_kind_name(LinkKind kind) {
  constexpr std::string_view names[] = {"signup",   "invite",       "magiclink",
                                        "recovery", "email_change", "reauthentication"};
  return names[static_cast<size_t>(kind)];
}

}  // namespace trivet::auth
