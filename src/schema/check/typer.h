// The typing of one expression: walks the tree once, resolves every name and fills the Expr. Private to expression*.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/check/context.h"
#include "schema/check/expression.h"

namespace trivet::schema {

enum class ValueKind : uint8_t {
  invalid,  // reported: compatible with everything
  null_,
  any,     // Json, Bytes, currentModel()…: compatible with every scalar
  scalar,  // with `scalar`; enums too
  row,     // a model or a `type`, with `shape`
  auth,    // auth() itself; `shape` is its type
  before,
};

struct Value {
  ValueKind kind = ValueKind::invalid;
  ScalarType scalar = ScalarType::unsupported;
  int enum_index = -1;
  const Shape* shape = nullptr;
  bool list = false;
  bool nullable = false;
  bool from_auth = false;
};

class Typer {
 public:
  Typer(Context& context, const Shape& shape, const ExpressionScope& scope)
      : c_(context), rule_(shape), scope_(scope), element_(&shape) {}

  // `wanted` is the enum that bare names are looked up in first, or -1.
  bool type(const tree::Node& node, Expr& out, Value& value, int wanted = -1);
  bool boolean(const tree::Node& node, Expr& out);

 private:
  struct Binding {
    std::string_view name;
    const Shape* shape;
  };

  bool error(const tree::Node& at, std::string message, std::string hint = {}, DiagnosticKind kind = DiagnosticKind::type);

  bool literal(const tree::Node& node, Expr& out, Value& value);
  bool name(const tree::Node& node, Expr& out, Value& value, int wanted);
  bool enum_value(const tree::Node& node, Expr& out, Value& value, int wanted);
  bool member(const tree::Node& node, Expr& out, Value& value);
  bool field_of(const Shape& shape, const tree::Node& node, std::string_view name, Expr& out, Value& value);
  bool row_field(const Shape& shape, int index, const tree::Node& node, Expr& out, Value& value);
  bool array(const tree::Node& node, Expr& out, Value& value, int wanted);
  bool negation(const tree::Node& node, Expr& out, Value& value);
  bool binary(const tree::Node& node, Expr& out, Value& value);
  bool logical(const tree::Node& node, Expr& out);
  bool order(const tree::Node& node, Expr& out);
  bool equality(const tree::Node& node, Expr& out);
  bool membership(const tree::Node& node, Expr& out);
  bool predicate(const tree::Node& node, Expr& out, Value& value);
  bool sides(const tree::Node& node, Expr& out, Value& left, Value& right);
  bool compare_null(const tree::Node& node, const Value& other);
  bool compare_rows(const tree::Node& node, const Value& left, const Value& right);
  int enum_of(const tree::Node& node) const;
  const Shape* shape_of(const tree::Node& node) const;

  // functions (typer_functions.cpp)
  bool call(const tree::Node& node, Expr& out, Value& value);
  bool text_function(const tree::Node& node, Expr& out);
  bool list_function(const tree::Node& node, Expr& out);
  bool check_function(const tree::Node& node, Expr& out);
  bool casing_function(const tree::Node& node, Expr& out);
  bool validator_function(const tree::Node& node, Expr& out);
  bool length_function(const tree::Node& node, Expr& out);
  bool argument(const tree::Node& node, size_t index, Expr& out, Value& value, int wanted = -1);
  bool argument_string(const tree::Node& node, size_t index, Expr& out);
  bool auth_value(const tree::Node& node, Value& value);
  bool before_value(const tree::Node& node, Value& value);

  Context& c_;
  const Shape& rule_;
  const ExpressionScope& scope_;
  const Shape* element_;
  std::vector<Binding> bindings_;
};

[[nodiscard]] std::string describe(const Context& context, const Value& value);
// May values of these two be compared for equality (list-ness aside)?
[[nodiscard]] bool compatible(const Value& a, const Value& b);
[[nodiscard]] bool is_number(const Value& value);

}  // namespace trivet::schema
