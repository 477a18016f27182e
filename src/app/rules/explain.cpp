#include "app/rules/explain.h"

#include <fmt/format.h>

#include "app/drivers/driver.h"
#include "app/environment.h"
#include "app/rules/explain_sql.h"
#include "engine/explain/rule_words.h"
#include "engine/explain/words.h"
#include "engine/plan/plan.h"
#include "engine/policy/caller.h"

namespace trivet::app {
namespace {

using store::Expr;
using store::Op;

// Has the capabilities of the project's database and is never asked for rows.
class NoStore final : public store::Store {
 public:
  explicit NoStore(const schema::Schema& schema) : capabilities_(capabilities_for(schema)) {}
  [[nodiscard]] const store::Capabilities& capabilities() const override { return capabilities_; }
  task<result<store::Rows>> read(const store::Query&, const store::Params&,
                                 store::Deadline) override {
    co_return unasked();
  }
  task<result<store::WriteResult>> write(const store::Program&, const store::Params&,
                                         store::Deadline) override {
    co_return unasked();
  }
  task<result<void>> ping(store::Deadline) override { co_return unasked(); }

 private:
  static std::unexpected<Error> unasked() {
    return fail(ErrorCode::internal, "a plan that is explained doesn't run");
  }
  const store::Capabilities capabilities_;
};

// The parameters of a plan: the request's own, then what rules need.
class PlanWords {
 public:
  PlanWords(const engine::Plan& plan, const engine::Caller& caller, const store::Params& params)
      : plan_(plan), caller_(caller), params_(params) {}

  [[nodiscard]] std::string words(int model, const Expr& expr) const {
    return engine::in_words(*plan_.policy->schema, model, expr,
                            [this](const Expr& param) { return name(param); });
  }

  // "the caller's id (5)"
  [[nodiscard]] std::string name(const Expr& param) const {
    const schema::Schema& schema = *plan_.policy->schema;
    if (param.param < plan_.base) {
      if (static_cast<size_t>(param.param) >= params_.values.size()) return "?";
      return engine::value_in_words(schema, params_.values[param.param], param);
    }
    const engine::AppendedParam& from = plan_.appended[param.param - plan_.base];
    using Source = engine::AppendedParam::Source;
    if (from.source == Source::now) return "now";
    if (from.source == Source::capped) return "at most " + std::to_string(from.cap);
    if (from.source == Source::cell) return "the new value";
    Expr rule = param;
    rule.param = from.index;
    const std::string said = engine::rule_param_in_words(*plan_.policy, rule);
    if (plan_.policy->params[from.index].kind != engine::RuleParamKind::auth) return said;
    return said + " (" + engine::value_in_words(schema, caller_.params[from.index], param) + ")";
  }

 private:
  const engine::Plan& plan_;
  const engine::Caller& caller_;
  const store::Params& params_;
};

class Explainer {
 public:
  Explainer(const engine::Plan& plan, const PlanWords& words) : plan_(plan), words_(words) {}

  std::string read() {
    const store::Query& query = plan_.read.query;
    if (plan_.read.nothing) return "no row can be read: the store isn't asked\n";
    level(query.root, "", {}, nullptr);
    return text_;
  }

  std::string write() {
    const engine::WritePlan& plan = plan_.write;
    if (plan.nothing_to_do) return "nothing can be changed: the store isn't asked\n";
    const int root = plan.program.steps[plan.root].model;
    if (plan.create_rule && !plan.create_in_store)
      text_ += line("each new row must have", root, *plan.create_rule);
    for (const engine::NestedRules& nested : plan.nested_rules)
      if (nested.create)
        text_ += line("each nested " + model_name(nested.model) + " must have", nested.model,
                      *nested.create);
    for (const store::Step& step : plan.program.steps) add_step(step);
    if (plan.program.returning) {
      text_ += "then it is shown:\n";
      level(*plan.program.returning, "  ", {}, nullptr);
    }
    return text_;
  }

