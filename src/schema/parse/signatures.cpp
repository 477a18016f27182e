#include "schema/parse/declarations.h"
#include "schema/parse/expression.h"

namespace trivet::schema {
namespace {

bool parse_parameter(Cursor& c, tree::Parameter& out) {
  if (c.is_word("_") && c.ahead().kind == TokenKind::identifier) {
    out.positional = true;
    c.advance();
  }
  return c.expect_name(out.name, "the name of a parameter") && c.expect(TokenKind::colon, "`:`") &&
         parse_type_reference(c, out.type, OptionalList::allowed) && parse_attributes(c, TokenKind::at_at_at, out.attributes);
}

}  // namespace

bool parse_parameters(Cursor& c, std::vector<tree::Parameter>& out) {
  if (!c.expect(TokenKind::left_paren, "`(`")) return false;
  if (!c.is(TokenKind::right_paren)) {
    do {
      tree::Parameter parameter;
      if (!parse_parameter(c, parameter)) return false;
      out.push_back(std::move(parameter));
    } while (c.take(TokenKind::comma));
  }
  return c.expect(TokenKind::right_paren, "`,` or `)`");
}

bool parse_function(Cursor& c, tree::Declaration& out) {
  const uint32_t first = c.index();
  out.kind = tree::DeclarationKind::function;
  c.advance();
  if (!c.expect_name(out.name, "a name") || !parse_parameters(c, out.parameters) ||
      !c.expect(TokenKind::colon, "`:` and the type of the result") || !parse_type_reference(c, out.result) ||
      !c.expect(TokenKind::left_brace, "`{`")) {
    return false;
  }
  if (!c.is(TokenKind::right_brace)) {
    tree::Node body;
    if (!parse_expression(c, body)) return false;
  }
  if (!c.expect(TokenKind::right_brace, "`}`")) return false;
  const bool fine = parse_attributes(c, TokenKind::at_at_at, out.attributes);
  out.tokens = c.span_from(first);
  return fine;
}

bool parse_procedure(Cursor& c, tree::Declaration& out) {
  const uint32_t first = c.index();
  out.kind = tree::DeclarationKind::procedure;
  if (c.is_word("mutation")) {
    out.mutation = true;
    c.advance();
  }
  if (!c.is_word("procedure")) {
    c.unexpected("`procedure`");
    return false;
  }
  c.advance();
  if (!c.expect_name(out.name, "a name") || !parse_parameters(c, out.parameters) ||
      !c.expect(TokenKind::colon, "`:` and the type of the result") || !parse_type_reference(c, out.result)) {
    return false;
  }
  if (out.result.optional) c.error(out.result.where, "the result of a procedure can't be optional", "remove the `?`");
  const bool fine = parse_attributes(c, TokenKind::at_at_at, out.attributes);
  out.tokens = c.span_from(first);
  return fine;
}

bool parse_attribute_declaration(Cursor& c, tree::Declaration& out) {
  const uint32_t first = c.index();
  out.kind = tree::DeclarationKind::attribute;
  c.advance();
  tree::Attribute head;
  if (!c.is(TokenKind::at) && !c.is(TokenKind::at_at) && !c.is(TokenKind::at_at_at)) {
    c.unexpected("`@`, `@@` or `@@@`");
    return false;
  }
  const auto kind = c.now().kind;
  head.level = kind == TokenKind::at ? 1 : kind == TokenKind::at_at ? 2 : 3;
  c.advance();
  const uint32_t name_first = c.index();
  if (!c.expect_name(head.name, "the name of the attribute")) return false;
  while (c.take(TokenKind::dot)) {
    tree::Name part;
    if (!c.expect_name(part, "a name after `.`")) return false;
    const auto begin = head.name.text.data();
    head.name.text = {begin, static_cast<size_t>(part.text.data() + part.text.size() - begin)};
    head.name.where = c.range_from(name_first);
  }
  out.level = head.level;
  out.name = head.name;
  if (!parse_parameters(c, out.parameters)) return false;
  const bool fine = parse_attributes(c, TokenKind::at_at_at, out.attributes);
  out.tokens = c.span_from(first);
  return fine;
}

}  // namespace trivet::schema
