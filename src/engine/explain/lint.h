// What is probably not meant: rules that are always or never true, and fields named like secrets
// that their model's readers see.
//
// Warnings, in the order of the schema's text. Sees what follows from one rule by itself; what two
// rules do together is not looked for. Pure; any thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "schema/schema.h"

namespace trivet::engine {

// `schema` passes Engine::check.
[[nodiscard]] std::vector<schema::Diagnostic> lint_rules(
    const std::shared_ptr<const schema::Schema>& schema);

// password, apiKey, reset_token, mfaSecret …
[[nodiscard]] bool is_named_like_secret(std::string_view name);

}  // namespace trivet::engine
