#include "engine/explain/words.h"

#include <string_view>
#include <vector>

#include "value/format_options.h"
#include "value/json_writer.h"

namespace trivet::engine {
namespace {

using store::Expr;
using store::Op;

std::string_view comparison(Op op) {
  switch (op) {
    case Op::eq:
      return " is ";
    case Op::ne:
    case Op::is_distinct:
      return " is not ";
    case Op::lt:
      return " < ";
    case Op::le:
      return " <= ";
    case Op::gt:
      return " > ";
    case Op::ge:
      return " >= ";
    case Op::in:
      return " is one of ";
    case Op::like:
      return " is like ";
    case Op::ilike:
      return " is, in any case, like ";
    case Op::regex:
      return " matches ";
    case Op::iregex:
      return " matches, in any case, ";
    case Op::contains:
      return " contains ";
    case Op::starts_with:
      return " starts with ";
    case Op::ends_with:
      return " ends with ";
    case Op::icontains:
      return " contains, in any case, ";
    case Op::istarts_with:
      return " starts, in any case, with ";
    case Op::iends_with:
      return " ends, in any case, with ";
    case Op::text_search:
      return " is found by ";
    case Op::contains_all:
      return " has all of ";
    case Op::contained_by:
      return " has nothing but ";
    case Op::overlaps:
      return " has some of ";
    default:
      return "";
  }
}

bool is_junction(const Expr& expr) { return expr.op == Op::and_ || expr.op == Op::or_; }

class Speaker {
 public:
  Speaker(const schema::Schema& schema, const ParamWords& params, int model)
      : schema_(schema), params_(params), scopes_{model} {}

  std::string say(const Expr& expr) {
    switch (expr.op) {
      case Op::always_true:
        return "always";
      case Op::always_false:
        return "never";
      case Op::null_value:
        return "null";
      case Op::column:
        return row_prefix(expr.depth) + field(expr);
      case Op::before:
        return field(expr) + " before";
      case Op::param:
        return params_(expr);
      case Op::and_:
        return conjunction(expr);
      case Op::or_:
        return join(expr, " or ");
      case Op::not_:
        return negation(expr.args[0]);
      case Op::exists:
        return collection("some", expr);
      case Op::related:
        return related(expr);
      default:
        return say_value(expr);
    }
  }

 private:
  std::string say_value(const Expr& expr) {
    switch (expr.op) {
      case Op::is_null:
        return operand(expr.args[0]) + " is null";
      case Op::is_not_null:
        return operand(expr.args[0]) + " is not null";
      case Op::is_true:
        return say(expr.args[0]);
      case Op::is_false:
        return operand(expr.args[0]) + " is false";
      case Op::is_unknown:
        return operand(expr.args[0]) + " is unknown";
      case Op::length:
        return "the length of " + operand(expr.args[0]);
      case Op::json_get:
      case Op::json_get_text:
        return operand(expr.args[0]) + (expr.op == Op::json_get ? "->" : "->>") +
               (expr.is_index ? std::to_string(expr.index) : expr.key);
      case Op::cast:
        return operand(expr.args[0]);
      case Op::case_when:
        if (is_callers_row(expr.args[0])) return say(expr.args[1]);
        return operand(expr.args[1]) + " where " + operand(expr.args[0]);
      case Op::count_rows:
        return "the number of rows";
      default:
        break;
    }
    if (expr.args.size() == 2 && !comparison(expr.op).empty())
      return operand(expr.args[0]) + std::string(comparison(expr.op)) + operand(expr.args[1]);
    return "an aggregate";
  }

  std::string operand(const Expr& expr) {
    return is_junction(expr) ? "(" + say(expr) + ")" : say(expr);
  }

  std::string join(const Expr& expr, std::string_view word) {
    std::string out;
    for (const Expr& arg : expr.args) {
      if (!out.empty()) out += word;
      out += operand(arg);
    }
    return out;
  }

  // What denies comes last.
  std::string conjunction(const Expr& expr) {
    std::string out;
    std::string denied;
    for (const Expr& arg : expr.args) {
      if (arg.op == Op::not_ && arg.args[0].op == Op::is_true)
        denied += (denied.empty() ? "unless " : " or ") + operand(arg.args[0].args[0]);
      else
        out += (out.empty() ? "" : " and ") + operand(arg);
    }
    if (out.empty()) out = "always";
    return denied.empty() ? out : out + ", " + denied;
  }