 private:
  std::string line(const std::string& what, int model, const Expr& condition) const {
    return what + ": " + words_.words(model, condition) + "\n";
  }

  const std::string& model_name(int model) const {
    return plan_.policy->schema->models[model].name;
  }

  void level(const store::Level& level, const std::string& indent, const std::string& path,
             const store::Embed* embed) {
    text_ += indent + (path.empty() ? "" : path + ": ") + model_name(level.model);
    text_ += level.where ? " where " + words_.words(level.model, *level.where) : ", every row";
    text_ += "\n";
    if (embed != nullptr && embed->through)
      text_ += indent + "  over a linking row that the caller may read\n";
    for (const store::Output& output : level.outputs)
      if (output.expr.op == Op::case_when)
        text_ += indent + "  shows " + words_.words(level.model, output.expr) + "\n";
    for (const store::Embed& below : level.embeds)
      this->level(below.level, indent + "  ", embed_name(below), &below);
  }

  std::string embed_name(const store::Embed& embed) const {
    const schema::Schema& schema = *plan_.policy->schema;
    if (!embed.link.function.empty()) return schema::told_name(embed.link.function);
    const schema::Relation& relation = schema.relations[embed.link.relation];
    const int field = relation.field[embed.link.side];
    if (field < 0) return relation.name;
    return schema.models[relation.model[embed.link.side]].fields[field].name;
  }

  void add_step(const store::Step& step) {
    using store::StepKind;
    const std::string& model = step.model >= 0 ? model_name(step.model) : none_;
    const auto where = [&](const std::string& what, const std::optional<Expr>& condition) {
      text_ += condition ? line(what, step.model, *condition) : what + ": every row\n";
    };
    switch (step.kind) {
      case StepKind::insert:
        text_ += "insert into " + model + "\n";
        break;
      case StepKind::upsert:
        text_ += "insert into " + model + ", or change the row with the same key\n";
        if (step.conflict_where) where("  which must have", step.conflict_where);
        break;
      case StepKind::update:
        where("update " + model + " where", step.where);
        break;
      case StepKind::delete_:
        where("delete " + model + " where", step.where);
        break;
      case StepKind::find:
        where("find " + model + " where", step.where);
        break;
      case StepKind::forbid:
        where("refuse if there is a " + model + " where", step.where);
        break;
      case StepKind::check:
        where(step.rows == store::CheckRows::given ? "each new " + model + " must have"
                                                   : "each written " + model + " must have",
              step.where);
        break;
      default:
        break;
    }
  }

  const engine::Plan& plan_;
  const PlanWords& words_;
  const std::string none_;
  std::string text_;
};

std::string who(const Identity& identity) {
  if (identity.bypasses_rules()) return "the service key: no rule applies";
  if (identity.claims_json.empty() || identity.role == Role::anon) return "anonymous";
  return identity.claims_json;
}

}  // namespace

result<std::string> explain_call(const Config& config,
                                 const std::shared_ptr<const schema::Schema>& schema,
                                 const RestCall& call, const Identity& identity) {
  NoStore store(*schema);
  SystemEnvironment environment;
  engine::Engine engine(schema, store, environment, config.limits);
  RestCaller caller(engine);
  TRIVET_TRY(const auto decoded, caller.decode(call, identity));
  TRIVET_TRY(const auto plan, engine.plan(decoded.prepared->operation, identity));
  const auto known = engine::make_caller(plan->policy, identity);
  const PlanWords words(*plan, *known, decoded.params);
  Explainer explainer(*plan, words);
  std::string text = fmt::format("{} {}\nas {}\n\n", call.method, call.target, who(identity));
  const bool reads = plan->kind == engine::OperationKind::read;
  text += reads ? explainer.read() : explainer.write();
  const std::string sql = sql_of(*plan, [&](const Expr& param) { return words.name(param); });
  if (!sql.empty()) text += "\n" + sql;
  return text;
}

}  // namespace trivet::app
