#include "engine/explain/lint.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include "engine/explain/rule_words.h"
#include "engine/policy/compile.h"

namespace trivet::engine {
namespace {

using schema::Diagnostic;
using schema::DiagnosticKind;
using store::Expr;
using store::Op;

enum class Outcome : uint8_t { depends, always, never };

constexpr std::array<const char*, 5> verbs = {"create", "read", "update", "delete", "post-update"};

std::string operations_text(uint8_t operations) {
  std::string out;
  for (size_t i = 0; i < verbs.size(); ++i)
    if ((operations >> i & 1) != 0) out += (out.empty() ? "" : ", ") + std::string(verbs[i]);
  return out;
}

bool is_written_true(const schema::Expr& condition) {
  return condition.kind == schema::ExprKind::literal_boolean && condition.boolean;
}

// `x == 1 && x == 2`, `x && !x`: no row is both.
bool contradicts(const Policy& policy, const Expr& a, const Expr& b) {
  if (b.op == Op::not_ && b.args[0] == a) return true;
  if (a.op != Op::eq || b.op != Op::eq || !(a.args[0] == b.args[0])) return false;
  const auto constant = [&](const Expr& expr) -> std::optional<Value> {
    if (expr.op != Op::param || expr.param < 0) return std::nullopt;
    const RuleParam& param = policy.params[expr.param];
    if (param.kind != RuleParamKind::constant) return std::nullopt;
    return param.constant;
  };
  const auto left = constant(a.args[1]);
  const auto right = constant(b.args[1]);
  if (!left || !right || left->kind() != right->kind()) return false;
  if (left->kind() == ValueKind::text) return left->as_text() != right->as_text();
  if (left->kind() == ValueKind::integer || left->kind() == ValueKind::boolean)
    return left->as_integer() != right->as_integer();
  return false;
}

bool is_impossible(const Policy& policy, const Expr& expr) {
  if (expr.op == Op::always_false) return true;
  if (expr.op == Op::or_)
    return std::ranges::all_of(expr.args,
                               [&](const Expr& arg) { return is_impossible(policy, arg); });
  if (expr.op != Op::and_) return false;
  for (const Expr& arg : expr.args) {
    if (is_impossible(policy, arg)) return true;
    for (const Expr& other : expr.args)
      if (contradicts(policy, arg, other)) return true;
  }
  return false;
}

class Linter {
 public:
  explicit Linter(const std::shared_ptr<const schema::Schema>& schema)
      : schema_(*schema), rules_(*schema, policy_, unsupported_) {
    policy_.schema = schema;
    policy_.models.resize(schema->models.size());
  }

  std::vector<Diagnostic> run() {
    const CompiledPolicy whole = compile_policy(policy_.schema);
    if (!whole.diagnostics.empty()) return {};
    const std::vector<ModelReaches> reaches = describe_rules(*whole.policy);
    for (size_t i = 0; i < schema_.models.size(); ++i) {
      const schema::Model& model = schema_.models[i];
      for (const schema::ModelRule& rule : model.rules) check_rule(static_cast<int>(i), rule);
      for (const schema::Field& field : model.fields) {
        for (const schema::FieldRule& rule : field.rules)
          check_field_rule(static_cast<int>(i), field, rule);
        check_secret(reaches[i], model, field);
      }
    }
    std::ranges::stable_sort(found_, {}, [](const Diagnostic& one) {
      return std::pair(one.where.file, one.where.begin);
    });
    return std::move(found_);
  }

 private:
  Outcome outcome(int model, const schema::Expr& condition, schema::Operation operation) {
    const Expr rule = rules_.compile(model, condition, operation);
    const Expr without = rule_for(policy_, rule, CallerKind::anonymous);
    const Expr with = rule_for(policy_, rule, CallerKind::signed_in);
    if (without.op == Op::always_true && with.op == Op::always_true) return Outcome::always;
    if (is_impossible(policy_, without) && is_impossible(policy_, with)) return Outcome::never;
    return Outcome::depends;
  }

  // The same for each of its operations.
  Outcome outcome(int model, const schema::Expr& condition, uint8_t operations) {
    std::optional<Outcome> all;
    for (size_t i = 0; i < verbs.size(); ++i) {
      if ((operations >> i & 1) == 0) continue;
      const Outcome one = outcome(model, condition, static_cast<schema::Operation>(i));
      if (all && *all != one) return Outcome::depends;
      all = one;
    }
    return all.value_or(Outcome::depends);
  }

