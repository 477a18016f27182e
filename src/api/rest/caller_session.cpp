#include "api/rest/caller_session.h"

#include <algorithm>
#include <set>

#include "api/rest/request/url.h"
#include "http/text.h"
#include "value/json_writer.h"

namespace trivet::api::rest {
namespace {

void append_member(std::string& json, std::string_view name, std::string_view value) {
  if (json.size() > 1) json += ',';
  // HTTP lets any byte above 0x7f through (RFC 9110, 5.5); JSON is text.
  append_json_string(json, valid_text(name));
  json += ':';
  append_json_string(json, valid_text(value));
}

// The claims as they came; those of nobody say so.
std::string claims_of(const Identity& identity, const std::string& role) {
  if (!identity.claims_json.empty()) return identity.claims_json;
  std::string claims = "{";
  append_member(claims, "role", role);
  return claims + "}";
}

}  // namespace

std::string quoted_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += c;
    quoted += c;
  }
  return quoted += '"';
}

std::string headers_json(const http::Request& request) {
  std::string json = "{";
  for (const http::HeaderView& field : request.headers) {
    std::string name(field.name);
    std::ranges::transform(name, name.begin(), http::ascii_lower);
    if (name == "authorization" || name == "apikey" || name == "cookie") continue;
    append_member(json, name, field.value);
  }
  return json + "}";
}

std::string cookies_json(const http::Request& request) {
  std::string json = "{";
  std::set<std::string_view> seen;
  std::string_view rest = request.header("cookie");
  while (!rest.empty()) {
    std::string_view value = http::take_until(rest, ';');
    const std::string_view name = http::trim_blanks(http::take_until(value, '='));
    if (!name.empty() && seen.insert(name).second) append_member(json, name, http::trim_blanks(value));
  }
  return json + "}";
}

store::Settings caller_settings(const http::Request& request, const Identity& identity,
                                const std::string& anonymous_role, std::string_view path) {
  const std::string& role = identity.role == Role::anon ? anonymous_role : identity.role_name;
  store::Settings settings;
  settings.reserve(6);
  settings.emplace_back("role", role);
  settings.emplace_back("request.jwt.claims", claims_of(identity, role));
  settings.emplace_back("request.method", request.method_text);
  settings.emplace_back("request.path", path);
  settings.emplace_back("request.headers", headers_json(request));
  settings.emplace_back("request.cookies", cookies_json(request));
  return settings;
}

}  // namespace trivet::api::rest
