#include "http/h1/fields.h"

#include <cstring>

#include "http/h1/characters.h"
#include "http/text.h"

namespace trivet::http::h1 {
namespace {

// Most values are long and plain: eight bytes at a time until one of them needs a look.
bool is_field_value(std::string_view value) {
  constexpr uint64_t ones = 0x0101010101010101;
  constexpr uint64_t highs = 0x8080808080808080;
  while (value.size() >= 8) {
    uint64_t word;
    std::memcpy(&word, value.data(), 8);
    const uint64_t below_blank = (word - ones * 0x20) & ~word & highs;
    const uint64_t delete_free = word ^ (ones * 0x7f);
    const uint64_t has_delete = (delete_free - ones) & ~delete_free & highs;
    if ((below_blank | has_delete) != 0 && !all_in(value.substr(0, 8), value_character))
      return false;
    value.remove_prefix(8);
  }
  return all_in(value, value_character);
}

// 1*DIGIT without a sign, a list or more digits than any length has.
parsed<uint64_t> parse_length(std::string_view text) {
  if (text.empty() || text.size() > 18) return fault(400, "bad Content-Length");
  uint64_t length = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return fault(400, "bad Content-Length");
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  return length;
}

}  // namespace

parsed<HeaderView> take_field(std::string_view& rest) {
  size_t colon = 0;
  while (colon < rest.size() && is_in(rest[colon], token_character)) ++colon;
  if (colon == 0) {
    const bool folded = rest.starts_with(' ') || rest.starts_with('\t');
    return fault(400, folded ? "folded header line" : "bad header name");
  }
  if (colon == rest.size() || rest[colon] != ':') {
    const bool blank = colon < rest.size() && (rest[colon] == ' ' || rest[colon] == '\t');
    return fault(400, blank ? "blank before the colon of a header" : "bad header name");
  }
  const size_t end = rest.find("\r\n", colon + 1);
  if (end == rest.npos) return fault(400, "header line without end");
  const std::string_view value = rest.substr(colon + 1, end - colon - 1);
  if (!is_field_value(value)) return fault(400, "control character in a header value");
  const HeaderView field{rest.substr(0, colon), trim_blanks(value)};
  rest.remove_prefix(end + 2);
  return field;
}

parsed<void> FieldReader::read(const HeaderView& field) {
  const std::string_view name = field.name;
  switch (name.size()) {
    case 4:
      if (equals_lower(name, "host")) return read_host(field.value);
      break;
    case 6:
      if (equals_lower(name, "expect")) return read_expect(field.value);
      break;
    case 10:
      if (equals_lower(name, "connection")) read_connection(field.value);
      break;
    case 14:
      if (equals_lower(name, "content-length")) return read_length(field.value);
      break;
    case 17:
      if (equals_lower(name, "transfer-encoding")) return read_coding(field.value);
      break;
    default:
      break;
  }
  return {};
}

parsed<void> FieldReader::read_host(std::string_view value) {
  if (++hosts_ > 1) return fault(400, "more than one Host");
  if (!all_in(value, host_character)) return fault(400, "bad Host");
  return {};
}

parsed<void> FieldReader::read_length(std::string_view value) {
  // Two equal ones may be accepted (RFC 9112, 6.3), but a proxy that sees only one of them may not agree.
  if (++lengths_ > 1) return fault(400, "more than one Content-Length");
  const parsed<uint64_t> length = parse_length(value);
  if (!length) return std::unexpected(length.error());
  framing_.content_length = *length;
  return {};
}

parsed<void> FieldReader::read_coding(std::string_view value) {
  ++coding_fields_;
  do {
    std::string_view element = take_element(value);
    const std::string_view name = trim_blanks(take_until(element, ';'));
    if (!is_token(name)) return fault(400, "bad Transfer-Encoding");
    ++codings_;
    chunked_last_ = equals_lower(name, "chunked");
    if (chunked_last_) ++chunked_;
    if (chunked_last_ && !element.empty()) return fault(400, "bad Transfer-Encoding");
  } while (!value.empty());
  return {};
}

parsed<void> FieldReader::read_expect(std::string_view value) {
  if (!equals_lower(value, "100-continue")) return fault(417, "unknown expectation");
  framing_.expect_continue = framing_.minor_version >= 1;
  return {};
}

void FieldReader::read_connection(std::string_view value) {
  while (!value.empty()) {
    const std::string_view option = take_element(value);
    if (equals_lower(option, "close")) asks_close_ = true;
    if (equals_lower(option, "keep-alive")) asks_keep_ = true;
  }
}

parsed<void> FieldReader::check_codings() const {
  if (lengths_ > 0) return fault(400, "both Content-Length and Transfer-Encoding");
  if (framing_.minor_version == 0) return fault(400, "Transfer-Encoding in HTTP/1.0");
  if (chunked_ > 1 || (chunked_ == 1 && !chunked_last_))
    return fault(400, "chunked is not the last transfer coding");
  if (codings_ != 1 || chunked_ != 1) return fault(501, "unknown transfer coding");
  return {};
}

parsed<Framing> FieldReader::finish() {
  if (framing_.minor_version >= 1 && hosts_ == 0) return fault(400, "no Host");
  if (coding_fields_ > 0) {
    if (const parsed<void> checked = check_codings(); !checked)
      return std::unexpected(checked.error());
    framing_.body = BodyKind::chunked;
  } else if (framing_.content_length > 0) {
    framing_.body = BodyKind::fixed;
  }
  const bool keep = framing_.minor_version >= 1 ? !asks_close_ : asks_keep_ && !asks_close_;
  framing_.persistence = keep ? Persistence::keep : Persistence::close;
  return framing_;
}

}  // namespace trivet::http::h1
