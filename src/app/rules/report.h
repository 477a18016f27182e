// Who may do what in a project, as `trivet rules` prints it: for each model and operation, in words;
// then what a caller without a token can reach, field by field. Pure.
#pragma once

#include <memory>
#include <string>

#include "schema/schema.h"

namespace trivet::app {

// `schema` passes check_servable.
[[nodiscard]] std::string rules_as_text(const std::shared_ptr<const schema::Schema>& schema);
[[nodiscard]] std::string rules_as_json(const std::shared_ptr<const schema::Schema>& schema);

}  // namespace trivet::app
