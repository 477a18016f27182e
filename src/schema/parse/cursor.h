// The parser's place in the token stream, with the few moves that all of its parts share.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "schema/parse/lexer.h"
#include "schema/parse/tree.h"
#include "schema/report.h"

namespace trivet::schema {

class Cursor {
 public:
  Cursor(const LexInput& input, const TokenStream& stream, Report& report)
      : input_(input), stream_(stream), report_(report) {}

  [[nodiscard]] const Token& now() const { return stream_.tokens[at_]; }
  [[nodiscard]] const Token& ahead(uint32_t n = 1) const {
    return stream_.tokens[std::min<size_t>(at_ + n, stream_.tokens.size() - 1)];
  }
  [[nodiscard]] const Token& token(uint32_t index) const { return stream_.tokens[index]; }
  [[nodiscard]] uint32_t index() const { return at_; }
  [[nodiscard]] uint32_t last_index() const { return at_ == 0 ? 0 : at_ - 1; }
  [[nodiscard]] bool is(TokenKind kind) const { return now().kind == kind; }
  [[nodiscard]] bool is_word(std::string_view word) const {
    return is(TokenKind::identifier) && text(now()) == word;
  }
  [[nodiscard]] bool prisma() const { return input_.kind == FileKind::prisma; }

  [[nodiscard]] std::string_view text(const Token& t) const {
    return input_.text.substr(t.begin, t.end - t.begin);
  }
  [[nodiscard]] SourceRange range(const Token& t) const { return {input_.file, t.begin, t.end}; }
  // From the token `first` to the last one taken.
  [[nodiscard]] SourceRange range_from(uint32_t first) const {
    return {input_.file, token(first).begin, token(std::max(first, last_index())).end};
  }
  [[nodiscard]] tree::TokenSpan span_from(uint32_t first) const {
    return {first, std::max(first, last_index())};
  }

  void advance() {
    if (at_ + 1 < stream_.tokens.size()) ++at_;
  }
  bool take(TokenKind kind) {
    if (!is(kind)) return false;
    advance();
    return true;
  }
  // Takes `kind` or reports that `what` was expected here.
  bool expect(TokenKind kind, std::string_view what);
  bool expect_name(tree::Name& name, std::string_view what);
  void unexpected(std::string_view wanted);
  void error(SourceRange where, std::string message, std::string hint = {}) {
    report_.add(DiagnosticKind::syntax, where, std::move(message), std::move(hint));
  }

  // The documentation before the token at `index`, lines joined by \n.
  [[nodiscard]] std::string doc_before(uint32_t index) const;
  // In .prisma: documentation after the last token taken, on its line.
  [[nodiscard]] std::string doc_trailing() const;
  // Is there a block comment between these two tokens?
  [[nodiscard]] bool has_block_comment(uint32_t first, uint32_t last) const;
  // Documentation that nothing follows is lost: warns.
  void warn_lost_doc();

  // Skips to the next line that can start a member, or to the `}` that ends the body.
  void skip_member();
  // Skips to the next declaration.
  void skip_declaration();
  [[nodiscard]] bool starts_declaration() const;

  uint32_t open_brackets = 0;  // round and square ones that the expression parser is inside of

 private:
  [[nodiscard]] bool is_doc(const Comment& comment) const;
  [[nodiscard]] std::string doc_text(const Comment& comment) const;

  const LexInput& input_;
  const TokenStream& stream_;
  Report& report_;
  uint32_t at_ = 0;
};

}  // namespace trivet::schema
