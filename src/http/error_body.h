// Error answers in PostgREST's shape: exactly the keys code, details, hint, message, in that order (docs/dialects/rest.md, section 11).
// Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace trivet::http {

struct ErrorText {
  std::string_view code;
  std::string_view message;
  std::string_view details{};  // empty = null
  std::string_view hint{};     // empty = null
};

[[nodiscard]] std::string error_body(const ErrorText& text);

// An answer with that status and body, as application/json.
[[nodiscard]] Response error_response(int status, const ErrorText& text);

// The same from an Error: its code gives the status. Adds Proxy-Status and, on 401 and 503, what docs/dialects/rest.md asks for.
[[nodiscard]] Response error_response(const Error& error);

}  // namespace trivet::http
