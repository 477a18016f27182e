#include "api/rest/request/url.h"

#include "base/unicode.h"

namespace trivet::api::rest {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

}  // namespace

std::string valid_text(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    size_t length = 1;
    while (length <= 4 && length <= text.size() && !is_valid_utf8(text.substr(0, length))) ++length;
    const bool valid = length <= 4 && length <= text.size();
    out += valid ? text.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(valid ? length : 1);
  }
  return out;
}

std::string percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::is_space) {
      out += ' ';
      continue;
    }
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return valid_text(out);
}

std::vector<Parameter> split_query(std::string_view query) {
  std::vector<Parameter> parameters;
  for (int segment = 0; !query.empty(); ++segment) {
    const size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query = end == query.npos ? std::string_view{} : query.substr(end + 1);
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    Parameter parameter{.key = percent_decode(part.substr(0, equals), Plus::is_space),
                        .value = {},
                        .segment = segment,
                        .has_value = equals != part.npos};
    if (parameter.has_value)
      parameter.value = percent_decode(part.substr(equals + 1), Plus::is_space);
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

void append_encoded(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
}

}  // namespace trivet::api::rest
