#include "schema/parse/expression.h"

#include <algorithm>

#include "schema/parse/parser.h"

namespace trivet::schema {
namespace {

using tree::Argument;
using tree::Node;
using tree::NodeKind;

class ExpressionParser {
 public:
  explicit ExpressionParser(Cursor& cursor) : c_(cursor) {}

  bool expression(Node& out) {
    return binary_level(out, &ExpressionParser::equality, is_logical);
  }

 private:
  using Level = bool (ExpressionParser::*)(Node&);
  using Test = bool (*)(const Cursor&);

  static bool is_logical(const Cursor& c) { return c.is(TokenKind::and_and) || c.is(TokenKind::or_or); }
  static bool is_equality(const Cursor& c) { return c.is(TokenKind::equal) || c.is(TokenKind::not_equal); }
  static bool is_order(const Cursor& c) {
    return c.now().kind >= TokenKind::less && c.now().kind <= TokenKind::greater_equal;
  }
  static bool is_in(const Cursor& c) { return c.is_word("in"); }

  // One left-associative level: next { op next }.
  bool binary_level(Node& out, Level next, Test matches) {
    if (!(this->*next)(out)) return false;
    TokenKind mixed = TokenKind::invalid;
    while (matches(c_)) {
      const auto op = c_.now();
      if (op.kind == TokenKind::and_and || op.kind == TokenKind::or_or) {
        if (mixed != TokenKind::invalid && mixed != op.kind) {
          c_.error(c_.range(op), "`&&` and `||` are mixed without parentheses",
                   "write (a && b) || c, or a && (b || c)");
        }
        mixed = op.kind;
      }
      c_.advance();
      Node right;
      if (!(this->*next)(right)) return false;
      Node node;
      node.kind = NodeKind::binary;
      node.op = op.kind;
      node.where = {out.where.file, out.where.begin, right.where.end};
      if (!adopt(node, std::move(out)) || !adopt(node, std::move(right))) return false;
      out = std::move(node);
    }
    return true;
  }

  bool equality(Node& out) { return binary_level(out, &ExpressionParser::order, is_equality); }
  bool order(Node& out) { return binary_level(out, &ExpressionParser::membership, is_order); }
  bool membership(Node& out) { return binary_level(out, &ExpressionParser::collection, is_in); }

  bool adopt(Node& parent, Node&& child, tree::Name name = {}) {
    parent.depth = std::max<uint16_t>(parent.depth, static_cast<uint16_t>(child.depth + 1));
    const auto where = child.where;
    parent.arguments.push_back({name, std::move(child)});
    if (parent.depth <= expression_depth_max) return true;
    c_.error(where, "this expression is too deep", "at most " + std::to_string(expression_depth_max) + " levels");
    return false;
  }

  bool collection(Node& out) {
    if (!member(out)) return false;
    while ((c_.is(TokenKind::question) || c_.is(TokenKind::exclamation) || c_.is(TokenKind::caret)) &&
           c_.ahead().kind == TokenKind::left_bracket) {
      Node node;
      node.kind = NodeKind::predicate;
      node.op = c_.now().kind;
      c_.advance();
      if (!enter()) return false;
      if (c_.is(TokenKind::identifier) && c_.ahead().kind == TokenKind::comma) {
        node.text = c_.text(c_.now());
        c_.advance();
        c_.advance();
      }
      Node condition;
      if (!expression(condition) || !leave(TokenKind::right_bracket, "`]`")) return false;
      node.where = {out.where.file, out.where.begin, c_.token(c_.last_index()).end};
      if (!adopt(node, std::move(out)) || !adopt(node, std::move(condition))) return false;
      out = std::move(node);
    }
    return true;
  }

  bool member(Node& out) {
    if (!primary(out)) return false;
    while (c_.is(TokenKind::dot)) {
      c_.advance();
      tree::Name name;
      if (!c_.expect_name(name, "a name after `.`")) return false;
      Node node;
      node.kind = NodeKind::member;
      node.text = name.text;
      node.where = {out.where.file, out.where.begin, name.where.end};
      if (!adopt(node, std::move(out))) return false;
      if (c_.is(TokenKind::left_paren)) {  // Mongo's composite index path with options; else refused by the checker
        node.op = TokenKind::left_paren;
        std::vector<Argument> options;
        if (!arguments(options)) return false;
        for (auto& option : options) {
          if (!adopt(node, std::move(option.value), option.name)) return false;
        }
        node.where.end = c_.token(c_.last_index()).end;
      }
      out = std::move(node);
    }
    return true;
  }

  // Past an opening bracket.
  bool enter() {
    if (++c_.open_brackets > nesting_max) {
      c_.error(c_.range(c_.now()), "brackets are nested too deeply", "at most " + std::to_string(nesting_max) + " levels");
      return false;
    }
    c_.advance();
    return true;
  }
  bool leave(TokenKind kind, std::string_view what) {
    if (!c_.expect(kind, what)) return false;
    --c_.open_brackets;
    return true;
  }

  bool primary(Node& out) {
    const auto& t = c_.now();
    out = {};
    out.where = c_.range(t);
    switch (t.kind) {
      case TokenKind::number: return leaf(out, NodeKind::number);
      case TokenKind::string: {
        leaf(out, NodeKind::string);
        out.text = out.text.substr(1, out.text.size() - 2);
        return true;
      }
      case TokenKind::left_paren: return parenthesised(out);
      case TokenKind::left_bracket: return array(out);
      case TokenKind::left_brace: return object(out);
      case TokenKind::exclamation: return negation(out);
      case TokenKind::identifier: return word(out);
      default: c_.unexpected("an expression"); return false;
    }
  }