  std::string negation(const Expr& inner) {
    if (inner.op == Op::is_true) {
      if (inner.args[0].op == Op::exists) return collection("none", inner.args[0]);
      return "unless " + operand(inner.args[0]);
    }
    if (inner.op != Op::exists)
      return inner.args.empty() ? "not " + say(inner) : "not (" + say(inner) + ")";
    const Expr& test = inner.args[0];
    if (test.op != Op::not_ || test.args[0].op != Op::is_true) return collection("none", inner);
    Expr every = inner;
    every.args[0] = test.args[0].args[0];
    return collection("each", every);
  }

  // some of comments has (approved): one of them, whatever it is, where nothing is asked of it
  std::string collection(std::string_view which, const Expr& expr) {
    if (is_callers_row(expr)) return of_the_caller(expr);
    std::string out = std::string(which) + " of " + row_prefix(expr.depth) + step(expr);
    scopes_.push_back(target(expr));
    const Expr& test = expr.args[0];
    if (test.op != Op::always_true) out += " has (" + say(test) + ")";
    if (test.op == Op::always_true) out += " is there";
    scopes_.pop_back();
    return out;
  }

  static bool is_callers_row(const Expr& expr) {
    return expr.op == Op::exists && expr.link.every >= 0;
  }

  // Tells what is asked of the row, not how it is found.
  std::string of_the_caller(const Expr& expr) {
    scopes_.push_back(expr.link.every);
    const Expr& test = expr.args[0];
    const std::string said = say(test.op == Op::and_ ? test.args.back() : test);
    scopes_.pop_back();
    return "the caller's " + schema_.models[expr.link.every].name + " has (" + said + ")";
  }

  std::string related(const Expr& expr) {
    const std::string path = row_prefix(expr.depth) + step(expr);
    const Expr& inner = expr.args[0];
    scopes_.push_back(target(expr));
    const bool plain =
        (inner.op == Op::column || inner.op == Op::related) && inner.depth == 0;
    const std::string said = say(inner);
    scopes_.pop_back();
    return plain ? path + "." + said : path + " has (" + said + ")";
  }

  std::string row_prefix(uint8_t depth) const {
    if (depth == 0 || depth >= scopes_.size()) return "";
    const int model = scopes_[scopes_.size() - 1 - depth];
    const bool same = model == scopes_.back();
    return (same ? "the outer " : "the ") + schema_.models[model].name + "'s ";
  }

  std::string field(const Expr& expr) const {
    const size_t depth = expr.op == Op::before ? scopes_.size() - 1 : expr.depth;
    const int model = scopes_[scopes_.size() - 1 - depth];
    return schema_.models[model].fields[expr.field].name;
  }

  std::string step(const Expr& expr) const {
    if (!expr.link.function.empty()) return schema::told_name(expr.link.function);
    const schema::Relation& relation = schema_.relations[expr.link.relation];
    const int model = relation.model[expr.link.side];
    const int named = relation.field[expr.link.side];
    std::string out = named >= 0 ? schema_.models[model].fields[named].name : relation.name;
    if (expr.link.second < 0) return out;
    return out + " to " + schema_.models[target(expr)].name;
  }

  int target(const Expr& expr) const {
    const store::Link& link = expr.link;
    if (link.every >= 0) return link.every;
    if (link.second >= 0) return schema_.relations[link.second].model[1 - link.second_side];
    return schema_.relations[link.relation].model[1 - link.side];
  }

  const schema::Schema& schema_;
  const ParamWords& params_;
  std::vector<int> scopes_;
};

}  // namespace

std::string in_words(const schema::Schema& schema, int model, const Expr& expr,
                     const ParamWords& params) {
  return Speaker(schema, params, model).say(expr);
}

std::string value_in_words(const schema::Schema& schema, Value value, const Expr& shape) {
  if (value.is_null()) return "null";
  if (value.kind() == ValueKind::list) {
    std::string out;
    for (const Value& element : value.as_list())
      out += (out.empty() ? "" : ", ") + value_in_words(schema, element, shape);
    return "[" + out + "]";
  }
  if (shape.type == Type::enum_ && shape.enum_index >= 0)
    for (const schema::EnumValue& label : schema.enums[shape.enum_index].values)
      if (label.db_name == value.as_text()) return label.name;
  std::string out;
  append_json_value(out, value, shape.type, FormatOptions());
  return out;
}

}  // namespace trivet::engine
