// Value: one typed cell, 16 bytes, trivially copyable. Text, lists and nested rows are views into an Arena (or into the
// request's bytes) that the holder keeps alive; a Value never owns.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace trivet {

struct Batch;

enum class ValueKind : uint8_t {
  null,
  boolean,    // integer() != 0
  integer,    // int2, int4, int8
  floating,   // float4, float8
  numeric,    // decimal as text: [-]digits[.digits] or NaN
  text,       // UTF-8; also enum labels (database names), uuid, varchar…
  bytes,
  json,       // valid JSON text
  timestamp,  // µs since 1970-01-01T00:00:00Z; int64 max/min = ±infinity
  date,       // days since 1970-01-01
  time,       // µs since midnight
  list,       // Value[size]
  rows,       // nested result: Batch*
  reference,  // writes only: a cell of an earlier step's result (store/query.h)
  absent,     // writes only: the row doesn't give this field; the engine replaces it before a store sees it
};

class Value {
 public:
  constexpr Value() : integer_(0) {}
  static Value null() { return {}; }
  static Value boolean(bool b) { return Value(ValueKind::boolean, int64_t{b}); }
  static Value integer(int64_t i) { return Value(ValueKind::integer, i); }
  static Value floating(double d) {
    Value v;
    v.kind_ = ValueKind::floating;
    v.floating_ = d;
    return v;
  }
  static Value timestamp(int64_t us) { return Value(ValueKind::timestamp, us); }
  static Value date(int64_t days) { return Value(ValueKind::date, days); }
  static Value time(int64_t us) { return Value(ValueKind::time, us); }
  static Value text(std::string_view s) { return Value(ValueKind::text, s); }
  static Value numeric(std::string_view s) { return Value(ValueKind::numeric, s); }
  static Value bytes(std::string_view s) { return Value(ValueKind::bytes, s); }
  static Value json(std::string_view s) { return Value(ValueKind::json, s); }
  static Value list(std::span<const Value> values) {
    Value v;
    v.kind_ = ValueKind::list;
    v.size_ = static_cast<uint32_t>(values.size());
    v.pointer_ = values.data();
    return v;
  }
  static Value rows(const Batch* batch) {
    Value v;
    v.kind_ = ValueKind::rows;
    v.pointer_ = batch;
    return v;
  }
  // Cell `field` (schema field index) of row `row` of step `step` of the same Program. step, row < 2^24, field < 2^16.
  static Value reference(uint32_t step, uint32_t row, uint32_t field) {
    return Value(ValueKind::reference, (int64_t{step} << 40) | (int64_t{row} << 16) | field);
  }

  static Value absent() { return Value(ValueKind::absent, int64_t{0}); }

  [[nodiscard]] ValueKind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == ValueKind::null; }
  [[nodiscard]] bool as_boolean() const { return integer_ != 0; }
  [[nodiscard]] int64_t as_integer() const { return integer_; }  // integer, boolean, timestamp, date, time
  [[nodiscard]] double as_floating() const { return floating_; }
  [[nodiscard]] std::string_view as_text() const {  // text, numeric, bytes, json
    return {static_cast<const char*>(pointer_), size_};
  }
  [[nodiscard]] std::span<const Value> as_list() const {
    return {static_cast<const Value*>(pointer_), size_};
  }
  [[nodiscard]] const Batch* as_rows() const { return static_cast<const Batch*>(pointer_); }
  [[nodiscard]] uint32_t reference_step() const { return static_cast<uint32_t>(integer_ >> 40); }
  [[nodiscard]] uint32_t reference_row() const { return static_cast<uint32_t>(integer_ >> 16) & 0xffffff; }
  [[nodiscard]] uint32_t reference_field() const { return static_cast<uint32_t>(integer_) & 0xffff; }

 private:
  Value(ValueKind kind, int64_t i) : kind_(kind), integer_(i) {}
  Value(ValueKind kind, std::string_view s)
      : kind_(kind), size_(static_cast<uint32_t>(s.size())), pointer_(s.data()) {}

  ValueKind kind_ = ValueKind::null;
  uint32_t size_ = 0;
  union {
    int64_t integer_;
    double floating_;
    const void* pointer_;
  };
};
static_assert(sizeof(Value) == 16);

// Rows of one level: row-major cells. A nested level is a cell of kind rows (to-many: any number; to-one: a Batch of
// one row, or a null cell). Views into the Arena of the Rows that it belongs to.
struct Batch {
  uint32_t columns = 0;
  uint32_t rows = 0;
  const Value* cells = nullptr;
  [[nodiscard]] std::span<const Value> row(uint32_t index) const {
    return {cells + size_t{index} * columns, columns};
  }
};

}  // namespace trivet
