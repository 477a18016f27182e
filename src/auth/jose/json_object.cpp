#include "auth/jose/json_object.h"

#include <algorithm>
#include <unordered_set>

namespace trivet::auth {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

bool has_twice(const element& value) {
  array items;
  if (value.get(items) == simdjson::SUCCESS)
    return std::any_of(items.begin(), items.end(), [](element item) { return has_twice(item); });
  object members;
  if (value.get(members) != simdjson::SUCCESS) return false;
  std::unordered_set<std::string_view> seen;
  for (const auto& member : members)
    if (!seen.insert(member.key).second || has_twice(member.value)) return true;
  return false;
}

}  // namespace

std::optional<object> parse_json_object(simdjson::dom::parser& parser, std::string_view json) {
  if (parser.allocate(json.size() + 1, token_json_depth_max) != simdjson::SUCCESS)
    return std::nullopt;
  element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  object members;
  if (root.get(members) != simdjson::SUCCESS || has_twice(root)) return std::nullopt;
  return members;
}

TextMember text_member(const object& members, std::string_view name) {
  element value;
  if (members.at_key(name).get(value) != simdjson::SUCCESS) return {};
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return {true, std::nullopt};
  return {true, text};
}

}  // namespace trivet::auth
