#include <re2/re2.h>

#include <algorithm>

#include "schema/check/typer.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

using tree::Node;
using tree::NodeKind;

constexpr uint8_t in_default = 1, in_policy = 2, in_validation = 4;

// Which functions there are, where they may be called and with how many arguments (dialects/schema.md, section 10).
struct Function {
  std::string_view name;
  uint8_t contexts;
  uint8_t arguments_min;
  uint8_t arguments_max;
};
constexpr Function functions[] = {
    {"auth", in_default | in_policy, 0, 0},
    {"now", in_default | in_policy | in_validation, 0, 0},
    {"contains", in_policy | in_validation, 2, 3},
    {"startsWith", in_policy | in_validation, 2, 3},
    {"endsWith", in_policy | in_validation, 2, 3},
    {"has", in_policy | in_validation, 2, 2},
    {"hasSome", in_policy | in_validation, 2, 2},
    {"hasEvery", in_policy | in_validation, 2, 2},
    {"isEmpty", in_policy | in_validation, 1, 1},
    {"check", in_policy, 1, 2},
    {"before", in_policy, 0, 0},
    {"currentModel", in_policy, 0, 1},
    {"currentOperation", in_policy, 0, 1},
    {"length", in_validation, 1, 1},
    {"regex", in_validation, 2, 2},
    {"isEmail", in_validation, 1, 1},
    {"isUrl", in_validation, 1, 1},
    {"isPhone", in_validation, 1, 1},
    {"isDate", in_validation, 1, 1},
    {"isDateTime", in_validation, 1, 1},
    {"isTime", in_validation, 1, 2},
    {"isUuid", in_validation, 1, 2},
    {"uuid", in_default, 0, 2},
    {"cuid", in_default, 0, 2},
    {"ulid", in_default, 0, 1},
    {"nanoid", in_default, 0, 2},
    {"autoincrement", in_default, 0, 0},
    {"dbgenerated", in_default, 0, 1},
};

struct Renamed {
  std::string_view name;
  std::string_view hint;
};
constexpr Renamed renamed[] = {{"future", "use before() in a 'post-update' rule"}, {"email", "use isEmail(field)"},
                               {"url", "use isUrl(field)"}, {"datetime", "use isDateTime(field)"},
                               {"search", "full-text search is an operator of queries, not of rules"},
                               {"fuzzySearch", "fuzzy search is an operator of queries, not of rules"}};

const Function* find_function(std::string_view name) {
  const auto* found = std::find_if(std::begin(functions), std::end(functions), [&](const Function& f) { return f.name == name; });
  return found == std::end(functions) ? nullptr : found;
}

uint8_t context_bit(ExpressionContext context) {
  switch (context) {
    case ExpressionContext::default_: return in_default;
    case ExpressionContext::policy: return in_policy;
    case ExpressionContext::validation: return in_validation;
  }
  return 0;
}

constexpr Value boolean_value{ValueKind::scalar, ScalarType::boolean, -1, nullptr, false, true, false};

}  // namespace

bool compiles_as_regex(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  return RE2(pattern, options).ok();
}

bool Typer::argument(const Node& node, size_t index, Expr& out, Value& value, int wanted) {
  Expr operand;
  const bool fine = type(node.arguments[index].value, operand, value, wanted);
  out.operands.push_back(std::move(operand));
  return fine;
}

bool Typer::argument_string(const Node& node, size_t index, Expr& out) {
  Value value;
  if (!argument(node, index, out, value)) return false;
  const bool text =
      !value.list && ((value.kind == ValueKind::scalar && value.scalar == ScalarType::string) ||
                      value.kind == ValueKind::any);
  return text || error(node.arguments[index].value, quoted(node.text) + " needs a String here, not " + describe(c_, value));
}

bool Typer::call(const Node& node, Expr& out, Value& value) {
  out.kind = ExprKind::call;
  out.text = std::string(node.text);
  const auto* function = find_function(node.text);
  if (!function) {
    if (c_.functions.contains(node.text)) {
      return error(node, "the function " + quoted(node.text) + " is declared but has no meaning here", {}, DiagnosticKind::place);
    }
    std::vector<std::string_view> names;
    for (const auto& f : functions) names.push_back(f.name);
    std::string hint;
    for (const auto& old : renamed) {
      if (old.name == node.text) hint = std::string(old.hint);
    }
    return error(node, "there is no function " + quoted(node.text),
                 hint.empty() ? did_you_mean(node.text, names) : hint, DiagnosticKind::unknown);
  }
  for (const auto& argument : node.arguments) {
    if (!argument.name.text.empty()) return error(argument.value, "functions have no named arguments", {}, DiagnosticKind::syntax);
  }
  if ((function->contexts & context_bit(scope_.context)) == 0) {
    return error(node, quoted(node.text) + " can't be used here", {}, DiagnosticKind::place);
  }
  if (node.arguments.size() < function->arguments_min || node.arguments.size() > function->arguments_max) {
    const auto wanted = function->arguments_min == function->arguments_max
                            ? std::to_string(function->arguments_min)
                            : std::to_string(function->arguments_min) + " to " + std::to_string(function->arguments_max);
    return error(node, quoted(node.text) + " takes " + wanted + " arguments", {}, DiagnosticKind::arg);
  }
  value = boolean_value;
  const auto name = node.text;
  if (name == "auth") {
    out.kind = ExprKind::auth;
    return auth_value(node, value);
  }
  if (name == "before") return before_value(node, value);
  if (name == "now") {
    value = {ValueKind::scalar, ScalarType::datetime, -1, nullptr, false, false, false};
    return true;
  }
  if (name == "currentModel" || name == "currentOperation") {
    value = {ValueKind::scalar, ScalarType::string, -1, nullptr, false, false, false};
    return casing_function(node, out);
  }
  if (name == "length") {
    value = {ValueKind::scalar, ScalarType::int_, -1, nullptr, false, true, false};
    return length_function(node, out);
  }
  if (name == "contains" || name == "startsWith" || name == "endsWith") return text_function(node, out);
  if (name.starts_with("has") || name == "isEmpty") return list_function(node, out);
  if (name == "check") return check_function(node, out);
  return validator_function(node, out);
}

