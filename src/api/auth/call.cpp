#include "api/auth/call.h"

#include <algorithm>

#include "auth/proof/pkce.h"
#include "http/text.h"

namespace trivet::api::accounts {
namespace {

constexpr size_t body_bytes_max = 1 << 20;
constexpr uint32_t depth_max = 32;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = http::ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode_form(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                           hex_digit(text[i + 2]) >= 0;
    if (is_escape) {
      out += static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

Pairs decode_pairs(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    std::string_view pair = http::take_until(text, '&');
    const std::string_view name = http::take_until(pair, '=');
    pairs.emplace_back(decode_form(name), decode_form(pair));
  }
  return pairs;
}

std::string find_value(const Pairs& pairs, std::string_view name) {
  const auto found = std::ranges::find(pairs, name, &Pairs::value_type::first);
  return found == pairs.end() ? std::string() : found->second;
}

std::string Call::query(std::string_view name) const {
  return find_value(decode_pairs(request.query), name);
}

std::string Call::cookie(std::string_view name) const {
  std::string_view rest = request.header("cookie");
  while (!rest.empty()) {
    std::string_view pair = http::trim_blanks(http::take_until(rest, ';'));
    if (http::take_until(pair, '=') == name) return std::string(pair);
  }
  return {};
}

std::optional<std::string> Call::text(std::string_view name) const {
  const std::optional<JsonValue> found = body.find(name);
  if (!found || found->kind() != JsonKind::string) return std::nullopt;
  std::string out;
  found->as_string().append_to(out);
  return out;
}

std::string Call::text_or_empty(std::string_view name) const {
  return text(name).value_or(std::string());
}

std::optional<bool> Call::flag(std::string_view name) const {
  const std::optional<JsonValue> found = body.find(name);
  if (!found || found->kind() != JsonKind::boolean) return std::nullopt;
  return found->as_boolean();
}

std::optional<std::string> Call::object(std::string_view name) const {
  const std::optional<JsonValue> found = body.find(name);
  if (!found || found->kind() != JsonKind::object) return std::nullopt;
  return std::string(found->raw());
}

answer<std::string> Call::challenge() const {
  return trivet::auth::check_challenge(text_or_empty("code_challenge"),
                                       text_or_empty("code_challenge_method"));
}

std::string Call::redirect_to() const {
  std::string found = query("redirect_to");
  if (found.empty()) found = request.header("redirect_to");
  return found.empty() ? text_or_empty("redirect_to") : found;
}

answer<JsonValue> parse_body(std::string_view text) {
  if (text.size() > body_bytes_max)
    return trivet::auth::refuse(413, "request_entity_too_large", "Request body too large");
  if (text.empty()) return JsonValue();
  const auto parsed = parse_json(text, depth_max);
  // A text with U+0000 has no form in every database.
  if (!parsed || parsed->kind() != JsonKind::object || text.find("\\u0000") != text.npos)
    return trivet::auth::refuse(400, "bad_json", "Could not parse request body as JSON");
  return *parsed;
}

}  // namespace trivet::api::accounts
