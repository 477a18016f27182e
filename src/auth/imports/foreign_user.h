// A row of another system's table of users → an ImportedUser: which column is what, for Django, Rails (Devise),
// ASP.NET Core Identity, Firebase, Supabase, and for a table in our own terms. Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "auth/imports/firebase_hash.h"
#include "auth/imports/imported_user.h"
#include "auth/imports/source_row.h"

namespace trivet::auth {

enum class UserSource : uint8_t { plain, django, rails, aspnet, firebase, supabase };
// "django" …; nullopt: unknown.
[[nodiscard]] std::optional<UserSource> parse_user_source(std::string_view name);

enum class Confirmation : uint8_t {
  as_told,  // where the source says so
  all,      // every address counts as its owner's
};

struct MappingOptions {
  UserSource source = UserSource::plain;
  Confirmation confirmation = Confirmation::as_told;
  std::optional<FirebaseHash> firebase{};
  int64_t now_us = 0;  // when a time isn't told
};

// nullopt: one to leave out (deleted, anonymous, signed in by SSO alone). Errors (bad_config) say what is wrong with which
// column, without what it holds.
[[nodiscard]] result<std::optional<ImportedUser>> map_user(const SourceRow& row,
                                                           const MappingOptions& options);

}  // namespace trivet::auth