  void check_rule(int index, const schema::ModelRule& rule) {
    const Outcome is = outcome(index, rule.condition, rule.operations);
    const std::string& model = schema_.models[index].name;
    const std::string operations = operations_text(rule.operations);
    if (is == Outcome::depends) return;
    if (rule.effect == schema::ModelRule::Effect::deny) {
      if (is == Outcome::never)
        warn(rule.condition, "this rule is never true, so it denies nothing", "remove it");
      else if (!is_written_true(rule.condition))
        warn(rule.condition,
             "this rule is always true: nobody may " + operations + " any " + model,
             "write true if that is meant");
      return;
    }
    if (is == Outcome::never)
      return warn(rule.condition, "this rule is never true, so it allows nothing", "remove it");
    constexpr uint8_t changing = 1U << static_cast<unsigned>(schema::Operation::update) |
                                 1U << static_cast<unsigned>(schema::Operation::delete_);
    if (!is_written_true(rule.condition))
      warn(rule.condition, "this rule is always true: everyone may " + operations + " every " + model,
           "write true if that is meant");
    else if ((rule.operations & changing) != 0)
      warn(rule.condition,
           "everyone, signed in or not, may " + operations_text(rule.operations & changing) +
               " every " + model,
           "say who may, as in auth() != null");
  }

  void check_field_rule(int model, const schema::Field& field, const schema::FieldRule& rule) {
    uint8_t operations = 0;
    if (rule.on_read) operations |= 1U << static_cast<unsigned>(schema::Operation::read);
    if (rule.on_update) operations |= 1U << static_cast<unsigned>(schema::Operation::update);
    const Outcome is = outcome(model, rule.condition, operations);
    const bool deny = rule.effect == schema::FieldRule::Effect::deny;
    if (is == Outcome::never && deny)
      warn(rule.condition, "this rule is never true, so it denies nothing", "remove it");
    if (is == Outcome::always && !deny)
      warn(rule.condition,
           "this rule is always true, so it doesn't protect the field \"" + field.name + "\"",
           "say who may, or remove it");
    if (is == Outcome::never && !deny && rule.condition.kind != schema::ExprKind::literal_boolean)
      warn(rule.condition, "this rule is never true, so it allows nothing", "write false if that is meant");
  }

  void check_secret(const ModelReaches& reaches, const schema::Model& model,
                    const schema::Field& field) {
    const bool holds_text = field.column >= 0 && (field.type == schema::ScalarType::string ||
                                                  field.type == schema::ScalarType::bytes ||
                                                  field.type == schema::ScalarType::json);
    if (!holds_text || !is_named_like_secret(field.name)) return;
    const Reaches& readers = reaches.operations[static_cast<size_t>(schema::Operation::read)];
    if (readers.anonymous.extent == Extent::nothing && readers.signed_in.extent == Extent::nothing)
      return;
    const auto limits = [](const schema::FieldRule& rule) {
      return rule.on_read && !(rule.effect == schema::FieldRule::Effect::allow &&
                               is_written_true(rule.condition));
    };
    if (std::ranges::any_of(field.rules, limits)) return;
    const char* who = readers.anonymous.extent == Extent::nothing
                          ? "is read by every caller who may read the row"
                          : "is read by anyone who may read the row, signed in or not";
    found_.push_back({DiagnosticKind::warning, field.where,
                      "the field \"" + field.name + "\" of " + model.name +
                          " is named like a secret and " + who,
                      "@deny('read', true) hides it from all but the service key"});
  }

  void warn(const schema::Expr& condition, std::string message, std::string hint) {
    found_.push_back(
        {DiagnosticKind::warning, condition.where, std::move(message), std::move(hint)});
  }

  const schema::Schema& schema_;
  Policy policy_;  // where single rules are compiled
  std::vector<Diagnostic> unsupported_;
  RuleCompiler rules_;
  std::vector<Diagnostic> found_;
};

// "passwordHash", "reset_token" → their words in small letters.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool begins = std::isupper(c) != 0 && i > 0 &&
                        std::isupper(static_cast<unsigned char>(name[i - 1])) == 0;
    if ((c == '_' || begins) && !words.back().empty()) words.emplace_back();
    if (c != '_') words.back() += static_cast<char>(std::tolower(c));
  }
  return words;
}

}  // namespace

bool is_named_like_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 17> single = {
      "password", "passwd", "passphrase", "passcode", "pwd",  "secret", "secrets", "token", "salt",
      "otp",      "totp",   "ssn",        "cvv",      "cvc", "credential", "credentials", "apikey"};
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> pairs = {
      {{"api", "key"}, {"private", "key"}, {"access", "key"}, {"pass", "word"},
       {"recovery", "code"}, {"card", "number"}}};
  const std::vector<std::string> words = words_of(name);
  for (size_t i = 0; i < words.size(); ++i) {
    if (std::ranges::find(single, words[i]) != single.end()) return true;
    for (const auto& [first, second] : pairs)
      if (i > 0 && words[i - 1] == first && words[i] == second) return true;
  }
  return false;
}

std::vector<Diagnostic> lint_rules(const std::shared_ptr<const schema::Schema>& schema) {
  return Linter(schema).run();
}

}  // namespace trivet::engine
