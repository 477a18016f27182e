// JSON text, appended to a std::string: no tree, no allocation beyond the string's own growth. The
// hot path of every answer.
//
// Promises: the output is what PostgreSQL's row-to-JSON prints for the type (digits kept, rest.md
// section 14); strings are valid UTF-8 in and out. Leaves out: objects, keys and commas, which the
// encoders write. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "value/format_options.h"
#include "value/type.h"
#include "value/value.h"

namespace trivet {

// "text" with quotes. Escapes only what RFC 8259 demands: `"`, `\`, and U+0000-001F (\b \t \n \f
// \r, else \u001f); everything else is raw. `text` is valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

void append_int64(std::string& out, int64_t value);
void append_uint64(std::string& out, uint64_t value);

// Shortest digits that read back as the same number, as PostgreSQL spells them: `1`, `0.1`, `-0`,
// `1e+15`, `1e-05`. Not finite: "NaN", "Infinity", "-Infinity", with quotes.
void append_json_double(std::string& out, double value, FloatStyle style = FloatStyle::exponent);
// The same for a float4 (its exponent form begins at 1e6).
void append_json_float(std::string& out, float value, FloatStyle style = FloatStyle::exponent);

// Any value but `rows`, `reference` and `absent` (a bug: asserted). `type` is the element's type
// for lists. timestamp without a type of timestamptz, date or time prints as timestamp; json and
// jsonb verbatim.
void append_json_value(std::string& out, Value value, Type type, const FormatOptions& options);

}  // namespace trivet
