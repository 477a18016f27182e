// Tokens to tree (dialects/schema.md, section 2). Recovers after an error at the next member or declaration, so that
// one run reports many errors. Nesting and tree depth are bounded: any input is safe.
#pragma once

#include "schema/parse/lexer.h"
#include "schema/parse/tree.h"
#include "schema/report.h"

namespace trivet::schema {

// Deepest nesting of parentheses and brackets, and longest chain of operators or members, in one expression.
inline constexpr uint32_t nesting_max = 64;
inline constexpr uint32_t expression_depth_max = 400;

// `stream` must come from `input`; the tree views input.text.
[[nodiscard]] tree::File parse(const LexInput& input, const TokenStream& stream, Report& report);

}  // namespace trivet::schema
