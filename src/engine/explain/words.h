// A predicate as a sentence for people: "ownerId is the caller's id and not locked".
//
// Names are the schema's. A field of the row at hand is its bare name, one of a row further out
// "the Post's id". Leaves out precision where words would hide the meaning: regular expressions and
// JSON paths are shown as they are. Pure; any thread.
#pragma once

#include <functional>
#include <string>

#include "schema/schema.h"
#include "store/expr.h"
#include "value/value.h"

namespace trivet::engine {

// What a parameter is called: "the caller's id", "now", "5".
using ParamWords = std::function<std::string(const store::Expr& param)>;

// `model`: of the row that `expr` is about.
[[nodiscard]] std::string in_words(const schema::Schema& schema, int model, const store::Expr& expr,
                                   const ParamWords& params);

// A value as rules spell it: 5, "text", [1, 2], OPEN for an enum's.
[[nodiscard]] std::string value_in_words(const schema::Schema& schema, Value value,
                                         const store::Expr& shape);

}  // namespace trivet::engine
