#include <algorithm>
#include <cmath>
#include <string>

#include "store/evaluate/operators.h"
#include "value/datetime.h"
#include "value/decimal.h"
#include "value/fold.h"
#include "value/jsonb.h"

namespace trivet::store {
namespace {

template <class T>
int order_of(T left, T right) {
  return left < right ? -1 : left > right ? 1 : 0;
}

// NaN equals itself and is above everything.
int compare_doubles(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) return order_of(std::isnan(left), std::isnan(right));
  return order_of(left, right);
}

double to_double(Value value) {
  switch (value.kind()) {
    case ValueKind::floating:
      return value.as_floating();
    case ValueKind::numeric:
      return numeric_to_double(value.as_text());
    default:
      return static_cast<double>(value.as_integer());
  }
}

std::string to_numeric(Value value) {
  if (value.kind() == ValueKind::numeric) return std::string(value.as_text());
  return std::to_string(value.as_integer());
}

bool is_number(ValueKind kind) {
  return kind == ValueKind::integer || kind == ValueKind::floating || kind == ValueKind::numeric;
}

int compare_numbers(Value left, Value right) {
  if (left.kind() == ValueKind::integer && right.kind() == ValueKind::integer)
    return order_of(left.as_integer(), right.as_integer());
  if (left.kind() == ValueKind::floating || right.kind() == ValueKind::floating)
    return compare_doubles(to_double(left), to_double(right));
  return compare_numeric(to_numeric(left), to_numeric(right));
}

// A date counts as its midnight beside a timestamp.
int64_t to_instant(Value value, bool mixed) {
  const int64_t raw = value.as_integer();
  if (!mixed || value.kind() != ValueKind::date) return raw;
  return raw == date_infinity || raw == date_minus_infinity ? raw : raw * us_per_day;
}

std::string_view without_padding(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

int compare_labels(std::string_view left, std::string_view right, const schema::Enum& enum_) {
  const auto position = [&](std::string_view label) {
    return std::ranges::find(enum_.values, label, &schema::EnumValue::db_name) -
           enum_.values.begin();
  };
  return order_of(position(left), position(right));
}

int compare_texts(std::string_view left, std::string_view right, Type type,
                  const schema::Enum* enum_) {
  if (type == Type::citext) return compare_folded(left, right);
  if (type == Type::bpchar) return compare_text(without_padding(left), without_padding(right));
  if (type == Type::enum_ && enum_ != nullptr) return compare_labels(left, right, *enum_);
  return compare_text(left, right);
}

int compare_lists(std::span<const Value> left, std::span<const Value> right, Type type,
                  const schema::Enum* enum_) {
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (left[i].is_null() || right[i].is_null()) {
      if (left[i].is_null() != right[i].is_null()) return left[i].is_null() ? 1 : -1;
      continue;
    }
    if (const int order = compare_values(left[i], right[i], type, enum_); order != 0) return order;
  }
  return order_of(left.size(), right.size());
}

}  // namespace

int compare_values(Value left, Value right, Type type, const schema::Enum* enum_) {
  if (left.kind() == ValueKind::list && right.kind() == ValueKind::list)
    return compare_lists(left.as_list(), right.as_list(), type, enum_);
  if (is_number(left.kind()) && is_number(right.kind())) return compare_numbers(left, right);
  switch (left.kind()) {
    case ValueKind::text:
      return compare_texts(left.as_text(), right.as_text(), type, enum_);
    case ValueKind::bytes:
      return compare_text(left.as_text(), right.as_text());
    case ValueKind::json:
      return compare_jsonb(JsonValue::trusted(left.as_text()), JsonValue::trusted(right.as_text()));
    default: {
      const bool mixed = left.kind() != right.kind();
      return order_of(to_instant(left, mixed), to_instant(right, mixed));
    }
  }
}

bool compare_holds(Op op, int order) {
  switch (op) {
    case Op::eq:
      return order == 0;
    case Op::ne:
      return order != 0;
    case Op::lt:
      return order < 0;
    case Op::le:
      return order <= 0;
    case Op::gt:
      return order > 0;
    default:
      return order >= 0;
  }
}

Value compare_sets(Op op, Value left, Value right, const Expr& shape, const schema::Enum* enum_) {
  if (op == Op::contained_by) {
    std::swap(left, right);
    op = Op::contains_all;
  }
  if (left.kind() == ValueKind::json && op == Op::contains_all)
    return Value::boolean(
        jsonb_contains(JsonValue::trusted(left.as_text()), JsonValue::trusted(right.as_text())));
  const auto holds = [&](std::span<const Value> list, Value wanted) {
    return !wanted.is_null() && std::ranges::any_of(list, [&](Value element) {
      return !element.is_null() && compare_values(element, wanted, shape.type, enum_) == 0;
    });
  };
  const std::span<const Value> whole = left.as_list();
  const auto held = [&](Value wanted) { return holds(whole, wanted); };
  if (op == Op::overlaps) return Value::boolean(std::ranges::any_of(right.as_list(), held));
  return Value::boolean(std::ranges::all_of(right.as_list(), held));
}

}  // namespace trivet::store
