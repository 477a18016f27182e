// The types that the suite covers, each with values at its edges, and the model that holds them.
#pragma once

#include <string>
#include <vector>

#include "value/type.h"
#include "value/value.h"

namespace trivet::conformance {

struct TypeCase {
  std::string name;         // of the row in docs/capabilities.md, and of the model
  std::string declaration;  // of the field: "Int?"
  Type type;
  std::vector<Value> values;  // views of static texts
  bool is_number = false;
  bool is_ordered = true;   // has an order that clients may rely on
  bool is_list = false;
};

[[nodiscard]] const std::vector<TypeCase>& types();
// One model for each type: id, value (null allowed), and a model to relate to them.
[[nodiscard]] std::string schema_text(const std::string& provider, bool has_lists);

}  // namespace trivet::conformance
