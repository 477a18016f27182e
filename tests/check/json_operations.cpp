#include <optional>

#include "base/limits.h"
#include "operations.h"
#include "value/json_reader.h"
#include "value/jsonb.h"

namespace trivet::check {
namespace {

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::optional<std::string> decode_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>((bits >> held) & 0xff);
  }
  return out;
}

}  // namespace

std::string json_parse(simdjson::dom::object request) {
  const auto text = decode_base64(request["base64"].get_string());
  if (!text) return R"({"error":"base64 is malformed"})";
  const auto parsed = parse_json(*text, Limits().json_depth_max);
  if (!parsed) {
    return "{\"ok\":false,\"error\":" + json_string(json_fault_text(parsed.error().reason)) +
           ",\"offset\":" + std::to_string(parsed.error().offset) + "}";
  }
  std::string value;
  // A U+0000 has no jsonb form; the text itself is then the answer.
  if (!append_jsonb(value, *parsed)) value = parsed->raw();
  return "{\"ok\":true,\"value\":" + value + "}";
}

}  // namespace trivet::check
