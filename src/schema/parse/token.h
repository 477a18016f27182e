// The words of the schema language. Values that view the source text; no threads.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace trivet::schema {

enum class TokenKind : uint8_t {
  end, identifier, number, string,
  left_brace, right_brace, left_bracket, right_bracket, left_paren, right_paren,
  comma, dot, colon, semicolon, assign,
  at, at_at, at_at_at,
  question, exclamation, caret,
  and_and, or_or, equal, not_equal, less, less_equal, greater, greater_equal,
  invalid,  // already reported
};

struct Token {
  TokenKind kind = TokenKind::end;
  bool newline_before = false;  // the first token of its line
  uint32_t begin = 0;           // byte offsets, half open; a string includes its quotes
  uint32_t end = 0;
  uint32_t comments = 0;        // number of comments before this token, from the start of the file
};

enum class CommentKind : uint8_t { line, doc, block };

struct Comment {
  CommentKind kind;
  bool newline_before;  // nothing but space before it on its line
  uint32_t begin;
  uint32_t end;  // without the line end
};

// The last token is `end`.
struct TokenStream {
  std::vector<Token> tokens;
  std::vector<Comment> comments;
};

}  // namespace trivet::schema
