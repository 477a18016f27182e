#include "value/json_writer.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "value/datetime.h"
#include "value/number/digits.h"
#include "value/number/float_format.h"
#include "value/text/hex.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace trivet {
namespace {

constexpr bool must_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

constexpr uint64_t ones = 0x0101010101010101;
constexpr uint64_t high_bits = 0x8080808080808080;

// High bit set in (at least) the first byte that must be escaped; 0 if there is none.
uint64_t escape_bits(uint64_t eight) {
  const uint64_t control = eight - ones * 0x20;
  const uint64_t quote = (eight ^ (ones * '"')) - ones;
  const uint64_t backslash = (eight ^ (ones * '\\')) - ones;
  // A byte above 0x7f never needs an escape: `& ~eight` drops what it or its borrow marked.
  return (control | quote | backslash) & ~eight & high_bits;
}

uint64_t load_eight(const char* at) {
  uint64_t eight;
  std::memcpy(&eight, at, sizeof eight);
  return eight;
}

// Offset of the first byte that must be escaped, or size.
size_t find_escape(const char* text, size_t size) {
  size_t at = 0;
#ifdef __SSE2__
  for (; at + 16 <= size; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const int mask = _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash)));
    if (mask != 0) return at + static_cast<size_t>(std::countr_zero(static_cast<unsigned>(mask)));
  }
#endif
  for (; at + 8 <= size; at += 8) {
    if (escape_bits(load_eight(text + at)) != 0) break;
  }
  while (at < size && !must_escape(text[at])) ++at;
  return at;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += hex_digits[static_cast<unsigned char>(c) >> 4];
      out += hex_digits[c & 15];
  }
}

void append_escaped_string(std::string& out, std::string_view text, size_t clean) {
  out += '"';
  while (true) {
    out.append(text.substr(0, clean));
    text.remove_prefix(clean);
    if (text.empty()) break;
    append_escape(out, text.front());
    text.remove_prefix(1);
    clean = find_escape(text.data(), text.size());
  }
  out += '"';
}

template <class Float>
bool append_not_finite(std::string& out, Float value) {
  if (std::isfinite(value)) return false;
  out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  return true;
}

void append_json_numeric(std::string& out, std::string_view numeric) {
  const char last = numeric.back();  // digit, or the end of NaN or Infinity
  if (last >= '0' && last <= '9') {
    out += numeric;
    return;
  }
  out += '"';
  out += numeric;
  out += '"';
}

void append_json_bytes(std::string& out, std::string_view bytes) {
  out += "\"\\\\x";
  append_hex(out, bytes);
  out += '"';
}

void append_json_moment(std::string& out, Value value, Type type, const FormatOptions& options) {
  out += '"';
  switch (value.kind()) {
    case ValueKind::date:
      append_date(out, value.as_integer());
      break;
    case ValueKind::time:
      append_time(out, value.as_integer());
      if (type == Type::timetz) out += "+00";
      break;
    default:
      if (type == Type::timestamptz) {
        append_timestamptz(out, value.as_integer(), options.zone, 'T', OffsetStyle::json);
      } else {
        append_timestamp(out, value.as_integer(), 'T');
      }
  }
  out += '"';
}

void append_json_list(std::string& out, Value value, Type type, const FormatOptions& options) {
  out += '[';
  bool first = true;
  for (const Value& element : value.as_list()) {
    if (!first) out += ',';
    first = false;
    append_json_value(out, element, type, options);
  }
  out += ']';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  const size_t clean = find_escape(text.data(), text.size());
  if (clean != text.size()) [[unlikely]]
    return append_escaped_string(out, text, clean);
  const size_t before = out.size();
  const size_t after = before + text.size() + 2;
  // The size that the library passes may be the new capacity (GCC 12), so ours is captured.
  out.resize_and_overwrite(after, [&](char* to, size_t) {
    to[before] = '"';
    if (!text.empty()) std::memcpy(to + before + 1, text.data(), text.size());
    to[after - 1] = '"';
    return after;
  });
}

void append_int64(std::string& out, int64_t value) {
  char text[24];
  out.append(text, static_cast<size_t>(write_int64(text, value) - text));
}

void append_uint64(std::string& out, uint64_t value) {
  char text[24];
  out.append(text, static_cast<size_t>(write_uint64(text, value) - text));
}

void append_json_double(std::string& out, double value, FloatStyle style) {
  if (append_not_finite(out, value)) return;
  char text[float_chars_max];
  out.append(text, static_cast<size_t>(write_double(text, value, style) - text));
}

void append_json_float(std::string& out, float value, FloatStyle style) {
  if (append_not_finite(out, value)) return;
  char text[float_chars_max];
  out.append(text, static_cast<size_t>(write_float(text, value, style) - text));
}

void append_json_value(std::string& out, Value value, Type type, const FormatOptions& options) {
  switch (value.kind()) {
    case ValueKind::null:
      out += "null";
      return;
    case ValueKind::boolean:
      out += value.as_boolean() ? "true" : "false";
      return;
    case ValueKind::integer:
      append_int64(out, value.as_integer());
      return;
    case ValueKind::floating:
      if (type == Type::float4) {
        append_json_float(out, static_cast<float>(value.as_floating()), options.floats);
      } else {
        append_json_double(out, value.as_floating(), options.floats);
      }
      return;
    case ValueKind::numeric:
      append_json_numeric(out, value.as_text());
      return;
    case ValueKind::text:
      append_json_string(out, value.as_text());
      return;
    case ValueKind::bytes:
      append_json_bytes(out, value.as_text());
      return;
    case ValueKind::json:
      out += value.as_text();
      return;
    case ValueKind::timestamp:
    case ValueKind::date:
    case ValueKind::time:
      append_json_moment(out, value, type, options);
      return;
    case ValueKind::list:
      append_json_list(out, value, type, options);
      return;
    case ValueKind::rows:
    case ValueKind::reference:
    case ValueKind::absent:
      break;
  }
  TRIVET_ASSERT(!"a kind that no client sees reached the JSON writer");
}

}  // namespace trivet
