#include "auth/roles/role_claim.h"

#include <fmt/format.h>

#include <charconv>

#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr uint32_t claims_depth_max = 64;

// Takes one step off the front; nullopt if none is there.
std::optional<RoleClaim::Step> take_step(std::string_view& rest) {
  RoleClaim::Step step;
  if (rest.front() == '[') {
    const size_t close = rest.find(']');
    if (close == rest.npos) return std::nullopt;
    const std::string_view digits = rest.substr(1, close - 1);
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), step.index);
    if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    step.is_index = true;
    rest.remove_prefix(close + 1);
    return step;
  }
  if (rest.front() != '.') return std::nullopt;
  rest.remove_prefix(1);
  if (rest.starts_with('"')) {
    const size_t close = rest.find('"', 1);
    if (close == rest.npos) return std::nullopt;
    step.name = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  } else {
    const size_t end = std::min(rest.find_first_of(".["), rest.size());
    step.name = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  if (step.name.empty()) return std::nullopt;
  return step;
}

std::optional<JsonValue> element_at(const JsonValue& array, size_t index) {
  if (array.kind() != JsonKind::array) return std::nullopt;
  size_t at = 0;
  for (const JsonValue& element : array.elements())
    if (at++ == index) return element;
  return std::nullopt;
}

}  // namespace

result<RoleClaim> parse_role_claim(std::string_view text) {
  RoleClaim claim{.path = {}};
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto step = take_step(rest);
    if (!step)
      return fail(ErrorCode::bad_config, fmt::format("\"{}\" is no path to a claim", text), {},
                  "write .role, .app.roles[0] or .\"a name with dots\"; filters are not supported");
    claim.path.push_back(*step);
  }
  if (claim.path.empty()) return fail(ErrorCode::bad_config, "a path to a claim is empty", {}, "write .role");
  return claim;
}

std::optional<std::string> find_role(std::string_view claims_json, const RoleClaim& claim) {
  const auto claims = parse_json(claims_json, claims_depth_max);
  if (!claims) return std::nullopt;
  std::optional<JsonValue> at = *claims;
  for (const RoleClaim::Step& step : claim.path) {
    at = step.is_index ? element_at(*at, step.index) : at->find(step.name);
    if (!at) return std::nullopt;
  }
  if (at->kind() != JsonKind::string) return std::nullopt;
  std::string role;
  at->as_string().append_to(role);
  return role;
}

}  // namespace trivet::auth
