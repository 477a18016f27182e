#include "auth/imports/foreign_user.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "auth/accounts/json_object.h"
#include "auth/accounts/tokens.h"
#include "auth/passwords/password_hash.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

constexpr int64_t for_good = 7'258'118'400'000'000;  // the year 2200, µs

// A column, and the member of user_metadata that it becomes.
struct Extra {
  std::string_view column;
  std::string_view member;
};

// Empty: the system has no such column.
struct Columns {
  std::string_view name;
  std::string_view id, email, hash, other_hash;
  std::string_view confirmed_at, is_confirmed;
  std::string_view created_at, last_sign_in_at;
  std::string_view banned_until, is_active, is_disabled;
  std::string_view user_metadata, app_metadata, role;
  std::array<Extra, 3> extras;
};

// By UserSource.
constexpr Columns systems[] = {
    {"plain", "id", "email", "password_hash", "", "email_confirmed_at", "email_confirmed", "created_at",
     "last_sign_in_at", "banned_until", "", "", "user_metadata", "app_metadata", "role", {}},
    {"django", "id", "email", "password", "", "", "", "date_joined", "last_login", "", "is_active", "", "", "", "",
     {{{"username", "username"}, {"first_name", "first_name"}, {"last_name", "last_name"}}}},
    {"rails", "id", "email", "encrypted_password", "password_digest", "confirmed_at", "", "created_at",
     "last_sign_in_at", "", "", "", "", "", "", {{{"name", "name"}, {"username", "username"}, {"", ""}}}},
    {"aspnet", "Id", "Email", "PasswordHash", "", "", "EmailConfirmed", "", "", "LockoutEnd", "", "", "", "", "",
     {{{"UserName", "username"}, {"", ""}, {"", ""}}}},
    {"firebase", "localId", "email", "passwordHash", "", "", "emailVerified", "createdAt", "lastSignedInAt", "", "",
     "disabled", "", "", "", {{{"displayName", "name"}, {"photoUrl", "avatar_url"}, {"", ""}}}},
    {"supabase", "id", "email", "encrypted_password", "", "email_confirmed_at", "", "created_at", "last_sign_in_at",
     "banned_until", "", "", "raw_user_meta_data", "raw_app_meta_data", "role", {}},
};

std::unexpected<Error> wrong(std::string text) {
  return fail(ErrorCode::bad_config, std::move(text));
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

// RFC 9562, 5.5: the same name always gives the same id.
std::string uuid_of(std::string_view name) {
  constexpr std::string_view space = "trivet users import ";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  const std::string text = std::string(space) + std::string(name);
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0f) | 0x50);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3f) | 0x80);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id;
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
    id += digits[digest[i] >> 4];
    id += digits[digest[i] & 15];
  }
  return id;
}

result<bool> is_left_out(const SourceRow& row, UserSource source) {
  if (source != UserSource::supabase) return false;
  if (row.text("deleted_at")) return true;
  for (const std::string_view name : {"is_sso_user", "is_anonymous"}) {
    TRIVET_TRY(const std::optional<bool> flag, row.flag(name));
    if (flag.value_or(false)) return true;
  }
  return false;
}

result<std::string> hash_of(const SourceRow& row, const Columns& columns,
                            const MappingOptions& options) {
  if (row.has("password") && options.source == UserSource::plain)
    return wrong("there is a column `password`: passwords themselves aren't taken, only password_hash");
  std::optional<std::string> hash = row.text(columns.hash);
  if (!hash && !columns.other_hash.empty()) hash = row.text(columns.other_hash);
  if (!hash) return std::string();
  // Django's mark of accounts that sign in by other means.
  if (options.source == UserSource::django && hash->starts_with('!')) return std::string();
  if (options.source == UserSource::aspnet) *hash = "aspnet:" + *hash;
  if (options.source == UserSource::firebase) {
    if (!options.firebase)
      return wrong("Firebase's hashes need the project's parameters: --hash-config FILE");
    *hash = print_firebase_hash(*options.firebase, row.text("salt").value_or(""), *hash);
  }
  if (const auto checked = check_password_hash(*hash); !checked)
    return wrong(std::string(columns.hash) + ": " + checked.error().details);
  return *std::move(hash);
}

