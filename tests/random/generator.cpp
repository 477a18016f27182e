#include "generator.h"

#include <array>
#include <utility>

#include "store/store.h"

namespace trivet::random {

using schema::FieldKind;
using store::Op;

Identity Generator::identity() {
  switch (below(6)) {
    case 0:
      return {};
    case 1:
      return {Role::authenticated, "authenticated", R"({"sub":"1","role":"USER"})"};
    case 2:
      return {Role::authenticated, "authenticated", R"({"id":2,"role":"ADMIN"})"};
    case 3:
      return {Role::authenticated, "authenticated", R"({"name":"nobody"})"};
    default:
      return {Role::service, "service_role", {}};
  }
}

Generated Generator::make() {
  made_ = Generated();
  made_.identity = identity();
  const int model = static_cast<int>(below(schema_.models.size()));
  made_.operation.selection = level(model, 0);
  if (chance(60)) {
    made_.story = "read " + schema_.models[model].name;
    if (chance(30)) made_.operation.count = engine::CountKind::exact;
  } else {
    write(model);
  }
  return std::move(made_);
}

Generated Generator::make_create(int model, uint32_t rows) {
  made_ = Generated();
  made_.identity = {Role::service, "service_role", {}};
  made_.operation.kind = engine::OperationKind::create;
  made_.operation.selection.model = model;
  made_.operation.returns_rows = false;
  made_.operation.write.default_missing = true;
  made_.story = "create " + schema_.models[model].name;
  add_block(pick_fields(model, true), rows);
  return std::move(made_);
}

Generated Generator::make_dump(int model) {
  made_ = Generated();
  made_.identity = {Role::service, "service_role", {}};
  made_.story = "dump " + schema_.models[model].name;
  store::Level& level = made_.operation.selection;
  level.model = model;
  for (int field : schema_.models[model].columns) level.outputs.push_back({column(model, field)});
  add_key_order(level);
  return std::move(made_);
}

store::Level Generator::level(int model, int depth) {
  store::Level made;
  made.model = model;
  if (chance(depth == 0 ? 60 : 40)) made.where = predicate(model, 0);
  if (chance(15)) {
    add_aggregates(made);
    return made;
  }
  add_outputs(made);
  if (depth < 2) add_embeds(made, depth);
  if (made.embeds.empty() && chance(5)) {
    made.distinct = true;
    return made;
  }
  if (chance(60)) {
    add_order(made);
    add_key_order(made);
    const auto number = [&](uint64_t bound) {
      made_.params.values.push_back(Value::integer(static_cast<int64_t>(below(bound))));
      return static_cast<int>(made_.params.values.size()) - 1;
    };
    if (chance(50)) made.limit_param = number(8);
    if (chance(20)) made.offset_param = number(4);
  }
  return made;
}

void Generator::add_outputs(store::Level& level) {
  for (int field : schema_.models[level.model].columns)
    if (chance(60)) level.outputs.push_back({column(level.model, field)});
  if (chance(25)) level.outputs.push_back({value_expr(level.model)});
  if (level.outputs.empty())
    level.outputs.push_back({column(level.model, schema_.models[level.model].columns[0])});
}

// Sums of floats are left out: their last digit depends on the order of rows.
void Generator::add_aggregates(store::Level& level) {
  level.grouped = true;
  for (uint64_t i = below(3); i > 0; --i) {
    const int field = pick_column(level.model);
    const Type type = store::field_type(schema_.models[level.model].fields[field]);
    if (type != Type::bytea)
      level.outputs.push_back({column(level.model, field)});
  }
  for (uint64_t i = 1 + below(3); i > 0; --i) {
    store::Expr made;
    made.op = Op::count_rows;
    made.type = Type::int8;
    const int field = pick_column(level.model);
    const store::Expr operand = column(level.model, field);
    const bool exact =
        operand.type == Type::int4 || operand.type == Type::int8 || operand.type == Type::numeric;
    if (chance(40)) {
      made.op = Op::count;
      made.args.push_back(operand);
    } else if (exact) {
      made.op = std::array{Op::sum, Op::avg, Op::min, Op::max}[below(4)];
      made.type = made.op == Op::avg || (made.op == Op::sum && operand.type != Type::int4)
                      ? Type::numeric
                  : made.op == Op::sum ? Type::int8
                                       : operand.type;
      made.args.push_back(operand);
    } else if (operand.type == Type::text || operand.type == Type::timestamp ||
               operand.type == Type::float8 || operand.type == Type::enum_) {
      made.op = chance(50) ? Op::min : Op::max;
      made.type = operand.type;
      made.enum_index = operand.enum_index;
      made.args.push_back(operand);
    }
    level.outputs.push_back({std::move(made)});
  }
}

void Generator::add_embeds(store::Level& level, int depth) {
  for (uint64_t i = below(3); i > 0; --i) {
    bool found = false;
    const bool to_one = chance(40);
    store::Embed embed;
    embed.link = pick_link(level.model, to_one, found);
    if (!found) continue;
    embed.to_one = to_one;
    embed.level = this->level(target_of(embed.link), depth + 1);
    if (to_one) {
      embed.level.limit_param = embed.level.offset_param = -1;
      embed.level.order.clear();
      if (embed.level.grouped) continue;
    }
    level.embeds.push_back(std::move(embed));
  }
}

void Generator::add_order(store::Level& level) {
  for (uint64_t i = below(3); i > 0; --i) {
    store::OrderTerm term;
    term.expr =
        chance(80) ? column(level.model, pick_column(level.model)) : value_expr(level.model);
    if (term.expr.type == Type::json) continue;
    if (unordered(term.expr)) continue;
    term.descending = chance(50);
    term.nulls_first = chance(50);
    level.order.push_back(std::move(term));
  }
}

void Generator::add_key_order(store::Level& level) {
  const schema::Model& model = schema_.models[level.model];
  if (!model.primary_key) return;
  for (const schema::KeyColumn& key : model.primary_key->columns)
    level.order.push_back({column(level.model, key.field), false, false});
}

}  // namespace trivet::random
