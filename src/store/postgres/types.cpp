#include "store/postgres/types.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <vector>

#include "store/postgres/bytes.h"
#include "value/datetime.h"
#include "value/text_format.h"

namespace trivet::store::postgres {

namespace {

constexpr int64_t days_to_2000 = 10'957;
constexpr int64_t us_to_2000 = days_to_2000 * us_per_day;
constexpr int16_t prisma_scale = 30;
constexpr uint16_t sign_negative = 0x4000;
constexpr uint16_t sign_nan = 0xc000;
constexpr uint16_t sign_infinity = 0xd000;
constexpr uint16_t sign_minus_infinity = 0xf000;

std::unexpected<Error> damaged(std::string_view what) {
  Error error(ErrorCode::data_corrupted, "the database answered something unreadable");
  error.log_text = "postgresql: binary form of " + std::string(what);
  return std::unexpected(std::move(error));
}

std::unexpected<Error> out_of_range(Type type) {
  return fail(ErrorCode::number_out_of_range,
              std::string(type_display_name(type)) + " out of range");
}

template <class Number>
result<void> encode_integer(std::string& out, Value value, Type type) {
  int64_t number = value.as_integer();
  if (value.kind() == ValueKind::numeric || value.kind() == ValueKind::text) {
    const std::string_view text = value.as_text();
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc())
      return out_of_range(type);
  } else if (value.kind() == ValueKind::floating) {
    number = static_cast<int64_t>(value.as_floating());
  }
  if (number < std::numeric_limits<Number>::min() || number > std::numeric_limits<Number>::max())
    return out_of_range(type);
  append_number(out, static_cast<Number>(number));
  return {};
}

double floating_of(Value value) {
  if (value.kind() == ValueKind::integer) return static_cast<double>(value.as_integer());
  if (value.kind() != ValueKind::numeric && value.kind() != ValueKind::text)
    return value.as_floating();
  return std::strtod(std::string(value.as_text()).c_str(), nullptr);
}

void encode_timestamp(std::string& out, int64_t us) {
  const bool infinite = us == timestamp_infinity || us == timestamp_minus_infinity;
  append_number(out, infinite ? us : us - us_to_2000);
}

void encode_date(std::string& out, int64_t days) {
  if (days == date_infinity) return append_number(out, std::numeric_limits<int32_t>::max());
  if (days == date_minus_infinity) return append_number(out, std::numeric_limits<int32_t>::min());
  append_number(out, static_cast<int32_t>(days - days_to_2000));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

result<void> encode_uuid(std::string& out, std::string_view text) {
  std::string nibbles;
  for (const char c : text)
    if (const int digit = hex_digit(c); digit >= 0) nibbles += static_cast<char>(digit);
  if (nibbles.size() != 32)
    return fail(ErrorCode::bad_text_representation,
                "invalid input syntax for type uuid: \"" + std::string(text) + "\"");
  for (size_t i = 0; i < 32; i += 2) out += static_cast<char>(nibbles[i] << 4 | nibbles[i + 1]);
  return {};
}

std::string uuid_text(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[static_cast<unsigned char>(bytes[i]) >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

// Text of any value, where a text is wanted.
void encode_text(std::string& out, Value value, Type type) {
  switch (value.kind()) {
    case ValueKind::text:
    case ValueKind::numeric:
    case ValueKind::bytes:
    case ValueKind::json:
      out += value.as_text();
      return;
    default:
      append_text_value(out, value, type, {});
  }
}

Value decode_time_with_zone(ByteReader& in) {
  const auto local = in.number<int64_t>();
  const auto west_seconds = in.number<int32_t>();
  const int64_t utc = local + int64_t{west_seconds} * us_per_second;
  return Value::time(((utc % us_per_day) + us_per_day) % us_per_day);
}

Value decode_date(int32_t days) {
  if (days == std::numeric_limits<int32_t>::max()) return Value::date(date_infinity);
  if (days == std::numeric_limits<int32_t>::min()) return Value::date(date_minus_infinity);
  return Value::date(days + days_to_2000);
}

Value decode_timestamp(int64_t us) {
  const bool infinite = us == timestamp_infinity || us == timestamp_minus_infinity;
  return Value::timestamp(infinite ? us : us + us_to_2000);
}

}  // namespace

TypeNumber number_of(Type type) {
  switch (type) {
    case Type::boolean:
      return number_bool;
    case Type::int2:
      return number_int2;
    case Type::int4:
      return number_int4;
    case Type::int8:
      return number_int8;
    case Type::float4:
      return number_float4;
    case Type::float8:
      return number_float8;
    case Type::numeric:
      return number_numeric;
    case Type::varchar:
      return number_varchar;
    case Type::bpchar:
      return number_bpchar;
    case Type::bytea:
      return number_bytea;
    case Type::json:
      return number_json;
    case Type::jsonb:
      return number_jsonb;
    case Type::timestamp:
      return number_timestamp;
    case Type::timestamptz:
      return number_timestamptz;
    case Type::date:
      return number_date;
    case Type::time:
      return number_time;
    case Type::timetz:
      return number_timetz;
    case Type::uuid:
      return number_uuid;
    default:
      return number_text;
  }
}

result<void> encode_numeric(std::string& out, std::string_view text) {
  const auto special = [&](uint16_t sign) {
    for (const uint16_t word : {uint16_t{0}, uint16_t{0}, sign, uint16_t{0}})
      append_number(out, word);
    return result<void>();
  };
  if (text == "NaN") return special(sign_nan);
  if (text == "Infinity") return special(sign_infinity);
  if (text == "-Infinity") return special(sign_minus_infinity);
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  std::string whole(text.substr(0, point));
  std::string fraction(point < text.size() ? text.substr(point + 1) : std::string_view());
  const size_t scale = fraction.size();
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (whole.empty() || !std::ranges::all_of(whole, is_digit) ||
      !std::ranges::all_of(fraction, is_digit))
    return fail(ErrorCode::bad_text_representation, "invalid input syntax for type numeric");
  whole.insert(0, (4 - whole.size() % 4) % 4, '0');
  fraction.append((4 - fraction.size() % 4) % 4, '0');
  std::vector<int16_t> digits;
  const std::string all = whole + fraction;
  for (size_t i = 0; i < all.size(); i += 4)
    digits.push_back(static_cast<int16_t>((all[i] - '0') * 1000 + (all[i + 1] - '0') * 100 +
                                          (all[i + 2] - '0') * 10 + (all[i + 3] - '0')));
  auto weight = static_cast<int>(whole.size() / 4) - 1;
  while (!digits.empty() && digits.back() == 0) digits.pop_back();
  const auto first = std::ranges::find_if(digits, [](int16_t digit) { return digit != 0; });
  weight -= static_cast<int>(first - digits.begin());
  digits.erase(digits.begin(), first);
  if (digits.empty()) weight = 0;
  append_number(out, static_cast<int16_t>(digits.size()));
  append_number(out, static_cast<int16_t>(weight));
  append_number(out, negative && !digits.empty() ? sign_negative : uint16_t{0});
  append_number(out, static_cast<int16_t>(scale));
  for (const int16_t digit : digits) append_number(out, digit);
  return {};
}

result<std::string> decode_numeric(std::string_view bytes) {
  ByteReader in(bytes);
  const auto count = in.number<int16_t>();
  const auto weight = in.number<int16_t>();
  const auto sign = in.number<uint16_t>();
  const auto scale = in.number<int16_t>();
  if (in.failed() || count < 0 || scale < 0 || in.size() != static_cast<size_t>(count) * 2)
    return damaged("numeric");
  if (sign == sign_nan) return "NaN";
  if (sign == sign_infinity) return "Infinity";
  if (sign == sign_minus_infinity) return "-Infinity";
  std::vector<int16_t> digits(static_cast<size_t>(count));
  for (int16_t& digit : digits) digit = in.number<int16_t>();
  const auto four_digits = [&](int position) {
    const int digit = position < 0 || position >= count ? 0 : digits[position];
    std::string text = std::to_string(digit);
    return std::string(4 - std::min<size_t>(4, text.size()), '0') + text;
  };
  std::string whole;
  for (int position = 0; position <= weight; ++position) whole += four_digits(position);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.empty()) whole = "0";
  std::string fraction;
  for (int position = weight + 1; fraction.size() < static_cast<size_t>(scale); ++position)
    fraction += four_digits(position);
  fraction.resize(static_cast<size_t>(scale));
  std::string text = sign == sign_negative ? "-" : "";
  text += whole;
  // Prisma's default column is DECIMAL(65,30): nobody wrote those zeros.
  if (scale == prisma_scale) fraction.erase(fraction.find_last_not_of('0') + 1);
  if (!fraction.empty()) text += "." + fraction;
  return text;
}

result<void> encode_value(std::string& out, Value value, Type type) {
  switch (type) {
    case Type::boolean:
      out += value.as_boolean() ? '\1' : '\0';
      return {};
    case Type::int2:
      return encode_integer<int16_t>(out, value, type);
    case Type::int4:
      return encode_integer<int32_t>(out, value, type);
    case Type::int8:
      return encode_integer<int64_t>(out, value, type);
    case Type::float4:
      append_number(out, std::bit_cast<int32_t>(static_cast<float>(floating_of(value))));
      return {};
    case Type::float8:
      append_number(out, std::bit_cast<int64_t>(floating_of(value)));
      return {};
    case Type::numeric: {
      if (value.kind() == ValueKind::numeric || value.kind() == ValueKind::text)
        return encode_numeric(out, value.as_text());
      std::string text;
      append_text_value(text, value, type, {});
      return encode_numeric(out, text);
    }
    case Type::jsonb:
      out += '\1';
      [[fallthrough]];
    case Type::json:
      encode_text(out, value, type);
      return {};
    case Type::timestamp:
    case Type::timestamptz:
      encode_timestamp(out, value.as_integer());
      return {};
    case Type::date:
      encode_date(out, value.as_integer());
      return {};
    case Type::time:
      append_number(out, value.as_integer());
      return {};
    case Type::timetz:
      append_number(out, value.as_integer());
      append_number(out, int32_t{0});
      return {};
    case Type::uuid:
      return encode_uuid(out, value.as_text());
    default:
      encode_text(out, value, type);
      return {};
  }
}

result<void> encode_list(std::string& out, Value list, Type element) {
  const std::span<const Value> values = list.as_list();
  const bool has_null = std::ranges::any_of(values, [](const Value& v) { return v.is_null(); });
  append_number(out, values.empty() ? int32_t{0} : int32_t{1});
  append_number(out, has_null ? int32_t{1} : int32_t{0});
  append_number(out, number_of(element));
  if (values.empty()) return {};
  append_number(out, static_cast<int32_t>(values.size()));
  append_number(out, int32_t{1});
  for (const Value& value : values) {
    if (value.is_null()) {
      append_number(out, int32_t{-1});
      continue;
    }
    const size_t at = out.size();
    append_number(out, int32_t{0});
    TRIVET_CHECK(encode_value(out, value, element));
    std::string length;
    append_number(length, static_cast<int32_t>(out.size() - at - 4));
    out.replace(at, 4, length);
  }
  return {};
}

result<Value> decode_value(std::string_view bytes, TypeNumber type, Arena& arena) {
  ByteReader in(bytes);
  Value value;
  switch (type) {
    case number_bool:
      value = Value::boolean(in.number<int8_t>() != 0);
      break;
    case number_int2:
      value = Value::integer(in.number<int16_t>());
      break;
    case number_int4:
      value = Value::integer(in.number<int32_t>());
      break;
    case number_oid:
      value = Value::integer(in.number<uint32_t>());
      break;
    case number_int8:
      value = Value::integer(in.number<int64_t>());
      break;
    case number_float4:
      value = Value::floating(std::bit_cast<float>(in.number<int32_t>()));
      break;
    case number_float8:
      value = Value::floating(std::bit_cast<double>(in.number<int64_t>()));
      break;
    case number_numeric: {
      TRIVET_TRY(const std::string text, decode_numeric(bytes));
      return Value::numeric(arena.copy(text));
    }
    case number_bytea:
      return Value::bytes(arena.copy(bytes));
    case number_json:
      return Value::json(arena.copy(bytes));
    case number_jsonb:
      if (bytes.empty() || bytes.front() != '\1') return damaged("jsonb");
      return Value::json(arena.copy(bytes.substr(1)));
    case number_timestamp:
    case number_timestamptz:
      value = decode_timestamp(in.number<int64_t>());
      break;
    case number_date:
      value = decode_date(in.number<int32_t>());
      break;
    case number_time:
      value = Value::time(in.number<int64_t>());
      break;
    case number_timetz:
      value = decode_time_with_zone(in);
      break;
    case number_uuid:
      if (bytes.size() != 16) return damaged("uuid");
      return Value::text(arena.copy(uuid_text(bytes)));
    default:
      return Value::text(arena.copy(bytes));
  }
  if (in.failed() || in.size() != 0) return damaged("a number");
  return value;
}

}  // namespace trivet::store::postgres
