#include "http/error_body.h"

#include <fmt/format.h>

namespace trivet::http {
namespace {

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void append_or_null(std::string_view text, std::string& out) {
  if (text.empty())
    out.append("null");
  else
    append_json_string(text, out);
}

std::string render(const ErrorText& text, std::string_view details_json) {
  std::string out = "{\"code\":";
  append_json_string(text.code, out);
  out.append(",\"details\":");
  if (details_json.empty())
    append_or_null(text.details, out);
  else
    out.append(details_json);
  out.append(",\"hint\":");
  append_or_null(text.hint, out);
  out.append(",\"message\":");
  append_json_string(text.message, out);
  out.push_back('}');
  return out;
}

Response make(int status, std::string_view code, std::string body) {
  Response response;
  response.status = status;
  response.content_type = "application/json; charset=utf-8";
  response.set("Proxy-Status", fmt::format("PostgREST; error={}", code));
  if (status == 401) response.set("WWW-Authenticate", "Bearer");
  if (status == 503) response.set("Retry-After", "1");
  response.body = std::move(body);
  return response;
}

}  // namespace

std::string error_body(const ErrorText& text) { return render(text, {}); }

Response error_response(int status, const ErrorText& text) {
  return make(status, text.code, error_body(text));
}

Response error_response(const Error& error) {
  const ErrorCodeInfo& info = error_code_info(error.code);
  return make(info.http_status, info.text,
              render({info.text, error.message, error.details, error.hint}, error.details_json));
}

}  // namespace trivet::http
