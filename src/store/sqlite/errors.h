// SQLite's result codes as our errors: one table with a stated default (internal, XX000).
//
// The public text never holds SQLite's own: that goes to Error::log_text. Constraint violations get
// their public text from violation.h, which knows the schema. Pure.
#pragma once

#include <source_location>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;

namespace trivet::store::sqlite {

// `extended`: an extended result code.
[[nodiscard]] Error error_of_code(int extended, std::string_view driver_text,
                                  std::source_location where = std::source_location::current());
// The last error of the connection.
[[nodiscard]] Error last_error(sqlite3* db,
                               std::source_location where = std::source_location::current());
[[nodiscard]] bool is_constraint_violation(int extended);

}  // namespace trivet::store::sqlite
