#include "value/jsonb.h"

#include <algorithm>
#include <vector>

#include "value/decimal.h"
#include "value/fold.h"
#include "value/json_writer.h"

namespace trivet {
namespace {

// Text of our own has Limits::json_depth_max; what another program stored may be deeper, and must
// not cost the stack.
constexpr int depth_max = 1000;

int sign(bool less, bool greater) { return static_cast<int>(greater) - static_cast<int>(less); }

struct DecodedMember {
  std::string_view key;
  JsonValue value;
};

// jsonb's key order: shorter first, then by bytes.
int compare_keys(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return compare_text(left, right);
}

// Members as jsonb stores them: sorted, the last of equal keys.
std::vector<DecodedMember> sorted_members(JsonValue object, Arena& arena) {
  std::vector<DecodedMember> members;
  for (const JsonMember& member : object.members()) {
    members.push_back({member.key.text(arena), member.value});
  }
  // Values view one text, so that where they begin is the order in which they were given.
  std::ranges::sort(members, [](const DecodedMember& a, const DecodedMember& b) {
    const int order = compare_keys(a.key, b.key);
    return order != 0 ? order < 0 : a.value.raw().data() < b.value.raw().data();
  });
  size_t kept = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    const bool last = i + 1 == members.size() || members[i].key != members[i + 1].key;
    if (last) members[kept++] = members[i];
  }
  members.resize(kept);
  return members;
}

class Normaliser {
 public:
  Normaliser(std::string& out, Arena& arena) : out_(out), arena_(arena) {}

  result<void> append(JsonValue value, int depth) {
    switch (value.kind()) {
      case JsonKind::string:
        return append_text(value.as_string().text(arena_));
      case JsonKind::number:
        append_json_number(out_, value.as_number());
        return {};
      case JsonKind::array:
        return append_array(value, depth);
      case JsonKind::object:
        return append_object(value, depth);
      default:
        out_ += value.raw();
        return {};
    }
  }

 private:
  result<void> append_text(std::string_view text) {
    if (text.contains('\0')) {
      return fail(ErrorCode::untranslatable_character, "unsupported Unicode escape sequence",
                  "\\u0000 cannot be converted to text.");
    }
    append_json_string(out_, text);
    return {};
  }

  static result<void> check_depth(int depth) {
    if (depth < depth_max) return {};
    return fail(ErrorCode::too_complex, "stack depth limit exceeded");
  }

  result<void> append_array(JsonValue array, int depth) {
    TRIVET_CHECK(check_depth(depth));
    out_ += '[';
    bool first = true;
    for (const JsonValue& element : array.elements()) {
      if (!first) out_ += ", ";
      first = false;
      TRIVET_CHECK(append(element, depth + 1));
    }
    out_ += ']';
    return {};
  }

  result<void> append_object(JsonValue object, int depth) {
    TRIVET_CHECK(check_depth(depth));
    out_ += '{';
    bool first = true;
    for (const DecodedMember& member : sorted_members(object, arena_)) {
      if (!first) out_ += ", ";
      first = false;
      TRIVET_CHECK(append_text(member.key));
      out_ += ": ";
      TRIVET_CHECK(append(member.value, depth + 1));
    }
    out_ += '}';
    return {};
  }

