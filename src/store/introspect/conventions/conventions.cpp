#include "store/introspect/conventions/conventions.h"

#include <algorithm>
#include <array>
#include <span>

namespace trivet::store::introspect {
namespace {

using Names = std::span<const std::string_view>;
using schema::ScalarType;

// One entry ending in '*' stands for all names that begin so.
struct Convention {
  std::string_view word;
  std::string_view title;
  Names own_tables;
  Names users;          // the table of users: by its name,
  Names signs_of_user;  // or by a column that only it has
  Names secrets;
  Names made_at;
  Names changed_at;
  Names deleted;  // a time or a boolean
};

constexpr std::array<std::string_view, 5> django_tables = {
    "django_*", "auth_permission", "auth_group_permissions", "auth_user_user_permissions",
    "authtoken_token"};
constexpr std::array<std::string_view, 1> django_users = {"auth_user"};
constexpr std::array<std::string_view, 1> django_signs = {"is_superuser"};
constexpr std::array<std::string_view, 1> django_secrets = {"password"};
constexpr std::array<std::string_view, 3> django_made = {"created_at", "created", "date_joined"};
constexpr std::array<std::string_view, 4> django_changed = {"updated_at", "updated", "modified_at",
                                                            "modified"};
constexpr std::array<std::string_view, 4> django_deleted = {"deleted_at", "deleted", "is_deleted",
                                                            "is_removed"};

constexpr std::array<std::string_view, 6> rails_tables = {
    "schema_migrations", "ar_internal_metadata", "active_storage_*",
    "solid_queue_*",     "solid_cache_*",        "solid_cable_*"};
constexpr std::array<std::string_view, 0> rails_users = {};
constexpr std::array<std::string_view, 2> rails_signs = {"encrypted_password", "password_digest"};
constexpr std::array<std::string_view, 7> rails_secrets = {
    "encrypted_password", "password_digest", "reset_password_token", "confirmation_token",
    "unlock_token",       "otp_secret",      "encrypted_otp_secret"};
constexpr std::array<std::string_view, 2> rails_made = {"created_at", "created_on"};
constexpr std::array<std::string_view, 2> rails_changed = {"updated_at", "updated_on"};
constexpr std::array<std::string_view, 2> rails_deleted = {"deleted_at", "discarded_at"};

constexpr std::array<std::string_view, 9> aspnet_tables = {
    "__EFMigrationsHistory", "AspNetUserTokens", "AspNetUserLogins",
    "AspNetUserClaims",      "AspNetRoleClaims", "DataProtectionKeys",
    "DeviceCodes",           "PersistedGrants",  "OpenIddict*"};
constexpr std::array<std::string_view, 1> aspnet_users = {"AspNetUsers"};
constexpr std::array<std::string_view, 1> aspnet_signs = {"PasswordHash"};
constexpr std::array<std::string_view, 2> aspnet_secrets = {"PasswordHash", "SecurityStamp"};
constexpr std::array<std::string_view, 4> aspnet_made = {"CreatedAt", "CreatedOn", "DateCreated",
                                                         "Created"};
constexpr std::array<std::string_view, 6> aspnet_changed = {
    "UpdatedAt", "UpdatedOn", "ModifiedAt", "ModifiedOn", "LastModifiedAt", "LastModified"};
constexpr std::array<std::string_view, 3> aspnet_deleted = {"DeletedAt", "DeletedOn", "IsDeleted"};

constexpr std::array<std::string_view, 11> laravel_tables = {
    "migrations",      "jobs",   "job_batches",           "failed_jobs",            "cache",
    "cache_locks",     "sessions", "password_resets",     "password_reset_tokens",
    "personal_access_tokens", "telescope_*"};
constexpr std::array<std::string_view, 0> laravel_users = {};
constexpr std::array<std::string_view, 1> laravel_signs = {"remember_token"};
constexpr std::array<std::string_view, 4> laravel_secrets = {
    "password", "remember_token", "two_factor_secret", "two_factor_recovery_codes"};
constexpr std::array<std::string_view, 1> laravel_made = {"created_at"};
constexpr std::array<std::string_view, 1> laravel_changed = {"updated_at"};
constexpr std::array<std::string_view, 1> laravel_deleted = {"deleted_at"};

constexpr Convention none{};
constexpr Convention conventions[] = {
    {"django", "Django", django_tables, django_users, django_signs, django_secrets, django_made,
     django_changed, django_deleted},
    {"rails", "Rails", rails_tables, rails_users, rails_signs, rails_secrets, rails_made,
     rails_changed, rails_deleted},
    {"aspnet", "ASP.NET", aspnet_tables, aspnet_users, aspnet_signs, aspnet_secrets, aspnet_made,
     aspnet_changed, aspnet_deleted},
    {"laravel", "Laravel", laravel_tables, laravel_users, laravel_signs, laravel_secrets,
     laravel_made, laravel_changed, laravel_deleted},
};

const Convention& convention_of(Framework framework) {
  return framework == Framework::none ? none : conventions[static_cast<size_t>(framework) - 1];
}

bool holds(Names names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view one) {
    return one.ends_with('*') ? name.starts_with(one.substr(0, one.size() - 1)) : name == one;
  });
}

