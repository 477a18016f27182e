// JSON of any bytes: checking and walking stay inside; what is accepted has a jsonb form that is
// stable, equal to its source, and contains it. Literals of any bytes are coerced to every type.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "value/coerce.h"
#include "value/jsonb.h"

namespace trivet {
namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

size_t walk(JsonValue value, Arena& arena, int depth) {
  size_t sum = value.raw().size();
  if (depth > 200) return sum;
  switch (value.kind()) {
    case JsonKind::string:
      return sum + value.as_string().text(arena).size();
    case JsonKind::array:
      for (const JsonValue& element : value.elements()) sum += walk(element, arena, depth + 1);
      return sum;
    case JsonKind::object:
      for (const JsonMember& member : value.members()) {
        check(member.key.equals(member.key.text(arena)));
        sum += walk(member.value, arena, depth + 1);
      }
      return sum;
    default:
      return sum;
  }
}

void check_accepted(JsonValue value, Arena& arena) {
  const result<std::string_view> normal = normalise_jsonb(value, arena);
  if (!normal) {
    check(normal.error().code == ErrorCode::untranslatable_character);
    return;
  }
  const auto parsed = parse_json(*normal, 64);
  check(parsed.has_value());
  check(*normalise_jsonb(*parsed, arena) == *normal);
  check(compare_jsonb(*parsed, value) == 0);
  check(jsonb_contains(value, *parsed) && jsonb_contains(*parsed, value));
}

void check_coercion(std::string_view text, Arena& arena) {
  for (int type = 0; type <= static_cast<int>(Type::other_text); ++type) {
    CoerceContext context;
    context.precision = 10;
    context.scale = 2;
    static_cast<void>(coerce_text(text, static_cast<Type>(type), context, arena));
    static_cast<void>(coerce_text_list(text, static_cast<Type>(type), context, arena));
  }
}

}  // namespace
}  // namespace trivet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet;
  // A copy of the exact size, so that a read behind the end is seen.
  const std::vector<char> exact(data, data + size);
  const std::string_view text(exact.data(), exact.size());
  Arena arena;
  walk(JsonValue::trusted(text), arena, 0);
  if (const auto parsed = parse_json(text, 64)) check_accepted(*parsed, arena);
  check_coercion(text, arena);
  return 0;
}
