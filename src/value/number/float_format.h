// Floats as PostgreSQL prints them: shortest digits that read back, fixed or exponent form. For the
// writers of this folder and whoever keys by a float's text. Pure.
#pragma once

#include "value/format_options.h"

namespace trivet {

inline constexpr int float_chars_max = 352;  // FloatStyle::digits of the smallest double

// Finite values only; returns the end. `out` has room for float_chars_max.
char* write_double(char* out, double value, FloatStyle style);
char* write_float(char* out, float value, FloatStyle style);

}  // namespace trivet
