#include "value/coerce.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/unicode.h"
#include "value/coerce/coerce_bytes.h"
#include "value/datetime.h"
#include "value/decimal.h"
#include "value/jsonb.h"

namespace trivet {
namespace {

std::unexpected<Error> bad_syntax(std::string_view literal, Type type) {
  return fail(ErrorCode::bad_text_representation, "invalid input syntax for type " +
                                                      std::string(type_display_name(type)) +
                                                      ": \"" + std::string(literal) + "\"");
}

result<Value> coerce_boolean(std::string_view literal) {
  const std::string word = lower_ascii(trim_space(literal));
  const auto abbreviates = [&](std::string_view full, size_t least) {
    return word.size() >= least && full.starts_with(word);
  };
  if (abbreviates("true", 1) || abbreviates("yes", 1) || word == "on" || word == "1") {
    return Value::boolean(true);
  }
  if (abbreviates("false", 1) || abbreviates("no", 1) || abbreviates("off", 2) || word == "0") {
    return Value::boolean(false);
  }
  return bad_syntax(literal, Type::boolean);
}

struct IntegerRange {
  int64_t min;
  int64_t max;
};

IntegerRange integer_range(Type type) {
  switch (type) {
    case Type::int2:
      return {std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()};
    case Type::int4:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    default:
      return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  }
}

// Digits that are too many are out of range whatever follows them, as in PostgreSQL.
result<Value> coerce_integer(std::string_view literal, Type type) {
  std::string_view digits = trim_space(literal);
  if (digits.starts_with('+') && digits.size() > 1 && is_digit(digits[1])) digits.remove_prefix(1);
  int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error == std::errc::invalid_argument) return bad_syntax(literal, type);
  const IntegerRange range = integer_range(type);
  if (error == std::errc::result_out_of_range || value < range.min || value > range.max) {
    return fail(ErrorCode::number_out_of_range, "value \"" + std::string(literal) +
                                                    "\" is out of range for type " +
                                                    std::string(type_display_name(type)));
  }
  if (stop != end) return bad_syntax(literal, type);
  return Value::integer(value);
}

std::optional<double> float_word(std::string_view text) {
  const std::string word = lower_ascii(text);
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (word == "infinity" || word == "inf" || word == "+infinity" || word == "+inf") {
    return std::numeric_limits<double>::infinity();
  }
  if (word == "-infinity" || word == "-inf") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

template <class Float>
result<Value> coerce_float(std::string_view literal, Type type) {
  std::string_view text = trim_space(literal);
  const size_t sign = text.starts_with('+') || text.starts_with('-');
  const bool number = text.size() > sign && (is_digit(text[sign]) || text[sign] == '.');
  if (!number) {
    if (const std::optional<double> word = float_word(text)) return Value::floating(*word);
    return bad_syntax(literal, type);
  }
  if (text.front() == '+') text.remove_prefix(1);
  Float value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) return bad_syntax(literal, type);
  if (error == std::errc::result_out_of_range) {
    return fail(ErrorCode::number_out_of_range, "\"" + std::string(literal) +
                                                    "\" is out of range for type " +
                                                    std::string(type_display_name(type)));
  }
  return Value::floating(value);
}

result<Value> coerce_numeric(std::string_view literal, const CoerceContext& context, Arena& arena) {
  TRIVET_TRY(std::string_view number, parse_numeric(literal, arena));
  if (context.precision > 0) {
    TRIVET_TRY(number, fit_numeric(number, context.precision, context.scale, arena));
  }
  return Value::numeric(number);
}

result<void> check_text(std::string_view text) {
  if (text.contains('\0')) {
    return fail(ErrorCode::bad_character, "invalid byte sequence for encoding \"UTF8\": 0x00");
  }
  return {};
}

// varchar(n), char(n): only blanks may be cut off.
result<std::string_view> fit_length(std::string_view text, Type type, int length) {
  if (length <= 0 || text.size() <= static_cast<size_t>(length)) return text;
  const size_t kept = code_point_prefix_bytes(text, static_cast<size_t>(length));
  if (text.find_first_not_of(' ', kept) != std::string_view::npos) {
    return fail(ErrorCode::text_too_long, "value too long for type " +
                                              std::string(type_display_name(type)) + "(" +
                                              std::to_string(length) + ")");
  }
  return text.substr(0, kept);
}

std::string_view pad_blanks(std::string_view text, int length, Arena& arena) {
  const size_t have = count_code_points(text);
  const auto want = static_cast<size_t>(std::max(length, 1));
  if (have >= want) return text;
  std::string padded(text);
  padded.append(want - have, ' ');
  return arena.copy(padded);
}

result<Value> coerce_characters(std::string_view literal, Type type, const CoerceContext& context,
                                Arena& arena) {
  TRIVET_CHECK(check_text(literal));
  TRIVET_TRY(const std::string_view text, fit_length(literal, type, context.length));
  return Value::text(type == Type::bpchar ? pad_blanks(text, context.length, arena) : text);
}

result<Value> coerce_enum(std::string_view literal, const CoerceContext& context) {
  for (const std::string& label : context.enum_labels) {
    if (label == literal) return Value::text(literal);
  }
  return fail(ErrorCode::bad_text_representation, "invalid input value for enum " +
                                                      std::string(context.enum_name) + ": \"" +
                                                      std::string(literal) + "\"");
}

result<Value> coerce_json_text(std::string_view literal, Type type, const CoerceContext& context,
                               Arena& arena) {
  const std::expected<JsonValue, JsonFault> parsed = parse_json(literal, context.json_depth_max);
  if (!parsed) {
    if (parsed.error().reason == JsonFault::Reason::too_deep) {
      return fail(ErrorCode::too_complex, "stack depth limit exceeded",
                  "JSON nests deeper than " + std::to_string(context.json_depth_max) + " levels.");
    }
    return fail(ErrorCode::bad_text_representation, "invalid input syntax for type json",
                std::string(json_fault_text(parsed.error().reason)) + " at byte " +
                    std::to_string(parsed.error().offset));
  }
  if (type == Type::json) return Value::json(literal);
  TRIVET_TRY(const std::string_view normal, normalise_jsonb(*parsed, arena));
  return Value::json(normal);
}

result<Value> coerce_moment(std::string_view literal, Type type, const CoerceContext& context) {
  const TimeContext time{context.zone, context.now_us, context.time_precision};
  TRIVET_TRY(const int64_t value, parse_datetime(literal, type, time));
  switch (type) {
    case Type::date:
      return Value::date(value);
    case Type::time:
    case Type::timetz:
      return Value::time(value);
    default:
      return Value::timestamp(value);
  }
}

// What the type's input function would be given for a scalar of a JSON body.
std::string_view scalar_text(JsonValue value, Arena& arena) {
  return value.kind() == JsonKind::string ? value.as_string().text(arena) : value.raw();
}

}  // namespace

