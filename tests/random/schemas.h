// The schemas that random operations run on: all field types, all kinds of relations and actions,
// rules.
#pragma once

#include <string>
#include <vector>

namespace trivet::random {

struct NamedSchema {
  std::string name;
  std::string text;
};

[[nodiscard]] const std::vector<NamedSchema>& schemas();

}  // namespace trivet::random