result<void> read_times(const SourceRow& row, const Columns& columns,
                        const MappingOptions& options, ImportedUser& user) {
  TRIVET_TRY(user.created_at, row.time(columns.created_at));
  TRIVET_TRY(user.last_sign_in_at, row.time(columns.last_sign_in_at));
  TRIVET_TRY(user.email_confirmed_at, row.time(columns.confirmed_at));
  TRIVET_TRY(const std::optional<bool> is_confirmed, row.flag(columns.is_confirmed));
  TRIVET_TRY(user.banned_until, row.time(columns.banned_until));
  TRIVET_TRY(const std::optional<bool> is_active, row.flag(columns.is_active));
  TRIVET_TRY(const std::optional<bool> is_disabled, row.flag(columns.is_disabled));
  if (user.created_at == 0) user.created_at = options.now_us;
  const bool counts = is_confirmed.value_or(false) || options.confirmation == Confirmation::all;
  if (counts && user.email_confirmed_at == 0) user.email_confirmed_at = user.created_at;
  if (!is_active.value_or(true) || is_disabled.value_or(false)) user.banned_until = for_good;
  return {};
}

std::string extras_of(const SourceRow& row, const Columns& columns) {
  JsonBuilder json;
  json.open_object();
  for (const Extra& extra : columns.extras)
    if (const auto text = extra.column.empty() ? std::nullopt : row.text(extra.column))
      json.member(extra.member, *text);
  return json.close().take();
}

result<void> read_metadata(const SourceRow& row, const Columns& columns,
                           const std::string& id, ImportedUser& user) {
  TRIVET_TRY(const std::string given, row.object(columns.user_metadata));
  user.user_metadata = merge_json(given, extras_of(row, columns));
  TRIVET_TRY(const std::string of_app, row.object(columns.app_metadata));
  user.app_metadata = of_app;
  if (id.empty() || id == user.id) return {};
  JsonBuilder origin;
  origin.open_object().member("imported_from", columns.name).member("imported_id", id).close();
  user.app_metadata = merge_json(of_app, origin.take());
  return {};
}

}  // namespace

std::optional<UserSource> parse_user_source(std::string_view name) {
  const auto* found = std::ranges::find(systems, name, &Columns::name);
  if (found == std::end(systems)) return std::nullopt;
  return static_cast<UserSource>(found - std::begin(systems));
}

result<std::optional<ImportedUser>> map_user(const SourceRow& row, const MappingOptions& options) {
  const Columns& columns = systems[static_cast<size_t>(options.source)];
  TRIVET_TRY(const bool is_out, is_left_out(row, options.source));
  if (is_out) return std::optional<ImportedUser>();
  ImportedUser user;
  std::optional<std::string> email = row.text(columns.email);
  if (!email && options.source == UserSource::django) email = row.text("username");
  if (!email) return wrong("there is no email: users are known by their addresses");
  user.email = *std::move(email);
  const std::string id = row.text(columns.id).value_or("");
  // Of Supabase's own, or of ASP.NET's GUIDs.
  user.id = lower(id);
  if (!is_uuid(user.id))
    user.id = uuid_of(std::string(columns.name) + ':' + (id.empty() ? lower(user.email) : id));
  user.role = row.text(columns.role).value_or("");
  if (user.role == "service_role" || user.role == "supabase_admin" || user.role == "anon")
    return wrong("role: nobody becomes " + user.role + " by being imported");
  TRIVET_TRY(user.password_hash, hash_of(row, columns, options));
  TRIVET_CHECK(read_times(row, columns, options, user));
  TRIVET_CHECK(read_metadata(row, columns, id, user));
  return std::optional(std::move(user));
}

}  // namespace trivet::auth