  bool leaf(Node& out, NodeKind kind) {
    out.kind = kind;
    out.text = c_.text(c_.now());
    c_.advance();
    return true;
  }

  bool word(Node& out) {
    const auto text = c_.text(c_.now());
    if (c_.ahead().kind == TokenKind::left_paren) return call(out);
    if (text == "null") return leaf(out, NodeKind::null_);
    if (text == "true" || text == "false") return leaf(out, NodeKind::boolean);
    if (text == "this") return leaf(out, NodeKind::this_);
    return leaf(out, NodeKind::name);
  }

  bool call(Node& out) {
    leaf(out, NodeKind::call);
    std::vector<Argument> taken;
    if (!arguments(taken)) return false;
    for (auto& argument : taken) {
      if (!adopt(out, std::move(argument.value), argument.name)) return false;
    }
    out.where.end = c_.token(c_.last_index()).end;
    return true;
  }

  bool parenthesised(Node& out) {
    const auto begin = c_.now().begin;
    if (!enter() || !expression(out) || !leave(TokenKind::right_paren, "`)`")) return false;
    out.parenthesised = true;
    out.where.begin = begin;
    out.where.end = c_.token(c_.last_index()).end;
    return true;
  }

  bool negation(Node& out) {
    out.kind = NodeKind::not_;
    if (!enter()) return false;  // counts as nesting: `!!!!…` recurs
    --c_.open_brackets;
    ++negations_;
    if (negations_ > nesting_max) {
      c_.error(out.where, "too many `!`");
      return false;
    }
    Node operand;
    if (!member(operand)) return false;
    --negations_;
    out.where.end = operand.where.end;
    return adopt(out, std::move(operand));
  }

  bool array(Node& out) {
    out.kind = NodeKind::array;
    if (!enter()) return false;
    if (!c_.is(TokenKind::right_bracket)) {
      do {
        if (c_.is(TokenKind::right_bracket)) return trailing_comma();
        Node element;
        if (!expression(element) || !adopt(out, std::move(element))) return false;
      } while (c_.take(TokenKind::comma));
    }
    if (!leave(TokenKind::right_bracket, "`,` or `]`")) return false;
    out.where.end = c_.token(c_.last_index()).end;
    return true;
  }

  bool object(Node& out) {
    out.kind = NodeKind::object;
    if (!enter()) return false;
    while (!c_.is(TokenKind::right_brace)) {
      tree::Name key;
      if (c_.is(TokenKind::string)) {
        key = {c_.text(c_.now()).substr(1, c_.text(c_.now()).size() - 2), c_.range(c_.now())};
        c_.advance();
      } else if (!c_.expect_name(key, "a key")) {
        return false;
      }
      Node value;
      if (!c_.expect(TokenKind::colon, "`:`") || !expression(value) || !adopt(out, std::move(value), key)) return false;
      if (!c_.take(TokenKind::comma)) break;
    }
    if (!leave(TokenKind::right_brace, "`,` or `}`")) return false;
    out.where.end = c_.token(c_.last_index()).end;
    return true;
  }

  bool trailing_comma() {
    c_.error(c_.range(c_.token(c_.last_index())), "a comma with nothing after it", "remove the last comma");
    return false;
  }

 public:
  bool arguments(std::vector<Argument>& out) {
    if (!enter()) return false;
    if (!c_.is(TokenKind::right_paren)) {
      do {
        if (c_.is(TokenKind::right_paren)) return trailing_comma();
        Argument argument;
        if (c_.is(TokenKind::identifier) && c_.ahead().kind == TokenKind::colon) {
          argument.name = {c_.text(c_.now()), c_.range(c_.now())};
          c_.advance();
          c_.advance();
        }
        if (!expression(argument.value)) return false;
        out.push_back(std::move(argument));
      } while (c_.take(TokenKind::comma));
    }
    return leave(TokenKind::right_paren, "`,` or `)`");
  }

 private:
  Cursor& c_;
  uint32_t negations_ = 0;
};

}  // namespace

bool parse_expression(Cursor& cursor, tree::Node& out) { return ExpressionParser(cursor).expression(out); }

bool parse_arguments(Cursor& cursor, std::vector<tree::Argument>& out) {
  return ExpressionParser(cursor).arguments(out);
}

bool parse_attribute(Cursor& cursor, tree::Attribute& out) {
  const uint32_t first = cursor.index();
  const auto kind = cursor.now().kind;
  out.level = kind == TokenKind::at ? 1 : kind == TokenKind::at_at ? 2 : 3;
  cursor.advance();
  const uint32_t name_first = cursor.index();
  if (!cursor.expect_name(out.name, "the name of an attribute")) return false;
  while (cursor.is(TokenKind::dot)) {
    cursor.advance();
    tree::Name part;
    if (!cursor.expect_name(part, "a name after `.`")) return false;
    const auto begin = out.name.text.data();
    out.name.text = {begin, static_cast<size_t>(part.text.data() + part.text.size() - begin)};
    out.name.where = cursor.range_from(name_first);
    if (out.name.text.find_first_of(" \t\r\n/") != std::string_view::npos) {
      cursor.error(out.name.where, "space inside the name of an attribute");
      return false;
    }
  }
  if (cursor.is(TokenKind::left_paren)) {
    out.has_arguments = true;
    if (!parse_arguments(cursor, out.arguments)) return false;
  }
  out.where = cursor.range_from(first);
  out.tokens = cursor.span_from(first);
  return true;
}

bool parse_attributes(Cursor& cursor, TokenKind level, std::vector<tree::Attribute>& out) {
  while (cursor.is(level)) {
    tree::Attribute attribute;
    if (!parse_attribute(cursor, attribute)) return false;
    out.push_back(std::move(attribute));
  }
  return true;
}

}  // namespace trivet::schema
