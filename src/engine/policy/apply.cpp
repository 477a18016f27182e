#include "engine/policy/apply.h"

#include <algorithm>
#include <utility>

#include "engine/policy/fold.h"

namespace trivet::engine {

using store::Expr;
using store::Link;
using store::Op;

namespace {

Expr constant(Op op) {
  Expr expr;
  expr.op = op;
  expr.type = Type::boolean;
  return expr;
}

Expr conjoin(Expr left, Expr right) {
  std::vector<Expr> args;
  args.push_back(std::move(left));
  args.push_back(std::move(right));
  return store::make_and(std::move(args));
}

void conjoin_to(std::optional<Expr>& where, std::optional<Expr> more) {
  if (!more) return;
  where = where ? conjoin(std::move(*where), std::move(*more)) : std::move(*more);
}

// null where `condition` isn't true.
Expr masked(Expr condition, Expr value) {
  const Expr shape = value;
  Expr mask = store::make_binary(Op::case_when, std::move(condition), std::move(value));
  mask.type = shape.type;
  mask.enum_index = shape.enum_index;
  mask.is_list = shape.is_list;
  return mask;
}

bool is_link(const Expr& expr) { return expr.op == Op::exists || expr.op == Op::related; }
bool names_row(const Expr& expr) {
  return expr.op == Op::column || expr.op == Op::row_function || is_link(expr);
}

// One more row is between a column in `expr` and the row it means, for all that mean a row outside
// `expr`.
void deepen(Expr& expr, int inside) {
  if (names_row(expr) && expr.depth >= inside) ++expr.depth;
  const int next = inside + (is_link(expr) ? 1 : 0);
  for (Expr& arg : expr.args) deepen(arg, next);
}

// The scope of rows that were given: a model without rules.
constexpr int given_rows = -1;

bool is_true(const Expr& expr) { return expr.op == Op::always_true; }

std::optional<Expr> restriction(Expr expr) {
  if (is_true(expr)) return std::nullopt;
  return expr;
}

}  // namespace

Error table_denied(const schema::Model& model) {
  return Error(ErrorCode::permission_denied, "permission denied for table " + model.db_name);
}

Error column_denied(const schema::Model& model, const schema::Field& field) {
  return Error(ErrorCode::permission_denied,
               "permission denied for column " + field.db_name + " of table " + model.db_name);
}

Error row_denied(const schema::Model& model) {
  return Error(ErrorCode::permission_denied,
               "new row violates row-level security policy for table \"" + model.db_name + "\"");
}

int linked_model(const schema::Schema& schema, const Link& link) {
  if (link.every >= 0) return link.every;
  if (link.second >= 0) return schema.relations[link.second].model[1 - link.second_side];
  return schema.relations[link.relation].model[1 - link.side];
}

bool reaches_other_rows(const Expr& expr) {
  return is_link(expr) || std::ranges::any_of(expr.args, reaches_other_rows);
}

// `depth`: how many levels out the rule's row is from where the rule will stand; `inside`: how many
// linked rows of the rule itself are around `rule`.
Expr RuleApplier::instantiate(const Expr& rule, int depth, int inside) {
  if (rule.op == Op::param && rule.param <= condition_param) {
    const char outcome = caller_.condition(condition_param - rule.param);
    return constant(outcome == 't'   ? Op::always_true
                    : outcome == 'f' ? Op::always_false
                                     : Op::null_value);
  }
  Expr expr = rule;
  if (rule.op == Op::param) {
    const RuleParam& param = caller_.policy->params[rule.param];
    if (param.kind == RuleParamKind::auth && !caller_.present) {
      Expr null = constant(Op::null_value);
      null.type = rule.type;
      return null;
    }
    using Source = AppendedParam::Source;
    const bool now = param.kind == RuleParamKind::now;
    expr.param = params_.add({now ? Source::now : Source::rule, now ? -1 : rule.param, 0});
  }
  if (names_row(rule) && rule.depth >= inside)
    expr.depth = static_cast<uint8_t>(rule.depth + depth);
  const int next = inside + (is_link(rule) ? 1 : 0);
  for (Expr& arg : expr.args) arg = instantiate(arg, depth, next);
  return expr;
}

result<std::optional<Expr>> RuleApplier::predicate(int model, schema::Operation operation) {
  if (caller_.bypasses_rules) return std::nullopt;
  const auto& rule = caller_.policy->models[model].rules[static_cast<size_t>(operation)];
  if (!rule) return std::unexpected(table_denied(caller_.policy->schema->models[model]));
  return restriction(fold_filter(instantiate(*rule, 0)));
}

Expr RuleApplier::field_read(int model, int field) {
  const auto& fields = caller_.policy->models[model].fields;
  if (caller_.bypasses_rules || fields.empty()) return constant(Op::always_true);
  return fold_filter(instantiate(fields[field].read, 0));
}

Expr RuleApplier::field_update(int model, int field) {
  const auto& fields = caller_.policy->models[model].fields;
  if (caller_.bypasses_rules || fields.empty()) return constant(Op::always_true);
  return fold_filter(instantiate(fields[field].update, 0));
}

result<void> RuleApplier::apply(store::Level& level) {
  if (level.rows_param >= 0) return apply_below(level);
  auto readable = predicate(level.model, schema::Operation::read);
  if (!readable) return std::unexpected(std::move(readable).error());
  TRIVET_CHECK(apply_below(level));
  if (*readable && (*readable)->op == Op::always_false) level.where.reset();
  conjoin_to(level.where, std::move(*readable));
  return {};
}

result<void> RuleApplier::apply_below(store::Level& level) {
  if (caller_.bypasses_rules) return {};
  const int model = level.rows_param >= 0 ? given_rows : level.model;
  const std::vector<int> outer = std::exchange(scopes_, {model});
  for (store::Output& output : level.outputs) TRIVET_CHECK(rewrite(output.expr));
  for (store::OrderTerm& term : level.order) TRIVET_CHECK(rewrite(term.expr));
  if (level.where) TRIVET_CHECK(rewrite(*level.where));
  scopes_ = outer;
  for (store::Embed& embed : level.embeds) TRIVET_CHECK(apply_embed(embed));
  return {};
}

result<void> RuleApplier::apply(Expr& expr, int model) {
  if (caller_.bypasses_rules) return {};
  scopes_ = {model};
  return rewrite(expr);
}

result<void> RuleApplier::rewrite(Expr& expr) {
  if (expr.op == Op::column) return rewrite_column(expr);
  if (is_link(expr)) return rewrite_linked(expr);
  for (Expr& arg : expr.args) TRIVET_CHECK(rewrite(arg));
  return {};
}

result<void> RuleApplier::rewrite_column(Expr& expr) {
  TRIVET_ASSERT(expr.depth < scopes_.size());
  const int model = scopes_[scopes_.size() - 1 - expr.depth];
  if (model == given_rows) return {};
  const auto& fields = caller_.policy->models[model].fields;
  if (fields.empty()) return {};
  Expr rule = fold_filter(instantiate(fields[expr.field].read, expr.depth));
  if (is_true(rule)) return {};
  if (rule.op == Op::always_false) {
    const schema::Model& owner = caller_.policy->schema->models[model];
    return std::unexpected(column_denied(owner, owner.fields[expr.field]));
  }
  expr = masked(std::move(rule), std::move(expr));
  return {};
}

// The rules of the columns that make the link: an unreadable foreign key hides its relation in both
// directions.
result<RuleApplier::LinkGuards> RuleApplier::guards(int relation_index, int side) {
  const schema::Schema& schema = *caller_.policy->schema;
  const schema::Relation& relation = schema.relations[relation_index];
  LinkGuards found;
  if (relation.kind == schema::RelationKind::many_to_many) return found;
  const int holder = relation.model[0];
  for (int field : relation.from_fields) {
    Expr rule = field_read(holder, field);
    if (is_true(rule)) continue;
    if (rule.op == Op::always_false)
      return std::unexpected(
          column_denied(schema.models[holder], schema.models[holder].fields[field]));
    conjoin_to(side == 0 ? found.near : found.far, std::move(rule));
  }
  return found;
}

// Where the junction's rows are restricted, a link through it is spelled as two.
result<void> RuleApplier::expand_junction(Expr& expr) {
  Link& link = expr.link;
  if (link.second < 0) return {};
  const schema::Schema& schema = *caller_.policy->schema;
  const int junction = schema.relations[link.relation].model[1 - link.side];
  auto readable = predicate(junction, schema::Operation::read);
  if (!readable) return std::unexpected(std::move(readable).error());
  TRIVET_TRY(LinkGuards first, guards(link.relation, link.side));
  TRIVET_TRY(LinkGuards second, guards(link.second, link.second_side));
  if (!*readable && !first.near && !first.far && !second.near && !second.far) return {};
  Expr inner;
  inner.op = expr.op;
  inner.type = expr.type;
  inner.enum_index = expr.enum_index;
  inner.is_list = expr.is_list;
  inner.link = Link{link.second, link.second_side, -1, 0};
  inner.args = std::move(expr.args);
  for (Expr& arg : inner.args) deepen(arg, 1);
  expr.args.clear();
  expr.args.push_back(std::move(inner));
  link.second = -1;
  return {};
}

result<void> RuleApplier::rewrite_linked(Expr& expr) {
  TRIVET_CHECK(expand_junction(expr));
  const schema::Schema& schema = *caller_.policy->schema;
  const int target = linked_model(schema, expr.link);
  auto readable = predicate(target, schema::Operation::read);
  if (!readable) return std::unexpected(std::move(readable).error());
  LinkGuards guard;
  if (expr.link.every < 0 && expr.link.second < 0) {
    TRIVET_TRY(guard, guards(expr.link.relation, expr.link.side));
  }
  scopes_.push_back(target);
  for (Expr& arg : expr.args) TRIVET_CHECK(rewrite(arg));
  scopes_.pop_back();
  std::optional<Expr> inside = std::move(*readable);
  conjoin_to(inside, std::move(guard.far));
  const bool exists = expr.op == Op::exists;
  if (inside)
    expr.args[0] = exists ? conjoin(std::move(expr.args[0]), std::move(*inside))
                          : masked(std::move(*inside), std::move(expr.args[0]));
  if (!guard.near) return {};
  // Nothing is linked where the rule is unknown, and a negation around this must see that.
  expr = exists ? conjoin(store::make_unary(Op::is_true, std::move(*guard.near)), std::move(expr))
                : masked(std::move(*guard.near), std::move(expr));
  return {};
}

result<void> RuleApplier::apply_embed(store::Embed& embed) {
  // What a function of the row gives hangs on no field, but its rows are under the rules of their model.
  if (embed.link.every >= 0) return apply(embed.level);
  const schema::Schema& schema = *caller_.policy->schema;
  TRIVET_TRY(LinkGuards guard, guards(embed.link.relation, embed.link.side));
  std::optional<Expr> far = std::move(guard.far);
  if (embed.link.second >= 0) {
    const int junction = schema.relations[embed.link.relation].model[1 - embed.link.side];
    auto readable = predicate(junction, schema::Operation::read);
    if (!readable) return std::unexpected(std::move(readable).error());
    TRIVET_TRY(LinkGuards second, guards(embed.link.second, embed.link.second_side));
    embed.through = std::move(*readable);
    conjoin_to(embed.through, std::move(far));
    conjoin_to(embed.through, std::move(second.near));
    far = std::move(second.far);
  }
  embed.near = std::move(guard.near);
  TRIVET_CHECK(apply(embed.level));
  conjoin_to(embed.level.where, std::move(far));
  return {};
}

}  // namespace trivet::engine
