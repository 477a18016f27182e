#include "value/text_format.h"

#include <cmath>

#include "base/error.h"
#include "base/unicode.h"
#include "value/datetime.h"
#include "value/json_writer.h"
#include "value/number/digits.h"
#include "value/number/float_format.h"
#include "value/text/hex.h"

namespace trivet {
namespace {

void append_text_float(std::string& out, double value, Type type, FloatStyle style) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    return;
  }
  char text[float_chars_max];
  const char* end = type == Type::float4 ? write_float(text, static_cast<float>(value), style)
                                         : write_double(text, value, style);
  out.append(text, static_cast<size_t>(end - text));
}

void append_text_list(std::string& out, Value value, Type type, const FormatOptions& options) {
  out += '{';
  std::string element_text;
  bool first = true;
  for (const Value& element : value.as_list()) {
    if (!first) out += ',';
    first = false;
    if (element.is_null()) {
      out += "NULL";
      continue;
    }
    element_text.clear();
    append_text_value(element_text, element, type, options);
    append_array_element(out, element_text);
  }
  out += '}';
}

bool is_null_word(std::string_view text) {
  if (text.size() != 4) return false;
  for (size_t i = 0; i < 4; ++i) {
    if ((text[i] | 0x20) != "null"[i]) return false;
  }
  return true;
}

bool array_element_needs_quotes(std::string_view text) {
  if (text.empty() || is_null_word(text)) return true;
  for (char c : text) {
    if (c == '"' || c == '\\' || c == '{' || c == '}' || c == ',' || is_space(c)) return true;
  }
  return false;
}

bool csv_field_needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (char c : text) {
    if (c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || is_space(c)) return true;
  }
  return false;
}

}  // namespace

void append_text_value(std::string& out, Value value, Type type, const FormatOptions& options) {
  switch (value.kind()) {
    case ValueKind::null:
      return;
    case ValueKind::boolean:
      out += value.as_boolean() ? 't' : 'f';
      return;
    case ValueKind::integer:
      append_int64(out, value.as_integer());
      return;
    case ValueKind::floating:
      append_text_float(out, value.as_floating(), type, options.floats);
      return;
    case ValueKind::numeric:
    case ValueKind::text:
    case ValueKind::json:
      out += value.as_text();
      return;
    case ValueKind::bytes:
      out += "\\x";
      append_hex(out, value.as_text());
      return;
    case ValueKind::timestamp:
      if (type == Type::timestamptz) {
        append_timestamptz(out, value.as_integer(), options.zone, ' ', OffsetStyle::text);
      } else {
        append_timestamp(out, value.as_integer(), ' ');
      }
      return;
    case ValueKind::date:
      append_date(out, value.as_integer());
      return;
    case ValueKind::time:
      append_time(out, value.as_integer());
      if (type == Type::timetz) out += "+00";
      return;
    case ValueKind::list:
      append_text_list(out, value, type, options);
      return;
    case ValueKind::rows:
    case ValueKind::reference:
    case ValueKind::absent:
      break;
  }
  TRIVET_ASSERT(!"a kind that no client sees reached the text writer");
}

void append_csv_field(std::string& out, std::string_view text) {
  if (!csv_field_needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') out += c;
    out += c;
  }
  out += '"';
}

void append_csv_value(std::string& out, Value value, Type type, const FormatOptions& options) {
  if (value.is_null()) return;
  std::string text;
  append_text_value(text, value, type, options);
  append_csv_field(out, text);
}

void append_array_element(std::string& out, std::string_view text) {
  if (!array_element_needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace trivet
