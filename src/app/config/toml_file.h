// Reads trivet.toml into a flat list. Internal to app; hides toml++, which is heavy to compile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace trivet::app {

struct TomlEntry {
  std::string name;   // "server.listen"; "auth.issuers.0.role" of a list of tables
  std::string value;  // as text; lists with commas
  enum class Kind : unsigned char { text, number, boolean, list, other } kind = Kind::text;
  std::string place;   // "trivet.toml:3:10"
  std::string origin;  // "trivet.toml:3"
};

// nullopt if there is no such file. Errors: file_error; bad_config with file:line:column.
[[nodiscard]] result<std::optional<std::vector<TomlEntry>>> read_toml(const std::string& path);

}  // namespace trivet::app
