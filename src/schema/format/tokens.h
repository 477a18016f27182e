// Prints runs of tokens with one spelling of white space, and hands out the comments between them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/parse/token.h"
#include "schema/parse/tree.h"

namespace trivet::schema {

class TokenPrinter {
 public:
  TokenPrinter(std::string_view text, const TokenStream& stream) : text_(text), stream_(stream) {}

  // One space where one belongs. A line break inside of brackets is kept; one with comments inside is kept as written.
  [[nodiscard]] std::string print(tree::TokenSpan span) const;

  // Comments between the token before `index` and that token, in order.
  [[nodiscard]] std::vector<Comment> comments_before(uint32_t index) const;
  [[nodiscard]] std::string comment_text(const Comment& comment) const;

  // Is there an empty line directly before this offset?
  [[nodiscard]] bool blank_before(uint32_t offset) const;
  [[nodiscard]] const Token& token(uint32_t index) const { return stream_.tokens[index]; }
  [[nodiscard]] std::string_view text(uint32_t index) const;
  [[nodiscard]] uint32_t end_index() const { return static_cast<uint32_t>(stream_.tokens.size()) - 1; }

 private:
  [[nodiscard]] bool space_between(uint32_t left, uint32_t right) const;
  [[nodiscard]] bool has_comment(tree::TokenSpan span) const;

  std::string_view text_;
  const TokenStream& stream_;
};

// Columns of a line are counted in code points.
[[nodiscard]] size_t width(std::string_view text);

}  // namespace trivet::schema
