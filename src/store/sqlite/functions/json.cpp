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

void json_get_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  const JsonValue document = JsonValue::trusted(argument_text(arguments[0]));
  const auto found = sqlite3_value_type(arguments[1]) == SQLITE_INTEGER
                         ? json_get(document, int64_t{sqlite3_value_int64(arguments[1])})
                         : json_get(document, argument_text(arguments[1]));
  if (found) return_text(call, found->raw());
}

void json_text_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  Arena arena;
  if (const auto text = json_as_text(JsonValue::trusted(argument_text(arguments[0])), arena))
    return_text(call, *text);
}

void json_compare_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  sqlite3_result_int(call, compare_jsonb(JsonValue::trusted(argument_text(arguments[0])),
                                         JsonValue::trusted(argument_text(arguments[1]))));
}

template <int outer>
void contains_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  sqlite3_result_int(call, jsonb_contains(JsonValue::trusted(argument_text(arguments[outer])),
                                          JsonValue::trusted(argument_text(arguments[1 - outer])))
                               ? 1
                               : 0);
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
