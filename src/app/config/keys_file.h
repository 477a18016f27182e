// The file with the project's one secret (auth.keys_file): read, made, and checked for who else can
// read it. Blocking.
#pragma once

#include <optional>
#include <string>

#include "app/config/config.h"
#include "auth/keys.h"
#include "base/error.h"
#include "base/random.h"

namespace trivet::app {

// Where it is, the project's folder taken into account.
[[nodiscard]] std::string keys_path(const Config& config);

// The keys of auth.jwt_secret, else of the file; nullopt if there is neither. Errors: a secret that
// is too short, a file that can't be read.
[[nodiscard]] result<std::optional<auth::ProjectKeys>> load_keys(const Config& config);

enum class Existing : unsigned char { keep, replace };
// Writes a file with a new secret, readable by its owner alone. With Existing::keep a file that is
// there stays as it is.
[[nodiscard]] result<auth::ProjectKeys> create_keys(const Config& config, Random& random,
                                                    Existing existing);

// Says what is wrong if others than the owner can read `path`; nullopt if it is fine or absent.
[[nodiscard]] std::optional<std::string> readable_by_others(const std::string& path);

}  // namespace trivet::app
