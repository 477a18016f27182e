// Where the OAuth server may send a browser with a code: addresses that the program registered
// (OAuth 2.1, 2.3; RFC 8252, 7 and 8.3). Pure functions.
#pragma once

#include <string_view>

#include "auth/records/refusal.h"

namespace trivet::auth {

inline constexpr size_t uri_bytes_max = 2048;

// What may be registered: https or a scheme of the program's own (a phone's application), http on this
// machine alone; absolute, without a fragment, user or blank; never a scheme that runs or reads what
// stands behind it. Error: validation_failed.
[[nodiscard]] answer<void> check_redirect_uri(std::string_view uri);

// Letter by letter; a program on the user's machine that registered http://127.0.0.1 or http://[::1]
// may come with any port (RFC 8252, 7.3). `localhost` may not: the name can lead elsewhere.
[[nodiscard]] bool matches_redirect_uri(std::string_view asked, std::string_view registered);

// Whether only the program itself can be there: https, where a certificate says so.
[[nodiscard]] bool is_owned(std::string_view uri);

// RFC 8707, 2: absolute, no fragment; no query either.
[[nodiscard]] bool is_resource(std::string_view uri);
// A page to show: http or https, or empty.
[[nodiscard]] bool is_page(std::string_view uri);

}  // namespace trivet::auth
