#include "api/rest/call/refusal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "value/json_reader.h"
#include "value/json_writer.h"

namespace trivet::api::rest {
namespace {

struct StateStatus {
  std::string_view state;  // or its first letters
  int status;
};

// Section 13; the longest that fits comes first.
constexpr auto statuses = std::to_array<StateStatus>({
    {"23503", 409}, {"23505", 409}, {"25006", 405}, {"42883", 404}, {"42P01", 404}, {"42P17", 500},
    {"P0001", 400}, {"21000", 500}, {"08", 503},    {"09", 500},    {"0L", 403},    {"0P", 403},
    {"25", 500},    {"2D", 500},    {"28", 403},    {"38", 500},    {"39", 500},    {"3B", 500},
    {"40", 500},    {"53", 503},    {"54", 500},    {"55", 500},    {"57", 500},    {"58", 500},
    {"F0", 500},    {"HV", 500},    {"P0", 500},    {"XX", 500},
});

std::optional<int> status_in(std::string_view text) {
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (error != std::errc() || end != text.data() + text.size() || status < 200 || status > 599)
    return std::nullopt;
  return status;
}

int status_of(const store::CallRefusal& refusal, Role role) {
  const std::string_view state = refusal.state;
  if (state == "42501") return role == Role::anon ? 401 : 403;
  if (state == "21000" && refusal.message.ends_with("requires a WHERE clause")) return 400;
  if (state == "22023" && refusal.message.starts_with("role ") && refusal.message.ends_with("does not exist"))
    return 401;
  if (state.starts_with("PT"))
    if (const auto status = status_in(state.substr(2))) return *status;
  const auto found = std::ranges::find_if(
      statuses, [&](const StateStatus& known) { return state.starts_with(known.state); });
  return found == statuses.end() ? 400 : found->status;
}

void append_text(std::string& out, std::string_view text) {
  if (text.empty()) out += "null";
  else append_json_string(out, text);
}

std::string body_of(const store::CallRefusal& refusal) {
  std::string body = "{\"code\":";
  append_json_string(body, refusal.state);
  body += ",\"details\":";
  append_text(body, refusal.details);
  body += ",\"hint\":";
  append_text(body, refusal.hint);
  body += ",\"message\":";
  append_json_string(body, refusal.message);
  return body + "}";
}

std::string text_of(const JsonValue& object, std::string_view key) {
  const auto found = object.find(key);
  std::string text;
  if (found && found->kind() == JsonKind::string) found->as_string().append_to(text);
  return text;
}

// Headers of an object or of an array of them. A line break would make two of one.
bool set_members(http::Response& response, const JsonValue& object) {
  if (object.kind() != JsonKind::object) return false;
  for (const JsonMember& member : object.members()) {
    if (member.value.kind() != JsonKind::string) return false;
    std::string name;
    std::string value;
    member.key.append_to(name);
    member.value.as_string().append_to(value);
    const auto is_name = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
    if (name.empty() || !std::ranges::all_of(name, is_name)) return false;
    if (std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 && c != '\t'; })) return false;
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower == "content-type") response.content_type = value;
    else if (lower == "content-length" || lower == "transfer-encoding" || lower == "connection") return false;
    else response.set(name, value);
  }
  return true;
}

// RAISE SQLSTATE 'PGRST' USING MESSAGE = '{"code": …}', DETAIL = '{"status": …, "headers": {…}}'
bool read_own(const store::CallRefusal& refusal, http::Response& response, store::CallRefusal& told) {
  const auto message = parse_json(refusal.message, 8);
  const auto detail = parse_json(refusal.details, 8);
  if (!message || !detail || message->kind() != JsonKind::object || detail->kind() != JsonKind::object)
    return false;
  told = {.state = text_of(*message, "code"),
          .message = text_of(*message, "message"),
          .details = text_of(*message, "details"),
          .hint = text_of(*message, "hint")};
  const auto status = detail->find("status");
  const auto headers = detail->find("headers");
  if (told.state.empty() || told.message.empty() || !status || !headers) return false;
  const auto number = status_in(status->raw());
  if (!number) return false;
  response.status = *number;
  return set_members(response, *headers);
}

}  // namespace

bool set_headers(http::Response& response, std::string_view json) {
  const auto parsed = parse_json(json, 8);
  if (!parsed || parsed->kind() != JsonKind::array) return false;
  for (const JsonValue& element : parsed->elements())
    if (!set_members(response, element)) return false;
  return true;
}

void set_chosen(http::Response& response, const ChosenAnswer& chosen, http::Method method) {
  const auto refuse = [&](std::string_view code, std::string_view message) {
    response = refusal_response({.state = std::string(code), .message = std::string(message), .details = {}, .hint = {}},
                                Role::service, method);
    response.status = 500;
  };
  if (!chosen.headers.empty() && !set_headers(response, chosen.headers))
    return refuse("PGRST111", "response.headers guc must be a JSON array composed of objects with a single key and a string value");
  if (chosen.status.empty()) return;
  const char* end = chosen.status.data() + chosen.status.size();
  const auto [read, error] = std::from_chars(chosen.status.data(), end, response.status);
  if (error != std::errc() || read != end || response.status < 200 || response.status > 599)
    refuse("PGRST112", "response.status guc must be a valid status code");
}

http::Response refusal_response(const store::CallRefusal& refusal, Role role, http::Method method) {
  http::Response response;
  response.content_type = "application/json; charset=utf-8";
  store::CallRefusal told = refusal;
  response.status = status_of(refusal, role);
  if (refusal.state == "PGRST" && !read_own(refusal, response, told)) {
    response = http::Response();
    response.content_type = "application/json; charset=utf-8";
    response.status = 500;
    told = {.state = "PGRST121",
            .message = "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
            .details = "MESSAGE needs code and message, DETAIL status and headers",
            .hint = {}};
  }
  response.set("Proxy-Status", "PostgREST; error=" + told.state);
  if (response.status == 401) response.set("WWW-Authenticate", "Bearer");
  if (response.status == 503) response.set("Retry-After", "1");
  if (method != http::Method::head) response.body = body_of(told);
  return response;
}

}  // namespace trivet::api::rest
