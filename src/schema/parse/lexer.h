// Text to tokens (dialects/schema.md, section 1). Comments are kept aside: the formatter puts them back and the parser
// takes documentation from them. Wrong characters and strings are reported and skipped, so the stream always ends well.
#pragma once

#include <string>
#include <string_view>

#include "schema/parse/token.h"
#include "schema/report.h"

namespace trivet::schema {

enum class FileKind : uint8_t { prisma, zmodel };

// By the ending of the path: ".prisma", otherwise zmodel.
[[nodiscard]] FileKind file_kind(std::string_view path);

struct LexInput {
  std::string_view text;  // valid UTF-8
  FileKind kind = FileKind::zmodel;
  uint32_t file = 0;
};

[[nodiscard]] TokenStream lex(const LexInput& input, Report& report);

// The value of a string token's text between its quotes; escapes were checked by the lexer.
[[nodiscard]] std::string decode_string(std::string_view raw);

// Offset of the first byte that is not valid UTF-8, or npos.
[[nodiscard]] size_t find_invalid_utf8(std::string_view text);

}  // namespace trivet::schema
