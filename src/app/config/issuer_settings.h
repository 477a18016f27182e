// The settings of one [[auth.issuers]] of trivet.toml: a table like settings.h's, for things that there
// can be several of. They have no variables and no flags. Static data; pure functions.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config/config.h"
#include "app/config/toml_file.h"
#include "base/error.h"

namespace trivet::app {

inline constexpr std::string_view issuers_prefix = "auth.issuers.";

// Takes an entry whose name begins with issuers_prefix. Errors: bad_config, what is expected.
[[nodiscard]] result<void> set_issuer(Config& config, const TomlEntry& entry);

// What can't be used of them, by itself or beside the other settings; empty = nothing.
[[nodiscard]] std::string problem_of_issuers(const Config& config);

// Theirs, with files as paths from here and not from the project's folder.
[[nodiscard]] std::vector<auth::IssuerOptions> issuers_of(const Config& config);

// As TOML; empty if there are none. And as a JSON array.
[[nodiscard]] std::string print_issuers(const Config& config);
[[nodiscard]] std::string print_issuers_json(const Config& config);

}  // namespace trivet::app
