// A call → SQL text and its values, all of them texts (or bytes). Pure.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/procedure.h"

namespace trivet::store::postgres {

struct CallText {
  std::string sql;  // gives one row: body text, rows int8, total int8 (null if not counted)
  std::vector<std::string> values;
};

// Errors: undefined_column; bad_character for a value with U+0000.
[[nodiscard]] result<CallText> render_call(const Call& call);

}  // namespace trivet::store::postgres