result<Value> coerce_text(std::string_view literal, Type type, const CoerceContext& context,
                          Arena& arena) {
  switch (type) {
    case Type::boolean:
      return coerce_boolean(literal);
    case Type::int2:
    case Type::int4:
    case Type::int8:
      return coerce_integer(literal, type);
    case Type::float4:
      return coerce_float<float>(literal, type);
    case Type::float8:
      return coerce_float<double>(literal, type);
    case Type::numeric:
      return coerce_numeric(literal, context, arena);
    case Type::bytea: {
      TRIVET_TRY(const std::string_view bytes, parse_bytea(literal, arena));
      return Value::bytes(bytes);
    }
    case Type::json:
    case Type::jsonb:
      return coerce_json_text(literal, type, context, arena);
    case Type::timestamp:
    case Type::timestamptz:
    case Type::date:
    case Type::time:
    case Type::timetz:
      return coerce_moment(literal, type, context);
    case Type::uuid: {
      TRIVET_TRY(const std::string_view uuid, parse_uuid(literal, arena));
      return Value::text(uuid);
    }
    case Type::enum_:
      return coerce_enum(literal, context);
    case Type::unknown:
    case Type::text:
    case Type::varchar:
    case Type::bpchar:
    case Type::citext:
    case Type::other_text:
      return coerce_characters(literal, type, context, arena);
  }
  TRIVET_ASSERT(!"no such type");
}

result<Value> coerce_json(JsonValue value, Type type, const CoerceContext& context, Arena& arena) {
  if (value.is_null()) return Value::null();
  if (type == Type::json) return Value::json(value.raw());
  if (type == Type::jsonb) {
    TRIVET_TRY(const std::string_view normal, normalise_jsonb(value, arena));
    return Value::json(normal);
  }
  return coerce_text(scalar_text(value, arena), type, context, arena);
}

}  // namespace trivet
