// Typing of expressions (dialects/schema.md, sections 9 and 10).
#pragma once

#include "schema/check/context.h"

namespace trivet::schema {

enum class ExpressionContext : uint8_t { default_, policy, validation };

// Where an expression stands and what it may use.
struct ExpressionScope {
  ExpressionContext context = ExpressionContext::policy;
  bool before_allowed = false;  // a pure post-update rule
  bool on_field = false;        // @allow / @deny
};

// Types `node` in the scope of `shape`. False after reporting.
[[nodiscard]] bool check_expression(Context& context, const Shape& shape, const tree::Node& node,
                                    const ExpressionScope& scope, Expr& out);

// The same, and the result is Boolean.
[[nodiscard]] bool check_condition(Context& context, const Shape& shape, const tree::Node& node,
                                   const ExpressionScope& scope, Expr& out);

// `auth().path` as the default of `field`.
[[nodiscard]] bool check_default_expression(Context& context, const Shape& shape, const tree::Node& node,
                                            const Field& field, Expr& out);

// In RE2 syntax.
[[nodiscard]] bool compiles_as_regex(const std::string& pattern);

// A literal with its value but no type.
[[nodiscard]] Expr literal_expression(const tree::Node& node);

}  // namespace trivet::schema
