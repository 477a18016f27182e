#include "auth/oauth_server/scope.h"

#include <algorithm>

#include "http/text.h"

namespace trivet::auth {

bool has_scope(std::string_view scope, std::string_view name) {
  while (!scope.empty())
    if (http::take_until(scope, ' ') == name) return true;
  return false;
}

bool covers_scope(std::string_view granted, std::string_view wanted) {
  while (!wanted.empty()) {
    const std::string_view name = http::take_until(wanted, ' ');
    if (!name.empty() && !has_scope(granted, name)) return false;
  }
  return true;
}

std::string join_scopes(std::string_view one, std::string_view other) {
  std::string out;
  for (const std::string_view name : known_scopes) {
    if (!has_scope(one, name) && !has_scope(other, name)) continue;
    if (!out.empty()) out += ' ';
    out += name;
  }
  return out;
}

std::optional<std::string> parse_scope(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view name = http::take_until(rest, ' ');
    if (!name.empty() && std::ranges::find(known_scopes, name) == known_scopes.end())
      return std::nullopt;
  }
  std::string parsed = join_scopes(text, "");
  if (parsed.empty()) return std::nullopt;
  return parsed;
}

}  // namespace trivet::auth
