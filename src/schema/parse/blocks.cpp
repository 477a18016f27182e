#include <string>

#include "schema/parse/declarations.h"
#include "schema/parse/expression.h"

namespace trivet::schema {
namespace {

using tree::Declaration;
using tree::DeclarationKind;

bool has_config(DeclarationKind kind) {
  return kind == DeclarationKind::datasource || kind == DeclarationKind::generator || kind == DeclarationKind::plugin;
}

// The line rules of .prisma files: one member a line, and nothing of it on the next.
void check_lines(Cursor& c, uint32_t first) {
  if (!c.prisma()) return;
  if (!c.token(first).newline_before) {
    c.error(c.range(c.token(first)), "in a .prisma file each member has a line of its own", "start a new line here");
    return;
  }
  if (c.has_block_comment(first, c.last_index())) {
    c.error(c.range(c.token(first)),
            "in a .prisma file a block comment can't stand inside of a member",
            "move it above, or use `//` at the end of the line");
  }
  for (uint32_t i = first + 1; i <= c.last_index(); ++i) {
    if (!c.token(i).newline_before) continue;
    c.error(c.range(c.token(i)), "in a .prisma file a field or attribute, with its arguments, stays on one line",
            "join this line to the one before");
    return;
  }
}

bool parse_entry(Cursor& c, Declaration& out) {
  tree::Entry entry;
  const uint32_t first = c.index();
  if (!c.expect_name(entry.key, "a setting, as `key = value`")) return false;
  if (!c.expect(TokenKind::assign, "`=`") || !parse_expression(c, entry.value)) return false;
  entry.tokens = c.span_from(first);
  check_lines(c, first);
  out.entries.push_back(std::move(entry));
  return true;
}

bool legacy_field(Cursor& c, const tree::Field& field) {
  if (c.is(TokenKind::colon)) {
    c.error(c.range(c.now()), "fields are declared without a colon",
            "write `" + std::string(field.name.text) + " Type`");
  } else if (c.is(TokenKind::left_bracket)) {
    const auto type = c.ahead().kind == TokenKind::identifier ? c.text(c.ahead()) : std::string_view("Type");
    c.error(c.range(c.now()), "the brackets of a list come after its type", "write `" + std::string(type) + "[]`");
  } else {
    return false;
  }
  return true;
}

// `name` alone on its line: the next line is another member, not this one's type.
bool type_is_missing(const Cursor& c) {
  if (!c.is(TokenKind::identifier)) return false;
  if (!c.now().newline_before) return false;
  if (c.prisma()) return true;
  const auto& next = c.ahead();
  return next.kind == TokenKind::identifier && !next.newline_before;
}

bool parse_field(Cursor& c, Declaration& out) {
  tree::Field field;
  const uint32_t first = c.index();
  field.doc = c.doc_before(first);
  if (!c.expect_name(field.name, out.kind == DeclarationKind::enum_ ? "a value, `@@` or `}`" : "a field, `@@` or `}`")) {
    return false;
  }
  if (out.kind != DeclarationKind::enum_) {
    if (c.is(TokenKind::left_paren) && !c.prisma() && !parse_parameters(c, field.parameters)) return false;
    if (legacy_field(c, field)) return false;
    if (type_is_missing(c) || c.is(TokenKind::right_brace) || c.is(TokenKind::at)) {
      c.error(field.name.where, "the field `" + std::string(field.name.text) + "` has no type");
      return false;
    }
    if (!parse_type_reference(c, field.type)) return false;
  }
  if (!parse_attributes(c, TokenKind::at, field.attributes)) return false;
  field.where = c.range_from(first);
  field.tokens = c.span_from(first);
  if (const auto more = c.doc_trailing(); !more.empty()) field.doc += (field.doc.empty() ? "" : "\n") + more;
  check_lines(c, first);
  out.fields.push_back(std::move(field));
  return true;
}

bool parse_block_attribute(Cursor& c, Declaration& out) {
  tree::Attribute attribute;
  const uint32_t first = c.index();
  if (!parse_attribute(c, attribute)) return false;
  check_lines(c, first);
  out.attributes.push_back(std::move(attribute));
  return true;
}

bool parse_member(Cursor& c, Declaration& out) {
  if (has_config(out.kind)) return parse_entry(c, out);
  if (c.is(TokenKind::at_at)) return parse_block_attribute(c, out);
  return parse_field(c, out);
}

bool parse_names(Cursor& c, Declaration& out) {
  const bool mixable = out.kind == DeclarationKind::model || out.kind == DeclarationKind::type;
  while (c.is_word("with") || c.is_word("extends")) {
    const auto word = c.now();
    const bool with = c.is_word("with");
    c.advance();
    tree::Name name;
    if (!c.expect_name(name, with ? "the name of a type" : "the name of a model")) return false;
    if (c.prisma() || !mixable || (!with && out.kind != DeclarationKind::model)) {
      c.error(c.range(word), "`" + std::string(c.text(word)) + "` can't be used here");
    }
    if (!with) {
      if (!out.base.text.empty()) c.error(name.where, "a model extends one other model only");
      out.base = name;
      continue;
    }
    out.mixins.push_back(name);
    while (c.is(TokenKind::comma) || (c.is(TokenKind::identifier) && !c.is_word("extends") && !c.is_word("with"))) {
      c.take(TokenKind::comma);
      if (!c.expect_name(name, "the name of a type")) return false;
      out.mixins.push_back(name);
    }
  }
  return true;
}

void check_open_brace(Cursor& c) {
  if (!c.prisma()) return;
  if (c.now().newline_before) c.error(c.range(c.now()), "in a .prisma file `{` stays on the line of its keyword");
}

void check_close_brace(Cursor& c) {
  if (!c.prisma() || c.now().newline_before) return;
  c.error(c.range(c.now()), "in a .prisma file `}` has a line of its own");
}

}  // namespace

bool parse_type_reference(Cursor& c, tree::TypeReference& out, OptionalList lists) {
  const uint32_t first = c.index();
  if (!c.expect_name(out.name, "a type")) return false;
  if (out.name.text == "Unsupported" && c.is(TokenKind::left_paren)) {
    c.advance();
    const auto t = c.now();
    if (!c.expect(TokenKind::string, "the database type in quotes")) return false;
    out.unsupported = c.text(t).substr(1, c.text(t).size() - 2);
    if (!c.expect(TokenKind::right_paren, "`)`")) return false;
  }
  if (c.is(TokenKind::exclamation)) {
    c.error(c.range(c.now()), "fields are required unless they end in `?`", "remove the `!`");
    c.advance();
  }
  if (c.is(TokenKind::left_bracket)) {
    c.advance();
    if (!c.expect(TokenKind::right_bracket, "`]`")) return false;
    out.list = true;
  }
  if (c.take(TokenKind::question)) out.optional = true;
  if (lists == OptionalList::refused && out.optional && (out.list || c.is(TokenKind::left_bracket))) {
    if (c.take(TokenKind::left_bracket)) c.take(TokenKind::right_bracket);
    out.where = c.range_from(first);
    c.error(out.where, "a list can't be optional", "use either [] or ?; a list may be empty");
    out.optional = false;
    out.list = true;
    out.broken = true;
  }
  out.where = c.range_from(first);
  return true;
}

bool parse_block(Cursor& c, Declaration& out) {
  const uint32_t first = c.index();
  c.advance();
  if (!c.expect_name(out.name, "a name")) return false;
  if (out.kind == DeclarationKind::type && c.is(TokenKind::assign)) {
    c.error(c.range(c.now()), "type aliases are gone", "write the type at each field");
    return false;
  }
  if (!parse_names(c, out)) return false;
  check_open_brace(c);
  const uint32_t open = c.index();
  if (!c.expect(TokenKind::left_brace, "`{`")) return false;
  const bool holds_text = out.kind != DeclarationKind::generator && out.kind != DeclarationKind::plugin;
  while (!c.is(TokenKind::right_brace)) {
    if (c.is(TokenKind::end) || (c.starts_declaration() && holds_text && c.ahead(2).kind != TokenKind::at)) {
      c.error(out.name.where, "the body of `" + std::string(out.name.text) + "` is never closed", "write `}` after it");
      out.tokens = c.span_from(first);
      out.body = {open, c.last_index()};
      return true;
    }
    c.open_brackets = 0;
    if (!parse_member(c, out)) c.skip_member();
  }
  check_close_brace(c);
  c.warn_lost_doc();
  c.advance();
  out.tokens = c.span_from(first);
  out.body = {open, c.last_index()};
  return true;
}

}  // namespace trivet::schema
