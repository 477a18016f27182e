// Config from its four sources, the later ones winning: defaults, trivet.toml, TRIVET_… variables,
// the command line. Every problem is reported in one run, with file:line:column where it has one.
// No global state: the environment is given.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/config/config.h"
#include "base/error.h"

namespace trivet::app {

// A variable's value, nullopt if unset.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] Environment process_environment();

struct Override {      // from the command line
  std::string name;    // of the setting
  std::string value;   // comma list for lists
  std::string origin;  // "--listen"
};

struct LoadOptions {
  std::string folder = ".";
  Environment environment;
  std::vector<Override> overrides;
};

struct LoadedConfig {
  Config config;
  std::unordered_map<std::string, std::string>
      origins;  // setting → "trivet.toml:3", "TRIVET_LOG_LEVEL", …; default if absent
};

// A missing trivet.toml is fine. Errors: bad_config, one line per problem.
[[nodiscard]] result<LoadedConfig> load_config(const LoadOptions& options);

// The whole configuration as TOML, each value with where it came from; and as JSON.
[[nodiscard]] std::string print_config(const LoadedConfig& loaded);
[[nodiscard]] std::string print_config_json(const LoadedConfig& loaded);

}  // namespace trivet::app
