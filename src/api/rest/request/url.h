// Query strings as parameters (dialects/rest.md, section 1): split on '&', percent and plus decoding, and back again for
// Content-Location. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trivet::api::rest {

struct Parameter {
  std::string key;
  std::string value;
  int segment = 0;         // number of the '&' part
  bool has_value = false;  // '=' was there
};

enum class Plus : uint8_t { is_plus, is_space };

// Each byte that is no part of valid UTF-8 becomes U+FFFD, as upstream's lenient decoding has it.
[[nodiscard]] std::string valid_text(std::string_view text);
// Percent-decodes; a '%' without two hex digits stands for itself. What isn't UTF-8 becomes U+FFFD.
[[nodiscard]] std::string percent_decode(std::string_view text, Plus plus);
// Empty segments are left out; keys and values are decoded.
[[nodiscard]] std::vector<Parameter> split_query(std::string_view query);
// Appends `text` with everything but unreserved characters (RFC 3986, 2.3) percent-encoded.
void append_encoded(std::string& out, std::string_view text);

}  // namespace trivet::api::rest
