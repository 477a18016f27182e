// base64url without padding (RFC 4648, section 5), strict: one encoding per byte string, so that a
// token cannot be written in two ways. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trivet::auth {

[[nodiscard]] std::string encode_base64url(std::string_view bytes);

// nullopt for padding, blanks, letters outside the alphabet, a length of 4n+1, or unused bits that
// are not zero.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace trivet::auth
