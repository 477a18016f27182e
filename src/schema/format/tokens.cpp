#include "schema/format/tokens.h"

#include <algorithm>

namespace trivet::schema {
namespace {

bool is_operator(TokenKind kind) {
  return (kind >= TokenKind::and_and && kind <= TokenKind::greater_equal) ||
         kind == TokenKind::assign;
}
bool opens(TokenKind kind) { return kind == TokenKind::left_paren || kind == TokenKind::left_bracket || kind == TokenKind::left_brace; }
bool closes(TokenKind kind) {
  return kind == TokenKind::right_paren || kind == TokenKind::right_bracket ||
         kind == TokenKind::right_brace;
}
bool is_at(TokenKind kind) { return kind >= TokenKind::at && kind <= TokenKind::at_at_at; }

}  // namespace

size_t width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string_view TokenPrinter::text(uint32_t index) const {
  const auto& t = token(index);
  return text_.substr(t.begin, t.end - t.begin);
}

bool TokenPrinter::space_between(uint32_t left, uint32_t right) const {
  const auto a = token(left).kind, b = token(right).kind;
  using enum TokenKind;
  const bool word_in = a == identifier && text(left) == "in";
  if (a == left_brace) return b != right_brace;
  if (b == right_brace) return true;
  if (a == left_paren || a == left_bracket || a == dot || is_at(a)) return false;
  if (b == right_paren || b == right_bracket || b == comma || b == dot || b == colon || b == semicolon) return false;
  if (a == comma || a == colon || is_operator(a) || is_operator(b)) return true;
  // A quantifier before [, the ? of a type, or a negation.
  if (b == question || b == caret) return false;
  if (a == question || a == caret) return b != left_bracket;
  if (a == exclamation) return false;
  if (b == exclamation) return word_in || !(right + 1 <= end_index() && token(right + 1).kind == left_bracket);
  if (b == left_paren || b == left_bracket) return word_in;
  return true;
}

bool TokenPrinter::has_comment(tree::TokenSpan span) const { return token(span.first).comments != token(span.last).comments; }

std::string TokenPrinter::print(tree::TokenSpan span) const {
  const auto begin = token(span.first).begin;
  if (has_comment(span)) return std::string(text_.substr(begin, token(span.last).end - begin));
  std::string out(text(span.first));
  int depth = opens(token(span.first).kind) ? 1 : 0;
  for (uint32_t i = span.first + 1; i <= span.last; ++i) {
    const auto kind = token(i).kind;
    const int before = depth;
    if (closes(kind)) --depth;
    if (token(i).newline_before && before > 0) {
      out += "\n" + std::string(2 * static_cast<size_t>(1 + std::max(depth, 0)), ' ');
    } else if (space_between(i - 1, i)) {
      out += ' ';
    }
    out += text(i);
    if (opens(kind)) ++depth;
  }
  return out;
}

std::vector<Comment> TokenPrinter::comments_before(uint32_t index) const {
  const uint32_t from = index == 0 ? 0 : token(index - 1).comments;
  return {stream_.comments.begin() + from, stream_.comments.begin() + token(index).comments};
}

std::string TokenPrinter::comment_text(const Comment& comment) const {
  return std::string(text_.substr(comment.begin, comment.end - comment.begin));
}

bool TokenPrinter::blank_before(uint32_t offset) const {
  int lines = 0;
  for (size_t i = offset; i > 0; --i) {
    const char c = text_[i - 1];
    if (c == '\n') ++lines;
    else if (c != ' ' && c != '\t' && c != '\r') break;
    if (lines > 1) return true;
  }
  return false;
}

}  // namespace trivet::schema
