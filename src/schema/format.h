// The formatter (dialects/schema.md, section 16). Pure; idempotent: format(format(x)) == format(x).
#pragma once

#include <string>

#include "schema/source.h"

namespace trivet::schema {

struct FormatResult {
  std::string text;                     // empty when the file has syntax errors
  std::vector<Diagnostic> diagnostics;  // syntax errors only
};

// `file` index of the diagnostics is 0.
[[nodiscard]] FormatResult format_schema(const SourceFile& file);

}  // namespace trivet::schema
