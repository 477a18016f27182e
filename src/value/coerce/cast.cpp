#include <cmath>
#include <limits>

#include "value/coerce.h"
#include "value/datetime.h"
#include "value/decimal.h"
#include "value/json_writer.h"
#include "value/text_format.h"
#include "value/zone.h"

namespace trivet {
namespace {

bool is_integer(Type type) {
  return type == Type::int2 || type == Type::int4 || type == Type::int8;
}

std::unexpected<Error> out_of_range(Type type) {
  return fail(ErrorCode::number_out_of_range,
              std::string(type_display_name(type)) + " out of range");
}

result<Value> fit_integer(int64_t value, Type type) {
  const bool fits = type == Type::int8 ||
                    (type == Type::int4 && value == static_cast<int32_t>(value)) ||
                    (type == Type::int2 && value == static_cast<int16_t>(value));
  if (!fits) return out_of_range(type);
  return Value::integer(value);
}

result<Value> float_to_integer(double value, Type type) {
  const double whole = std::nearbyint(value);  // half to even, the default rounding mode
  // 2^63 is exact as a double; anything below it fits.
  if (!(whole >= -0x1p63 && whole < 0x1p63)) return out_of_range(type);
  return fit_integer(static_cast<int64_t>(whole), type);
}

result<Value> cast_to_integer(Value value, Type to) {
  switch (value.kind()) {
    case ValueKind::boolean:
    case ValueKind::integer:
      return fit_integer(value.as_integer(), to);
    case ValueKind::floating:
      return float_to_integer(value.as_floating(), to);
    default: {
      const result<int64_t> whole = numeric_to_int64(value.as_text());
      if (!whole) return out_of_range(to);
      return fit_integer(*whole, to);
    }
  }
}

result<Value> cast_to_float(Value value, Type to) {
  const double number = value.kind() == ValueKind::integer ? static_cast<double>(value.as_integer())
                        : value.kind() == ValueKind::numeric ? numeric_to_double(value.as_text())
                                                             : value.as_floating();
  if (to == Type::float8) return Value::floating(number);
  const auto narrow = static_cast<float>(number);
  if (std::isinf(narrow) && !std::isinf(number)) return out_of_range(to);
  return Value::floating(narrow);
}

bool is_number(Value value) {
  return value.kind() == ValueKind::integer || value.kind() == ValueKind::floating ||
         value.kind() == ValueKind::numeric;
}

int64_t floor_days(int64_t us) { return us / us_per_day - (us % us_per_day < 0); }

int64_t local_us(int64_t us, Type from, const Zone* zone) {
  const bool shifted = from == Type::timestamptz && zone != nullptr;
  return shifted ? us + zone->offset_at(us) * us_per_second : us;
}

bool is_infinite(int64_t us) { return us == timestamp_infinity || us == timestamp_minus_infinity; }

int64_t utc_us(int64_t local, Type to, const Zone* zone) {
  const bool shifted = to == Type::timestamptz && zone != nullptr;
  return shifted ? local - zone->offset_of_local(local) * us_per_second : local;
}

result<Value> cast_moment(Value value, Type from, Type to, const CoerceContext& context) {
  const bool is_date = value.kind() == ValueKind::date;
  if (is_infinite(value.as_integer())) {
    return to == Type::date ? Value::date(value.as_integer())
                            : Value::timestamp(value.as_integer());
  }
  int64_t local = 0;
  if (is_date && __builtin_mul_overflow(value.as_integer(), us_per_day, &local)) {
    return fail(ErrorCode::datetime_out_of_range, "date out of range for timestamp");
  }
  if (!is_date) local = local_us(value.as_integer(), from, context.zone);
  switch (to) {
    case Type::date:
      return Value::date(floor_days(local));
    case Type::time:
      return Value::time(local - floor_days(local) * us_per_day);
    default:
      return Value::timestamp(utc_us(local, to, context.zone));
  }
}

// The pairs that don't go through text: where the text form would lose or refuse what the cast
// keeps.
bool casts_directly(Value value, Type to) {
  const bool moment = value.kind() == ValueKind::timestamp || value.kind() == ValueKind::date;
  if (is_integer(to)) return is_number(value) || value.kind() == ValueKind::boolean;
  if (to == Type::float4 || to == Type::float8) return is_number(value);
  if (to == Type::timestamp || to == Type::timestamptz || to == Type::date) return moment;
  if (to == Type::time) return value.kind() == ValueKind::timestamp;
  return to == Type::boolean && value.kind() == ValueKind::integer;
}

result<Value> cast_directly(Value value, Type from, Type to, const CoerceContext& context) {
  if (is_integer(to)) return cast_to_integer(value, to);
  if (to == Type::float4 || to == Type::float8) return cast_to_float(value, to);
  if (to == Type::boolean) return Value::boolean(value.as_integer() != 0);
  return cast_moment(value, from, to, context);
}

}  // namespace

result<Value> cast_value(Value value, Type from, Type to, const CoerceContext& context,
                         Arena& arena) {
  if (value.kind() == ValueKind::list && (to == Type::json || to == Type::jsonb)) {
    std::string json;
    append_json_value(json, value, from, FormatOptions{context.zone});
    return coerce_text(arena.copy(json), to, context, arena);
  }
  if (value.is_null() || from == to) return value;
  if (casts_directly(value, to)) return cast_directly(value, from, to, context);
  const bool text_kind = value.kind() == ValueKind::text || value.kind() == ValueKind::json ||
                         value.kind() == ValueKind::numeric;
  // boolean → text is the one cast whose text differs from the output function's.
  if (value.kind() == ValueKind::boolean) {
    return coerce_text(value.as_boolean() ? "true" : "false", to, context, arena);
  }
  if (text_kind) return coerce_text(value.as_text(), to, context, arena);
  std::string text;
  append_text_value(text, value, from, FormatOptions{context.zone});
  return coerce_text(arena.copy(text), to, context, arena);
}

}  // namespace trivet
