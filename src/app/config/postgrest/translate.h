// PostgREST's settings → the text of a trivet.toml, in which those that have no counterpart stand
// as comments with the reason. Pure.
#pragma once

#include <string>
#include <vector>

#include "app/config/postgrest/file.h"

namespace trivet::app {

struct TranslatedConfig {
  std::string toml;                // holds what was secret before: the password, the JWT secret
  std::vector<std::string> notes;  // "db-pre-request: …", of what isn't there or is otherwise
};

[[nodiscard]] TranslatedConfig translate_postgrest(const PostgrestSettings& settings);

}  // namespace trivet::app
