// Text comparison: Unicode case folding (ICU), code-point order, SQL LIKE and ILIKE.
//
// Folding is simple folding, a code point for a code point, so that `_` means the same in LIKE and
// ILIKE; like PostgreSQL's ILIKE it doesn't match "ß" with "ss". Code-point order of UTF-8 is byte
// order; there are no locales here. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trivet {

enum class CaseRule : uint8_t { sensitive, folded };

// -1, 0, 1 by code point.
[[nodiscard]] int compare_text(std::string_view left, std::string_view right);

// Appends the case-folded text ("ÉCOLE" → "école", "Σας" → "σασ"). ASCII takes a short way.
void append_folded(std::string& out, std::string_view text);
[[nodiscard]] std::string fold_case(std::string_view text);
// Compares the folded forms (citext, ilike without wildcards).
[[nodiscard]] int compare_folded(std::string_view left, std::string_view right);
[[nodiscard]] bool contains_folded(std::string_view text, std::string_view part);

// A compiled LIKE pattern: % any run, _ one code point, \ takes the next character literally. Owns
// its text; immutable, so threads may share it. Never slower than O(text × pattern).
class LikePattern {
 public:
  // Errors: 22025 `LIKE pattern must not end with escape character`.
  [[nodiscard]] static result<LikePattern> compile(std::string_view pattern, CaseRule rule);
  [[nodiscard]] bool matches(std::string_view text) const;
  // A pattern without wildcards matches exactly this text (folded under CaseRule::folded); null
  // otherwise. Lives as long as the pattern.
  [[nodiscard]] const std::string* literal() const { return exact_ ? &text_ : nullptr; }

 private:
  struct Token {
    enum class Kind : uint8_t { literal, one, many } kind;
    uint32_t begin = 0;  // of text_
    uint32_t size = 0;
  };
  [[nodiscard]] bool matches_tokens(std::string_view text) const;
  [[nodiscard]] std::string_view literal_text(const Token& token) const {
    return std::string_view(text_).substr(token.begin, token.size);
  }

  CaseRule rule_ = CaseRule::sensitive;
  bool exact_ = false;
  std::string text_;
  std::vector<Token> tokens_;
};

// One-off forms.
[[nodiscard]] result<bool> like(std::string_view text, std::string_view pattern, CaseRule rule);

// `*` → `%` everywhere: what the REST dialect does to like and ilike patterns.
[[nodiscard]] std::string like_from_stars(std::string_view pattern);
// The literal text as a LIKE pattern: %, _ and \ escaped.
[[nodiscard]] std::string escape_like(std::string_view text);

}  // namespace trivet
