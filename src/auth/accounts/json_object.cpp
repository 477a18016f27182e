#include "auth/accounts/json_object.h"

#include <optional>

#include "value/json_reader.h"

namespace trivet::auth {
namespace {

void append_member(std::string& out, const JsonMember& member) {
  if (out.size() > 1) out += ',';
  out.append(1, '"').append(member.key.body()).append("\":").append(member.value.raw());
}

std::string name_of(const JsonMember& member) {
  std::string name;
  member.key.append_to(name);
  return name;
}

// Of members given twice the last counts.
bool is_last(JsonValue object, const JsonMember& member) {
  const std::optional<JsonValue> found = object.find(name_of(member));
  return found && found->raw().data() == member.value.raw().data();
}

}  // namespace

std::string merge_json(std::string_view base, std::string_view patch) {
  const JsonValue old = JsonValue::trusted(base);
  const JsonValue fresh = JsonValue::trusted(patch);
  std::string out = "{";
  for (const JsonMember& member : old.members())
    if (is_last(old, member) && !fresh.find(name_of(member))) append_member(out, member);
  for (const JsonMember& member : fresh.members())
    if (is_last(fresh, member) && !member.value.is_null()) append_member(out, member);
  return out += '}';
}

std::string text_member(std::string_view object, std::string_view name) {
  if (object.empty()) return {};
  const std::optional<JsonValue> found = JsonValue::trusted(object).find(name);
  std::string text;
  if (found && found->kind() == JsonKind::string) found->as_string().append_to(text);
  return text;
}

}  // namespace trivet::auth
