#include "store/patterns.h"

#include "store/text_search.h"
#include "value/fold.h"

namespace trivet::store {

namespace {

bool has_pattern(Op op) {
  switch (op) {
    case Op::like:
    case Op::ilike:
    case Op::regex:
    case Op::iregex:
    case Op::text_search:
      return true;
    default:
      return false;
  }
}

class Finder {
 public:
  void visit(const Expr& expr) {
    if (has_pattern(expr.op) && expr.args[1].op == Op::param)
      found_.push_back({expr.op, expr.args[1].param, expr.text, expr.key});
    for (const Expr& arg : expr.args) visit(arg);
  }
  void visit(const std::optional<Expr>& expr) {
    if (expr) visit(*expr);
  }
  void visit(const Level& level) {
    visit(level.where);
    for (const Output& output : level.outputs) visit(output.expr);
    for (const OrderTerm& term : level.order) visit(term.expr);
    for (const Embed& embed : level.embeds) visit(embed.level);
  }
  void visit(const Step& step) {
    visit(step.where);
    visit(step.conflict_where);
    for (const Expr& value : step.values) visit(value);
  }
  std::vector<Pattern> take() { return std::move(found_); }

 private:
  std::vector<Pattern> found_;
};

result<void> check_pattern(const Pattern& pattern, std::string_view text, RegexCache& regexes) {
  switch (pattern.op) {
    case Op::like:
    case Op::ilike: {
      TRIVET_TRY([[maybe_unused]] const auto compiled,
                 LikePattern::compile(text, CaseRule::sensitive));
      return {};
    }
    case Op::regex:
    case Op::iregex: {
      const CaseRule rule = pattern.op == Op::regex ? CaseRule::sensitive : CaseRule::folded;
      TRIVET_TRY([[maybe_unused]] const auto compiled, regexes.find(text, rule));
      return {};
    }
    default: {
      TRIVET_TRY([[maybe_unused]] const auto compiled,
                 TextQuery::compile(text, pattern.mode, pattern.configuration));
      return {};
    }
  }
}

}  // namespace

std::vector<Pattern> patterns_of(const Level& level) {
  Finder finder;
  finder.visit(level);
  return finder.take();
}

std::vector<Pattern> patterns_of(const Program& program) {
  Finder finder;
  for (const Step& step : program.steps) finder.visit(step);
  if (program.returning) finder.visit(*program.returning);
  return finder.take();
}

result<void> check_patterns(std::span<const Pattern> patterns, std::span<const Value> params,
                            RegexCache& regexes) {
  for (const Pattern& pattern : patterns) {
    const Value value = params[pattern.param];
    if (value.kind() != ValueKind::text) continue;
    TRIVET_CHECK(check_pattern(pattern, value.as_text(), regexes));
  }
  return {};
}

}  // namespace trivet::store
