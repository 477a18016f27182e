// JSON paths, jsonb's order and containment, and casts.
#include <sqlite3.h>

#include <charconv>
#include <string>

#include "store/sqlite/cells.h"
#include "store/sqlite/functions.h"
#include "store/sqlite/functions/arguments.h"
#include "value/arena.h"
#include "value/coerce.h"
#include "value/jsonb.h"

namespace trivet::store::sqlite {

namespace {

// The document that a JSON column holds, in whatever form (cells.h).
class Document {
 public:
  explicit Document(sqlite3_value* argument) : text_(json_text(argument, buffer_)) {}
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] JsonValue value() const { return JsonValue::trusted(text_); }

 private:
  std::string buffer_;
  std::string_view text_;
};

void json_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  return_text(call, Document(arguments[0]).text());
}

void json_get_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  const Document document(arguments[0]);
  const auto found = sqlite3_value_type(arguments[1]) == SQLITE_INTEGER
                         ? json_get(document.value(), int64_t{sqlite3_value_int64(arguments[1])})
                         : json_get(document.value(), argument_text(arguments[1]));
  if (found) return_text(call, found->raw());
}

void json_text_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  Arena arena;
  const Document document(arguments[0]);
  if (const auto text = json_as_text(document.value(), arena)) return_text(call, *text);
}

void json_compare_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  const Document left(arguments[0]);
  const Document right(arguments[1]);
  sqlite3_result_int(call, compare_jsonb(left.value(), right.value()));
}

template <int outer>
void contains_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  const Document whole(arguments[outer]);
  const Document part(arguments[1 - outer]);
  sqlite3_result_int(call, jsonb_contains(whole.value(), part.value()) ? 1 : 0);
}

void cast_function(sqlite3_context* call, int, sqlite3_value** arguments) {
  if (any_null(1, arguments)) return;
  const Type from = static_cast<Type>(sqlite3_value_int(arguments[1]));
  const Type to = static_cast<Type>(sqlite3_value_int(arguments[2]));
  Arena arena;
  auto cast =
      cast_value(value_of_argument(arguments[0], from, arena), from, to, CoerceContext{}, arena);
  if (!cast) return fail_function(call, std::move(cast).error());
  return_value(call, *cast, to);
}

int compare_documents(void*, int left_size, const void* left, int right_size, const void* right) {
  return compare_jsonb(
      JsonValue::trusted({static_cast<const char*>(left), static_cast<size_t>(left_size)}),
      JsonValue::trusted({static_cast<const char*>(right), static_cast<size_t>(right_size)}));
}

struct Entry {
  const char* name;
  int arguments;
  void (*function)(sqlite3_context*, int, sqlite3_value**);
};

constexpr Entry entries[] = {
    {"trivet_json", 1, json_function},
    {"trivet_json_get", 2, json_get_function},
    {"trivet_json_text", 1, json_text_function},
    {"trivet_json_compare", 2, json_compare_function},
    {"trivet_contains_all", 2, contains_function<0>},
    {"trivet_contained_by", 2, contains_function<1>},
    {"trivet_cast", 3, cast_function},
};

}  // namespace

Value value_of_argument(sqlite3_value* argument, Type type, Arena& arena) {
  return decode_cell(argument, type, arena).value_or(Value::null());
}

void return_value(sqlite3_context* call, Value value, Type type) {
  char buffer[64];
  switch (value.kind()) {
    case ValueKind::null:
      return;
    case ValueKind::boolean:
    case ValueKind::integer:
      return sqlite3_result_int64(call, value.as_integer());
    case ValueKind::floating:
      return sqlite3_result_double(call, value.as_floating());
    case ValueKind::numeric: {
      const Number number = number_of(value.as_text());
      if (number.is_integer) return sqlite3_result_int64(call, number.integer);
      // A result that no column has to hold keeps its scale and all its digits.
      if (!is_stored_exactly(value.as_text())) return return_text(call, value.as_text());
      return sqlite3_result_double(call, number.floating);
    }
    case ValueKind::bytes:
      return sqlite3_result_blob64(call, value.as_text().data(), value.as_text().size(),
                                   SQLITE_TRANSIENT);
    case ValueKind::timestamp:
    case ValueKind::date:
    case ValueKind::time:
      return return_text(call, stored_time_text(value, buffer));
    default:
      (void)type;
      return return_text(call, value.as_text());
  }
}

int register_json_functions(sqlite3* db, FunctionContext& context) {
  for (const Entry& entry : entries) {
    const int code =
        sqlite3_create_function_v2(db, entry.name, entry.arguments, pure_function, &context,
                                   entry.function, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return code;
  }
  return sqlite3_create_collation_v2(db, "trivet_json", SQLITE_UTF8, nullptr, compare_documents,
                                     nullptr);
}

}  // namespace trivet::store::sqlite