bool is_user_table(const Convention& convention, const LiveTable& table) {
  return holds(convention.users, schema::split_name(table.name).name) ||
         std::ranges::any_of(table.columns, [&](const LiveColumn& column) {
           return holds(convention.signs_of_user, column.name);
         });
}

// Only one model can be that of auth(): the table with the framework's own name, else the first.
bool is_users(const LiveDatabase& live, int table) {
  const Convention& convention = convention_of(live.framework);
  const auto named = std::ranges::find_if(
      live.tables, [&](const LiveTable& one) { return holds(convention.users, schema::split_name(one.name).name); });
  const auto first = named != live.tables.end()
                         ? named
                         : std::ranges::find_if(live.tables, [&](const LiveTable& one) {
                             return !one.is_view && is_user_table(convention, one);
                           });
  return first != live.tables.end() && first - live.tables.begin() == table;
}

}  // namespace

std::optional<Framework> find_framework(std::string_view name) {
  for (size_t i = 0; i < std::size(conventions); ++i)
    if (conventions[i].word == name) return static_cast<Framework>(i + 1);
  return std::nullopt;
}

std::string_view framework_name(Framework framework) { return convention_of(framework).title; }

bool is_frameworks_own(const LiveDatabase& live, int table) {
  return holds(convention_of(live.framework).own_tables, schema::split_name(live.tables[table].name).name);
}

std::string join_comment(const LiveDatabase& live, int table) {
  const LiveTable& own = live.tables[table];
  if (live.framework == Framework::none || own.foreign_keys.size() != 2) return {};
  const bool only_keys = std::ranges::all_of(own.columns, [&](const LiveColumn& column) {
    const bool is_id = own.primary_key.size() == 1 && own.primary_key.front() == column.name;
    return is_id || std::ranges::any_of(own.foreign_keys, [&](const LiveForeignKey& key) {
             return std::ranges::find(key.columns, column.name) != key.columns.end();
           });
  });
  if (!only_keys) return {};
  return "Joins " + schema::told_name(own.foreign_keys[0].table) + " and " + schema::told_name(own.foreign_keys[1].table) + ".";
}

std::string column_attribute(const LiveDatabase& live, int table, int column) {
  const Convention& convention = convention_of(live.framework);
  const LiveTable& own = live.tables[table];
  const LiveColumn& it = own.columns[column];
  if (own.is_view) return {};
  const bool has_no_default = it.default_value.kind == schema::DefaultKind::none;
  if (it.type == ScalarType::datetime && !it.is_list && has_no_default &&
      holds(convention.changed_at, it.name))
    return "@updatedAt";
  if (holds(convention.secrets, it.name) && is_user_table(convention, own))
    return "@deny('all', true)";
  return {};
}

std::vector<std::string> model_attributes(const LiveDatabase& live, int table,
                                          const std::vector<std::string>& fields) {
  const Convention& convention = convention_of(live.framework);
  const LiveTable& own = live.tables[table];
  std::vector<std::string> attributes;
  if (own.is_view) return attributes;
  if (is_users(live, table)) attributes.emplace_back("@@auth");
  for (size_t i = 0; i < own.columns.size(); ++i) {
    const LiveColumn& column = own.columns[i];
    if (!holds(convention.deleted, column.name)) continue;
    if (column.type == ScalarType::datetime && !column.required)
      attributes.push_back("@@deny('read', " + fields[i] + " != null)");
    if (column.type == ScalarType::boolean)
      attributes.push_back("@@deny('read', " + fields[i] +
                           (column.required ? ")" : " == true)"));
  }
  return attributes;
}

std::vector<std::string> convention_warnings(const LiveDatabase& live, int table) {
  const Convention& convention = convention_of(live.framework);
  const LiveTable& own = live.tables[table];
  std::vector<std::string> warnings;
  if (own.is_view || is_frameworks_own(live, table)) return warnings;
  for (const LiveColumn& column : own.columns)
    if (column.required && column.type == ScalarType::datetime &&
        column.default_value.kind == schema::DefaultKind::none &&
        holds(convention.made_at, column.name))
      warnings.push_back("column \"" + own.name + "\".\"" + column.name + "\" is filled by " +
                         std::string(convention.title) +
                         " and not by the database: whoever adds a row must give it, unless the "
                         "column gets DEFAULT CURRENT_TIMESTAMP");
  return warnings;
}

}  // namespace trivet::store::introspect