  std::string& out_;
  Arena& arena_;
};

// PostgreSQL's order of jsonb types.
int rank(JsonKind kind) {
  switch (kind) {
    case JsonKind::null:
      return 0;
    case JsonKind::string:
      return 1;
    case JsonKind::number:
      return 2;
    case JsonKind::boolean:
      return 3;
    case JsonKind::array:
      return 4;
    case JsonKind::object:
      return 5;
  }
  return 0;
}

bool is_scalar(JsonValue value) { return rank(value.kind()) < 4; }

std::vector<JsonValue> list_elements(JsonValue array) {
  std::vector<JsonValue> elements;
  for (const JsonValue& element : array.elements()) elements.push_back(element);
  return elements;
}

int compare(JsonValue left, JsonValue right, Arena& arena, int depth);

int compare_scalars(JsonValue left, JsonValue right, Arena& arena) {
  switch (left.kind()) {
    case JsonKind::string:
      return compare_text(left.as_string().text(arena), right.as_string().text(arena));
    case JsonKind::number:
      return compare_numeric(left.as_number(), right.as_number());
    case JsonKind::boolean:
      return sign(left.as_boolean() < right.as_boolean(), left.as_boolean() > right.as_boolean());
    default:
      return 0;
  }
}

int compare_arrays(JsonValue left, JsonValue right, Arena& arena, int depth) {
  const std::vector<JsonValue> lefts = list_elements(left);
  const std::vector<JsonValue> rights = list_elements(right);
  if (lefts.size() != rights.size()) return lefts.size() < rights.size() ? -1 : 1;
  for (size_t i = 0; i < lefts.size(); ++i) {
    if (const int order = compare(lefts[i], rights[i], arena, depth + 1); order != 0) return order;
  }
  return 0;
}

int compare_objects(JsonValue left, JsonValue right, Arena& arena, int depth) {
  const std::vector<DecodedMember> lefts = sorted_members(left, arena);
  const std::vector<DecodedMember> rights = sorted_members(right, arena);
  if (lefts.size() != rights.size()) return lefts.size() < rights.size() ? -1 : 1;
  for (size_t i = 0; i < lefts.size(); ++i) {
    if (const int order = compare_text(lefts[i].key, rights[i].key); order != 0) return order;
    const int order = compare(lefts[i].value, rights[i].value, arena, depth + 1);
    if (order != 0) return order;
  }
  return 0;
}

int compare(JsonValue left, JsonValue right, Arena& arena, int depth) {
  if (left.kind() != right.kind()) return rank(left.kind()) < rank(right.kind()) ? -1 : 1;
  if (is_scalar(left)) return compare_scalars(left, right, arena);
  if (depth >= depth_max) return compare_text(left.raw(), right.raw());
  return left.kind() == JsonKind::array ? compare_arrays(left, right, arena, depth)
                                        : compare_objects(left, right, arena, depth);
}

bool equal_scalars(JsonValue left, JsonValue right, Arena& arena) {
  return left.kind() == right.kind() && compare_scalars(left, right, arena) == 0;
}

bool contains(JsonValue left, JsonValue right, Arena& arena, int depth);

bool array_has(const std::vector<JsonValue>& elements, JsonValue wanted, Arena& arena, int depth) {
  return std::ranges::any_of(elements, [&](JsonValue element) {
    if (is_scalar(wanted)) return is_scalar(element) && equal_scalars(element, wanted, arena);
    return element.kind() == wanted.kind() && contains(element, wanted, arena, depth + 1);
  });
}

bool array_contains(JsonValue left, JsonValue right, Arena& arena, int depth) {
  const std::vector<JsonValue> elements = list_elements(left);
  for (const JsonValue& wanted : right.elements()) {
    if (!array_has(elements, wanted, arena, depth)) return false;
  }
  return true;
}

bool object_contains(JsonValue left, JsonValue right, Arena& arena, int depth) {
  const std::vector<DecodedMember> lefts = sorted_members(left, arena);
  for (const DecodedMember& wanted : sorted_members(right, arena)) {
    const auto found = std::ranges::lower_bound(
        lefts, wanted.key,
        [](std::string_view a, std::string_view b) { return compare_keys(a, b) < 0; },
        &DecodedMember::key);
    if (found == lefts.end() || found->key != wanted.key) return false;
    if (!contains(found->value, wanted.value, arena, depth + 1)) return false;
  }
  return true;
}

bool contains(JsonValue left, JsonValue right, Arena& arena, int depth) {
  if (left.kind() != right.kind()) return false;
  if (is_scalar(left)) return equal_scalars(left, right, arena);
  if (depth >= depth_max) return left.raw() == right.raw();
  return left.kind() == JsonKind::array ? array_contains(left, right, arena, depth)
                                        : object_contains(left, right, arena, depth);
}

bool is_empty_array(JsonValue value) {
  return value.kind() == JsonKind::array && value.elements().begin() == JsonEnd{};
}

}  // namespace

result<void> append_jsonb(std::string& out, JsonValue value) {
  Arena arena;
  return Normaliser(out, arena).append(value, 0);
}

result<std::string_view> normalise_jsonb(JsonValue value, Arena& arena) {
  std::string text;
  text.reserve(value.raw().size() + 16);
  TRIVET_CHECK(Normaliser(text, arena).append(value, 0));
  return arena.copy(text);
}

int compare_jsonb(JsonValue left, JsonValue right) {
  // A top-level scalar is an array of one inside jsonb, and arrays compare their sizes first.
  const bool left_empty = is_empty_array(left);
  const bool right_empty = is_empty_array(right);
  if (left_empty && is_scalar(right)) return -1;
  if (right_empty && is_scalar(left)) return 1;
  Arena arena;
  return compare(left, right, arena, 0);
}

bool jsonb_contains(JsonValue left, JsonValue right) {
  Arena arena;
  if (left.kind() == JsonKind::array && is_scalar(right)) {
    return array_has(list_elements(left), right, arena, 0);
  }
  return contains(left, right, arena, 0);
}

std::optional<JsonValue> json_get(JsonValue document, std::string_view key) {
  return document.find(key);
}

std::optional<JsonValue> json_get(JsonValue document, int64_t index) {
  if (document.kind() != JsonKind::array) return std::nullopt;
  if (index < 0) {
    const auto size = static_cast<int64_t>(list_elements(document).size());
    index += size;
    if (index < 0) return std::nullopt;
  }
  for (const JsonValue& element : document.elements()) {
    if (index-- == 0) return element;
  }
  return std::nullopt;
}

std::optional<std::string_view> json_as_text(JsonValue value, Arena& arena) {
  if (value.is_null()) return std::nullopt;
  if (value.kind() == JsonKind::string) return value.as_string().text(arena);
  return value.raw();
}

}  // namespace trivet
