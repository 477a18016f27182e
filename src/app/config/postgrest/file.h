// Reads PostgREST's configuration: lines of a postgrest.conf (`db-uri = "…"`), of an environment
// (PGRST_DB_URI=…), or both, where the environment wins. Any bytes are allowed. Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace trivet::app {

using PostgrestSettings = std::map<std::string, std::string>;  // by names as in the file

// For $(NAME) in a text.
using PostgrestVariables = std::function<std::optional<std::string>(const std::string& name)>;

// Other variables than PGRST_… are passed over. Errors (bad_config) name the line.
[[nodiscard]] result<PostgrestSettings> read_postgrest_file(std::string_view text,
                                                            const PostgrestVariables& variables);

}  // namespace trivet::app
