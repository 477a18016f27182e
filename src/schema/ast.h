// Expressions of the schema language after checking: rule conditions, defaults, index filters.
//
// One immutable tree, owned by the Schema. Names are resolved and types are checked: a consumer switches on `kind`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schema/source.h"

namespace trivet::schema {

enum class ScalarType : uint8_t {
  string, boolean, int_, bigint, float_, decimal, datetime, json, bytes,
  enum_,        // Field::enum_index says which
  composite,    // typed JSON (`type` with @json); Field::type_index says which
  unsupported,  // raw database type
};

enum class ExprKind : uint8_t {
  literal_null, literal_boolean, literal_number, literal_string, enum_value, array, object,
  this_row,      // this
  auth,          // auth()
  binding,       // name of a collection-predicate binding
  field,         // bare name: a field of the current element
  member,        // operands[0] . text
  call,          // text(operands…)
  not_, and_, or_,
  equal, not_equal, less, less_equal, greater, greater_equal, in,
  some, every, none,  // operands[0] ? [ operands[1] ]; text = binding or empty
};

struct Expr {
  ExprKind kind;
  SourceRange where;
  std::string text;             // field/function/binding/enum value name, decoded string, number as written
  std::vector<Expr> operands;
  bool boolean = false;         // literal_boolean
  bool parenthesised = false;

  // Resolved by the checker.
  int model = -1;        // field, member: model (or type) that declares the field; this_row: the model
  int field = -1;        // field, member: index in that model's fields
  bool in_type = false;  // field, member: `model` is an index in Schema::types
  int enum_index = -1;   // enum_value, and results whose type is an enum
  int type_index = -1;   // result type when it is a composite (`type`)
  ScalarType type = ScalarType::unsupported;  // result type where it is scalar
  bool is_list = false;
  bool nullable = false;
};

}  // namespace trivet::schema
