#include "schema/parse/parser.h"

#include <array>

#include "schema/parse/cursor.h"
#include "schema/parse/declarations.h"

namespace trivet::schema {
namespace {

using tree::Declaration;
using tree::DeclarationKind;

struct Keyword {
  std::string_view word;
  DeclarationKind kind;
};

constexpr std::array<Keyword, 7> blocks = {{{"datasource", DeclarationKind::datasource},
                                            {"generator", DeclarationKind::generator},
                                            {"plugin", DeclarationKind::plugin},
                                            {"model", DeclarationKind::model},
                                            {"view", DeclarationKind::view},
                                            {"type", DeclarationKind::type},
                                            {"enum", DeclarationKind::enum_}}};

bool parse_import(Cursor& c, tree::File& file) {
  const uint32_t first = c.index();
  const bool late = !file.declarations.empty();
  c.advance();
  tree::Import import;
  const auto t = c.now();
  if (!c.expect(TokenKind::string, "a path in quotes")) return false;
  import.path = c.text(t).substr(1, c.text(t).size() - 2);
  import.where = c.range(t);
  c.take(TokenKind::semicolon);
  import.tokens = c.span_from(first);
  if (late) c.error(import.where, "imports come before all declarations", "move this line to the top of the file");
  if (c.prisma()) {
    c.error(import.where, "a .prisma file has no imports", "all .prisma files of a folder are one schema; remove the line");
  }
  file.imports.push_back(std::move(import));
  return true;
}

bool starts_block(const Cursor& c, Declaration& out) {
  for (const auto& block : blocks) {
    if (!c.is_word(block.word) || c.ahead().kind != TokenKind::identifier) continue;
    out.kind = block.kind;
    return true;
  }
  return false;
}

bool parse_one(Cursor& c, tree::File& file) {
  if (c.is_word("import") && c.ahead().kind == TokenKind::string) return parse_import(c, file);
  Declaration declaration;
  declaration.doc = c.doc_before(c.index());
  bool fine = false;
  if (c.is_word("abstract") && c.text(c.ahead()) == "model") {
    c.error(c.range(c.now()), "there are no abstract models", "write `type Base { … }` and `model A with Base`");
    c.advance();
  }
  if (starts_block(c, declaration)) {
    fine = parse_block(c, declaration);
  } else if (!c.prisma() && c.is_word("function") && c.ahead().kind == TokenKind::identifier) {
    fine = parse_function(c, declaration);
  } else if (!c.prisma() && (c.is_word("procedure") || c.is_word("mutation")) &&
             c.ahead().kind == TokenKind::identifier) {
    fine = parse_procedure(c, declaration);
  } else if (!c.prisma() && c.is_word("attribute") && c.ahead().kind >= TokenKind::at &&
             c.ahead().kind <= TokenKind::at_at_at) {
    fine = parse_attribute_declaration(c, declaration);
  } else {
    c.unexpected(c.prisma() ? "datasource, generator, model, enum, type or view"
                            : "datasource, model, view, type, enum, plugin, function, procedure or attribute");
    return false;
  }
  if (!declaration.name.text.empty()) file.declarations.push_back(std::move(declaration));
  return fine;
}

}  // namespace

tree::File parse(const LexInput& input, const TokenStream& stream, Report& report) {
  Cursor cursor(input, stream, report);
  tree::File file;
  while (!cursor.is(TokenKind::end)) {
    cursor.open_brackets = 0;
    const uint32_t before = cursor.index();
    if (parse_one(cursor, file)) continue;
    // What only looks like a declaration (a function in a .prisma file) must not hold us here.
    if (cursor.index() == before || !cursor.starts_declaration()) cursor.skip_declaration();
  }
  cursor.warn_lost_doc();
  return file;
}

}  // namespace trivet::schema
