// Source files, places in them and what is wrong there. Values; no threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::schema {

struct SourceFile {
  std::string path;  // as the user would write it
  std::string text;  // UTF-8, byte order mark removed
};

// Half-open byte range in file number `file`; lines and columns are computed when shown.
struct SourceRange {
  uint32_t file = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

// The kinds of dialects/schema.md, section 0.
enum class DiagnosticKind : uint8_t {
  syntax, unknown, duplicate, type, arg, place, key, relation, provider, policy, cycle, range, warning
};

struct Diagnostic {
  DiagnosticKind kind;
  SourceRange where;
  std::string message;  // what is wrong
  std::string hint;     // what to write instead; may be empty
};

[[nodiscard]] std::string_view diagnostic_kind_name(DiagnosticKind kind);

struct LineColumn {
  uint32_t line = 1;    // from 1
  uint32_t column = 1;  // from 1, in code points
};
[[nodiscard]] LineColumn line_column(std::string_view text, uint32_t offset);

// file:line:column: kind: message, the source line, a caret line, the hint. Ends with a newline.
[[nodiscard]] std::string render_diagnostic(const std::vector<SourceFile>& files, const Diagnostic& diagnostic);

}  // namespace trivet::schema
