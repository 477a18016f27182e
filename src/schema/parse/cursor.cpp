#include "schema/parse/cursor.h"

#include <algorithm>
#include <array>

namespace trivet::schema {
namespace {

constexpr std::array<std::string_view, 13> declaration_words = {
    "datasource", "generator", "plugin", "model", "view", "type", "enum",
    "function", "procedure", "mutation", "attribute", "abstract", "import"};

std::string_view trim(std::string_view s) {
  const auto first = s.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

void join(std::string& doc, std::string_view line) {
  if (!doc.empty()) doc += '\n';
  doc += line;
}

}  // namespace

bool Cursor::expect(TokenKind kind, std::string_view what) {
  if (take(kind)) return true;
  unexpected(what);
  return false;
}

bool Cursor::expect_name(tree::Name& name, std::string_view what) {
  if (!is(TokenKind::identifier)) {
    unexpected(what);
    return false;
  }
  name = {text(now()), range(now())};
  advance();
  return true;
}

void Cursor::unexpected(std::string_view wanted) {
  if (is(TokenKind::invalid)) return;
  const auto found = is(TokenKind::end) ? std::string("the end of the file") : "`" + std::string(text(now())) + "`";
  error(range(now()), "expected " + std::string(wanted) + ", found " + found);
}

// Prisma takes block comments as documentation too.
bool Cursor::is_doc(const Comment& comment) const {
  return comment.kind == CommentKind::doc || (prisma() && comment.kind == CommentKind::block);
}

std::string Cursor::doc_text(const Comment& comment) const {
  if (comment.kind == CommentKind::block) {
    const size_t length = comment.end - comment.begin;
    return length < 4 ? "" : std::string(trim(input_.text.substr(comment.begin + 2, length - 4)));
  }
  return std::string(trim(input_.text.substr(comment.begin + 3, comment.end - comment.begin - 3)));
}

std::string Cursor::doc_before(uint32_t index) const {
  std::string doc;
  const uint32_t from = index == 0 ? 0 : token(index - 1).comments;
  for (uint32_t i = from; i < token(index).comments; ++i) {
    const auto& comment = stream_.comments[i];
    if (!is_doc(comment)) continue;
    if (prisma() && !comment.newline_before) continue;
    join(doc, doc_text(comment));
  }
  return doc;
}

std::string Cursor::doc_trailing() const {
  std::string doc;
  if (!prisma() || at_ == 0) return doc;
  for (uint32_t i = token(at_ - 1).comments; i < now().comments; ++i) {
    const auto& comment = stream_.comments[i];
    if (comment.newline_before) break;
    if (is_doc(comment)) join(doc, doc_text(comment));
  }
  return doc;
}

bool Cursor::has_block_comment(uint32_t first, uint32_t last) const {
  for (uint32_t i = token(first).comments; i < token(last).comments; ++i) {
    if (stream_.comments[i].kind == CommentKind::block) return true;
  }
  return false;
}

void Cursor::warn_lost_doc() {
  if (prisma()) return;
  for (uint32_t i = at_ == 0 ? 0 : token(at_ - 1).comments; i < now().comments; ++i) {
    const auto& comment = stream_.comments[i];
    if (comment.kind != CommentKind::doc) continue;
    report_.add(DiagnosticKind::warning, {input_.file, comment.begin, comment.end},
                "this documentation belongs to nothing", "put it before a field or declaration, or write `//`");
  }
}

void Cursor::skip_member() {
  uint32_t open = open_brackets;
  open_brackets = 0;
  for (bool first = true;; first = false) {
    const auto& t = now();
    if (t.kind == TokenKind::end) return;
    if (t.newline_before && !first && (open == 0 || t.kind == TokenKind::at_at)) return;
    if (t.kind == TokenKind::right_brace && (open == 0 || t.newline_before)) return;
    if (t.newline_before && !first && starts_declaration()) return;
    if (t.kind == TokenKind::left_paren || t.kind == TokenKind::left_bracket || t.kind == TokenKind::left_brace) ++open;
    if (t.kind == TokenKind::right_paren || t.kind == TokenKind::right_bracket || t.kind == TokenKind::right_brace) {
      open = open > 0 ? open - 1 : 0;
    }
    advance();
  }
}

bool Cursor::starts_declaration() const {
  if (!now().newline_before || !is(TokenKind::identifier)) return false;
  const auto word = text(now());
  if (std::find(declaration_words.begin(), declaration_words.end(), word) == declaration_words.end()) return false;
  const auto& second = ahead(1);
  if (second.newline_before) return false;
  if (word == "import") return second.kind == TokenKind::string;
  if (word == "attribute") return second.kind >= TokenKind::at && second.kind <= TokenKind::at_at_at;
  if (second.kind != TokenKind::identifier) return false;
  if (word == "abstract") return text(second) == "model";
  const auto& third = ahead(2);
  if (word == "mutation") return text(second) == "procedure" && third.kind == TokenKind::identifier;
  if (word == "function" || word == "procedure") return third.kind == TokenKind::left_paren;
  return third.kind == TokenKind::left_brace ||
         (third.kind == TokenKind::identifier && (text(third) == "with" || text(third) == "extends"));
}

void Cursor::skip_declaration() {
  open_brackets = 0;
  advance();
  while (!is(TokenKind::end) && !starts_declaration()) advance();
}

}  // namespace trivet::schema