bool Typer::auth_value(const Node& node, Value& value) {
  const Shape* shape = nullptr;
  if (c_.schema.auth_model >= 0) shape = &c_.models[static_cast<size_t>(c_.schema.auth_model)];
  else if (c_.schema.auth_type >= 0) shape = &c_.types[static_cast<size_t>(c_.schema.auth_type)];
  if (!shape) {
    return error(node, "auth() has no type", "declare a model `User`, or mark a model or type with @@auth", DiagnosticKind::unknown);
  }
  value = {ValueKind::auth, ScalarType::unsupported, -1, shape, false, true, true};
  return true;
}

bool Typer::before_value(const Node& node, Value& value) {
  if (!scope_.before_allowed) {
    return error(node, "before() is for 'post-update' rules of a model only", {}, DiagnosticKind::policy);
  }
  value = {ValueKind::before, ScalarType::unsupported, -1, &rule_, false, false, false};
  return true;
}

bool Typer::text_function(const Node& node, Expr& out) {
  bool fine = argument_string(node, 0, out);
  fine = argument_string(node, 1, out) && fine;
  if (node.arguments.size() < 3) return fine;
  Value value;
  if (!argument(node, 2, out, value)) return false;
  const bool flag = value.kind == ValueKind::scalar && value.scalar == ScalarType::boolean && !value.list;
  return (flag || error(node.arguments[2].value, "the third argument is true or false")) && fine;
}

bool Typer::list_function(const Node& node, Expr& out) {
  Value list;
  if (!argument(node, 0, out, list)) return false;
  if (!list.list || list.kind == ValueKind::row) {
    return error(node.arguments[0].value, quoted(node.text) + " needs a list of scalars, not " + describe(c_, list));
  }
  if (node.text == "isEmpty") return true;
  Value other;
  if (!argument(node, 1, out, other, list.enum_index)) return false;
  const auto& at = node.arguments[1].value;
  const bool wants_list = node.text != "has";
  if (other.list != wants_list || other.kind == ValueKind::null_) {
    return error(
        at, quoted(node.text) +
                (wants_list ? " needs a list here, not " : " needs a single value here, not ") +
                describe(c_, other));
  }
  return compatible(list, other) || error(at, describe(c_, other) + " doesn't fit " + describe(c_, list));
}

bool Typer::check_function(const Node& node, Expr& out) {
  const auto& target = node.arguments[0].value;
  const auto wrong = [&] {
    return error(target, "check() takes a to-one relation field of this model", {}, DiagnosticKind::arg);
  };
  if (target.kind != NodeKind::name) return wrong();
  Value row;
  if (!argument(node, 0, out, row)) return false;
  if (row.kind != ValueKind::row || row.list || row.shape->kind == ShapeKind::type) return wrong();
  if (node.arguments.size() < 2) return true;
  const auto& operation = node.arguments[1].value;
  static constexpr std::string_view known[] = {"read", "create", "update", "delete"};
  std::string text;
  if (!read_string(&operation, text) || std::find(std::begin(known), std::end(known), text) == std::end(known)) {
    return error(operation, "the operation is 'read', 'create', 'update' or 'delete'", {}, DiagnosticKind::arg);
  }
  out.operands.push_back(literal_expression(operation));
  return true;
}

bool Typer::casing_function(const Node& node, Expr& out) {
  if (node.arguments.empty()) return true;
  static constexpr std::string_view known[] = {"original", "upper", "lower", "capitalize", "uncapitalize"};
  const auto& casing = node.arguments[0].value;
  std::string text;
  if (!read_string(&casing, text) || std::find(std::begin(known), std::end(known), text) == std::end(known)) {
    return error(casing, "the casing is 'original', 'upper', 'lower', 'capitalize' or 'uncapitalize'", {}, DiagnosticKind::arg);
  }
  out.operands.push_back(literal_expression(casing));
  return true;
}

bool Typer::length_function(const Node& node, Expr& out) {
  Value value;
  if (!argument(node, 0, out, value)) return false;
  const bool countable =
      value.list ? value.kind != ValueKind::row
                 : value.kind == ValueKind::scalar && value.scalar == ScalarType::string;
  return countable || error(node.arguments[0].value, "length() counts the characters of a String or the items of a list");
}

bool Typer::validator_function(const Node& node, Expr& out) {
  if (!argument_string(node, 0, out)) return false;
  if (node.arguments.size() < 2) return true;
  const auto& second = node.arguments[1].value;
  if (node.text == "regex") {
    std::string pattern;
    if (!read_string(&second, pattern) || !compiles_as_regex(pattern)) {
      return error(second, "the pattern is not a regular expression",
                   "RE2 syntax, without look-around and back references", DiagnosticKind::arg);
    }
  } else {
    int64_t number = 0;
    const bool fine =
        read_integer(&second, number) &&
        (node.text == "isUuid" ? number == 4 || number == 7 : number >= 0 && number <= 9);
    if (!fine) return error(second, "wrong number", node.text == "isUuid" ? "4 or 7" : "0 to 9 digits", DiagnosticKind::arg);
  }
  out.operands.push_back(literal_expression(second));
  return true;
}

}  // namespace trivet::schema
