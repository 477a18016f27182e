// How one database spells what others spell differently. A table of data: the renderer is the same
// for all.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "store/expr.h"

namespace trivet::store::sql {

struct OpText {
  Op op;
  std::string_view text;  // "$1", "$2" stand for the operands
};

// How a value becomes one of type `to`; from Type::unknown: from any other.
struct CastText {
  Type from;
  Type to;
  std::string_view text;  // $1 operand
};

struct Dialect {
  std::string_view name;
  char quote;                  // of identifiers
  std::string_view parameter;  // before its number: "?" or "$"; unnumbered: a mark
  std::string_view
      list_open;  // a list parameter as a one-column table: list_open + parameter + list_close
  std::string_view list_close;
  std::string_view no_limit;      // LIMIT that means none, where OFFSET needs one
  std::string_view json_get;      // $1 document, $2 quoted key or integer
  std::string_view json_text;     // $1: JSON scalar → its text
  std::string_view json_compare;  // $1, $2: negative, 0, positive
  std::string_view json_order;    // $1: a form that sorts and is equal as a document
  std::string_view cast;          // $1 operand, $2 from and $3 to as numbers of Type
  std::string_view text_search;   // $1 subject, $2 query, $3 mode, $4 configuration, quoted
  std::string_view sum_exact;     // $1; result is numeric text
  std::string_view sum_float;
  std::string_view sum_integer;  // $1: int2, int4; result int8
  std::string_view avg_exact;
  std::string_view avg_float;
  bool nulls_smallest;  // ascending order puts nulls first unless said
  const OpText* ops;    // text and containment operators
  size_t op_count;
  std::string_view true_text = "1";
  std::string_view false_text = "0";
  // The database knows the types: parameters name theirs, enums and JSON compare by themselves, and a
  // cast is written with the type's name ($1 operand, $3 name).
  bool typed = false;
  std::string_view list_length = "";  // $1; of databases that have lists
  // Parameters have no numbers: each use is one of its own, and what is written for a list stands
  // between item_open and item_close once, for its elements to be put there (store/mysql/command.h).
  bool numbered = true;
  std::string_view is_distinct = "($1 IS NOT $2)";
  bool nulls_words = true;          // NULLS FIRST, NULLS LAST
  std::span<const std::string_view> json_sort{};  // $1: keys by which documents sort, first to last
  bool has_bits = false;            // a boolean may be kept as a BIT, a number only where it is added to one
  bool json_paths = false;          // $2 of json_get is a quoted path
  const CastText* casts = nullptr;  // in place of `cast`
  size_t cast_count = 0;
};

inline constexpr std::string_view item_open = "\x01";
inline constexpr std::string_view item_close = "\x02";

[[nodiscard]] const Dialect& sqlite_dialect();
[[nodiscard]] const Dialect& postgresql_dialect();
// MariaDB's, with the session settings of store/mysql/connection.cpp.
[[nodiscard]] const Dialect& mysql_dialect();

}  // namespace trivet::store::sql
