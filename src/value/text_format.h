// PostgreSQL's text form of values, for CSV answers, Location headers and error details; and
// rest.md section 14's CSV quoting. Appends to a std::string. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "value/format_options.h"
#include "value/type.h"
#include "value/value.h"

namespace trivet {

// t/f, `2024-01-31 12:34:56.5+00`, {1,NULL,"a b"}, \xdead. Null appends nothing. `type` is the
// element's type for lists. Any value but `rows`, `reference` and `absent` (asserted).
void append_text_value(std::string& out, Value value, Type type, const FormatOptions& options);

// One field of the REST dialect's text/csv: quoted when empty or when it holds a comma, quote,
// backslash, parenthesis or white space; inside, `"` and `\` are doubled.
void append_csv_field(std::string& out, std::string_view text);
// A null appends nothing; else the text form as a field.
void append_csv_value(std::string& out, Value value, Type type, const FormatOptions& options);

// One element of an array literal, quoted if PostgreSQL's array_out would quote it (empty, NULL,
// braces, comma, quote, backslash, white space).
void append_array_element(std::string& out, std::string_view text);

}  // namespace trivet
