#include "http/redirect.h"

#include <algorithm>

#include "http/error_body.h"

namespace trivet::http {
namespace {

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

// Without its port; empty if it is none.
std::string_view host_of(std::string_view field) {
  if (field.starts_with('[')) {
    const size_t end = field.find(']');
    const std::string_view address = field.substr(0, end == std::string_view::npos ? 0 : end + 1);
    const bool fine =
        std::ranges::all_of(address.substr(std::min<size_t>(1, address.size())), [](char c) {
          return c == ':' || c == ']' || c == '.' ||
                 std::isxdigit(static_cast<unsigned char>(c)) != 0;
        });
    return fine ? address : std::string_view();
  }
  const std::string_view host = field.substr(0, field.find(':'));
  return std::ranges::all_of(host, is_host_char) ? host : std::string_view();
}

}  // namespace

task<Response> Redirect::handle(const Request& request) {
  if (exceptions_)
    if (auto text = exceptions_(request.target)) {
      Response response;
      response.content_type = "application/octet-stream";
      response.body = *std::move(text);
      co_return response;
    }
  const std::string_view host = host_of(request.header("host"));
  if (host.empty() || !request.target.starts_with('/'))
    co_return error_response(400,
                             {.code = "HTTP400", .message = "this port only leads to https://"});
  Response response;
  response.status = 308;
  std::string place = "https://" + std::string(host);
  if (port_ != 443) place += ":" + std::to_string(port_);
  place += request.target;
  response.set("Location", place);
  co_return response;
}

}  // namespace trivet::http
