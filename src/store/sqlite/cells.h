// Values to and from SQLite: binding parameters without copying them, decoding result columns by
// the type that the schema gives them.
//
// Stored forms are Prisma's: booleans 0/1, instants as ISO text (read as epoch ms too), decimals by
// numeric affinity, enums and JSON as text, bytes as blobs. A JSON column has numeric affinity too
// (its type is called JSONB): a document that is a number is stored as one where that keeps all its
// digits, and else as a blob of its text, which no affinity touches. A stored value that its type can't have
// is data_corrupted, never a guess.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "value/arena.h"
#include "value/type.h"
#include "value/value.h"

struct sqlite3_stmt;
struct sqlite3_value;

namespace trivet::store::sqlite {

// Digits of a decimal that its stored form, an 8-byte float, keeps exactly.
inline constexpr int decimal_digits = 15;

struct Number {
  bool is_integer = false;
  int64_t integer = 0;
  double floating = 0;
};
// The stored form of a numeric; exact up to decimal_digits.
[[nodiscard]] Number number_of(std::string_view numeric);

// True if its stored form gives back the same text: no zeros behind the fraction, few digits.
[[nodiscard]] bool is_stored_exactly(std::string_view numeric);

// The stored text of a timestamp, date or time; `buffer` holds it.
[[nodiscard]] std::string_view stored_time_text(Value value, std::span<char, 64> buffer);

// Binds `value` to parameter `index`. What `value` views must live until the statement is reset;
// converted text goes to `scratch`. Returns an SQLite code.
int bind_value(sqlite3_stmt* statement, int index, Value value, Arena& scratch);
// A list as a table-valued parameter; its nulls make IN unknown where nothing is equal.
int bind_list(sqlite3_stmt* statement, int index, Value list, Arena& scratch);
int bind_row_ids(sqlite3_stmt* statement, int index, std::span<const int64_t> ids);

// A stored cell as a Value of `type`; text is copied to the arena.
[[nodiscard]] result<Value> decode_cell(sqlite3_value* cell, Type type, Arena& arena);
// A JSON number with as few digits as name this float and no other.
void append_json_double(std::string& out, double number);
// The text of a stored JSON document; of a float that is made in `buffer`, else the cell's own.
[[nodiscard]] std::string_view json_text(sqlite3_value* cell, std::string& buffer);
// The decimal text of a number or numeric text.
[[nodiscard]] std::string_view numeric_text(sqlite3_value* cell, Arena& arena);

// What a decimal, float or text can't be stored as: 22003 (or 22021); otherwise nothing.
[[nodiscard]] result<void> check_storable(Value value);

}  // namespace trivet::store::sqlite
