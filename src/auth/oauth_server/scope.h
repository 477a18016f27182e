// Scopes of the OAuth server (RFC 6749, 3.3): what a program may learn of its user. Names between
// blanks, each once, in the order of known_scopes. Pure functions.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace trivet::auth {

inline constexpr std::array<std::string_view, 5> known_scopes = {"openid", "profile", "email",
                                                                 "phone", "offline_access"};

// nullopt for a name that isn't known, or none at all.
[[nodiscard]] std::optional<std::string> parse_scope(std::string_view text);
[[nodiscard]] bool has_scope(std::string_view scope, std::string_view name);
// Whether every name of `wanted` is in `granted`.
[[nodiscard]] bool covers_scope(std::string_view granted, std::string_view wanted);
// Of parsed ones.
[[nodiscard]] std::string join_scopes(std::string_view one, std::string_view other);

}  // namespace trivet::auth
