// The table of settings: name, type, documentation and place in Config, declared once. The TOML
// reader, the environment, the command line, --print-config and the documentation all walk this
// table. Static data; pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config/config.h"
#include "base/error.h"

namespace trivet::app {

// Where a setting lives in a Config. size_t is a number of bytes or things; names say which.
using Slot = std::variant<std::string*, std::vector<std::string>*, bool*, uint32_t*, uint64_t*,
                          std::chrono::milliseconds*>;

enum class Takes : uint8_t {
  reload,   // a new value holds from SIGHUP on
  restart,  // … from the next start on
};

struct Setting {
  std::string_view name;  // "server.listen": table and key in trivet.toml
  std::string_view flag;  // "--listen"; empty = only --set
  std::string_view doc;
  Slot (*slot)(Config&);
  bool is_secret = false;                       // never printed
  std::span<const std::string_view> choices{};  // empty = any text
  Takes takes = Takes::reload;
};

[[nodiscard]] std::span<const Setting> settings();
[[nodiscard]] const Setting* find_setting(std::string_view name);

// "TRIVET_SERVER_LISTEN"
[[nodiscard]] std::string environment_name(const Setting& setting);
// "text", "list of text", "true or false", "number", "bytes or number", "duration"
[[nodiscard]] std::string_view type_text(const Setting& setting);

// Reads `text` ("30s", "16MiB", "true", a comma list…) into the setting's place. The error says
// what is expected.
[[nodiscard]] result<void> assign(const Setting& setting, Config& config, std::string_view text);
// The value as TOML writes it; of secrets only whether they are set.
[[nodiscard]] std::string value_text(const Setting& setting, const Config& config);

// Of secrets too.
[[nodiscard]] bool has_same_value(const Setting& setting, const Config& a, const Config& b);
void copy_value(const Setting& setting, const Config& from, Config& to);

}  // namespace trivet::app
