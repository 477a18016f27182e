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
  std::vector<Override> defaults{};  // instead of the built-in ones
};

struct LoadedConfig {
  Config config;
  LoadOptions from{};  // loading it again asks the same sources
  std::unordered_map<std::string, std::string>
      origins;  // setting → "trivet.toml:3", "TRIVET_LOG_LEVEL", …; default if absent
};

// A missing trivet.toml is fine. Errors: bad_config, one line per problem.
[[nodiscard]] result<LoadedConfig> load_config(const LoadOptions& options);

struct Reread {
  LoadedConfig loaded;  // what takes a restart has its old value
  std::vector<std::string> need_restart;  // settings that differ and have it
  bool is_changed = false;                // what can change now did
};
// The configuration as its sources have it now, for a process that runs with `current`.
[[nodiscard]] result<Reread> reread_config(const LoadedConfig& current);

// The whole configuration as TOML, each value with where it came from; and as JSON.
[[nodiscard]] std::string print_config(const LoadedConfig& loaded);
[[nodiscard]] std::string print_config_json(const LoadedConfig& loaded);

}  // namespace trivet::app
