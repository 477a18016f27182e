// Percent-encoding of a part of a URL (RFC 3986, 2.1): everything but the unreserved letters. Pure.
#pragma once

#include <string>
#include <string_view>

namespace trivet::auth {

[[nodiscard]] std::string encode_percent(std::string_view text);

}  // namespace trivet::auth
