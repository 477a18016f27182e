#include "http/h1/render.h"

#include <array>
#include <charconv>
#include <cstring>

namespace trivet::http::h1 {
namespace {

constexpr std::string_view crlf = "\r\n";

void append_number(uint64_t number, int base, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append(crlf);
}

bool breaks_line(std::string_view text) {
  for (const char c : text)
    if (c == '\r' || c == '\n' || c == '\0') return true;
  return false;
}

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_status_line(const Response& response, std::string& out) {
  if (response.status == 200 && response.reason.empty()) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(static_cast<uint64_t>(response.status), 10, out);
  out.push_back(' ');
  out.append(response.reason.empty() ? reason_phrase(response.status) : response.reason);
  out.append(crlf);
}

void append_etag(uint64_t etag, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  char text[] = "ETag: W/\"0123456789abcdef\"\r\n";
  for (int i = 0; i < 16; ++i) text[9 + i] = digits[etag >> (60 - 4 * i) & 15];
  out.append(text, sizeof(text) - 1);
}

void append_framing(const Response& response, const RenderContext& context, std::string& out) {
  const bool streamed = response.source != nullptr;
  if (may_have_body(response.status) && context.answer == Answer::whole) {
    if (!streamed) {
      out.append("Content-Length: ");
      append_number(response.body.size(), 10, out);
      out.append(crlf);
    } else if (context.minor_version >= 1) {
      out.append("Transfer-Encoding: chunked\r\n");
    }
  }
  if (context.persistence == Persistence::close)
    out.append("Connection: close\r\n");
  else if (context.minor_version == 0)
    out.append("Connection: keep-alive\r\n");
}

}  // namespace

bool sends_body(const Response& response, Answer answer) {
  return answer == Answer::whole && may_have_body(response.status);
}

void render_head(const Response& response, const RenderContext& context, std::string& out) {
  append_status_line(response, out);
  append_field("Date", context.date, out);
  if (!response.content_type.empty() && response.status != 204 && response.status != 304)
    append_field("Content-Type", response.content_type, out);
  for (const auto& [name, value] : response.headers)
    if (!breaks_line(name) && !breaks_line(value)) append_field(name, value, out);
  if (response.etag != 0) append_etag(response.etag, out);
  if (!context.request_id.empty()) append_field("X-Request-Id", context.request_id, out);
  // A browser must not guess another type than the one we say.
  out.append("X-Content-Type-Options: nosniff\r\n");
  append_framing(response, context, out);
  out.append(crlf);
}

void render_chunk(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;
  append_number(bytes.size(), 16, out);
  out.append(crlf).append(bytes).append(crlf);
}

}  // namespace trivet::http::h1
