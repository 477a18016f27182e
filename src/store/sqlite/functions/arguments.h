// Arguments and results of SQL functions in terms of our own types. Internal to the functions.
#pragma once

#include <sqlite3.h>

#include <string_view>

#include "value/type.h"
#include "value/value.h"

namespace trivet {
class Arena;
}

namespace trivet::store::sqlite {

inline constexpr int pure_function = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

// Text of an argument; valid until the function returns.
inline std::string_view argument_text(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return {text, static_cast<size_t>(sqlite3_value_bytes(value))};
}

inline bool any_null(int count, sqlite3_value** arguments) {
  for (int i = 0; i < count; ++i)
    if (sqlite3_value_type(arguments[i]) == SQLITE_NULL) return true;
  return false;
}

inline void return_text(sqlite3_context* call, std::string_view text) {
  sqlite3_result_text64(call, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

// A stored cell as the Value of its type, and the other way round.
[[nodiscard]] Value value_of_argument(sqlite3_value* argument, Type type, Arena& arena);
void return_value(sqlite3_context* call, Value value, Type type);

}  // namespace trivet::store::sqlite
