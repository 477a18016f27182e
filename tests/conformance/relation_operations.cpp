#include "operations.h"

namespace trivet::conformance {
namespace {

using store::Capability;
using store::Expr;
using store::Level;
using store::Op;
using store::Params;
using store::Step;
using store::StepKind;

Value number(int64_t value) { return Value::integer(value); }
Value text(std::string_view value) { return Value::text(value); }

const std::vector<std::string> child_fields = {"id", "a", "b", "strictId", "cascadingId", "emptiedId"};

std::string children(const Bench& bench) { return bench.dump("Child", child_fields); }

OperationCase insert(const std::string& group, const std::string& name, const std::string& model,
                     const std::vector<std::string>& fields, std::vector<Value> cells,
                     std::optional<Capability> needs = {}) {
  return {group, name, needs, [=](const Bench& bench) {
            return bench.insert(model, fields, cells) + bench.dump(model, fields);
          }};
}

OperationCase remove_parent(const std::string& name, int64_t id) {
  return {"foreign key", name, Capability::foreign_keys, [id](const Bench& bench) {
            Step step;
            step.kind = StepKind::delete_;
            step.model = bench.model("Parent");
            step.where = store::make_binary(Op::eq, bench.column(step.model, "id"), store::make_param(0, Type::int4));
            Params params;
            params.values = {number(id)};
            return bench.write({step}, params) + bench.dump("Parent", {"id", "name"}) + children(bench);
          }};
}

int relation_of(const Bench& bench, const std::string& model, const std::string& name, uint8_t& side) {
  const int index = bench.model(model);
  const schema::Field& field =
      bench.schema->models[static_cast<size_t>(index)].fields[static_cast<size_t>(bench.field(index, name))];
  side = static_cast<uint8_t>(field.side);
  return field.relation;
}

// Parents with what is linked to them by one field.
OperationCase embed(const std::string& name, const std::string& other, const std::string& key) {
  return {"relation", "embed " + name, {}, [=](const Bench& bench) {
            Level level;
            level.model = bench.model("Parent");
            level.outputs.push_back({bench.column(level.model, "id")});
            level.order.push_back({level.outputs.front().expr, false, false});
            store::Embed one;
            one.link.relation = relation_of(bench, "Parent", name, one.link.side);
            one.level.model = bench.model(other);
            one.level.outputs.push_back({bench.column(one.level.model, key)});
            one.level.order.push_back({one.level.outputs.front().expr, true, false});
            level.embeds.push_back(std::move(one));
            return bench.read(std::move(level));
          }};
}

OperationCase exists(bool is_negated) {
  return {"relation", is_negated ? "none exists" : "exists", {}, [is_negated](const Bench& bench) {
            Level level;
            level.model = bench.model("Parent");
            level.outputs.push_back({bench.column(level.model, "id")});
            level.order.push_back({level.outputs.front().expr, false, false});
            Expr inner = store::make_binary(Op::gt, bench.column(bench.model("Child"), "a"), store::make_param(0, Type::int4));
            Expr found = store::make_unary(Op::exists, std::move(inner));
            found.link.relation = relation_of(bench, "Parent", "cascading", found.link.side);
            level.where = is_negated ? store::make_unary(Op::not_, std::move(found)) : std::move(found);
            Params params;
            params.values = {number(1)};
            return bench.read(std::move(level), std::move(params));
          }};
}

OperationCase link(StepKind kind, const std::string& name) {
  return {"relation", name, {}, [kind](const Bench& bench) {
            Step step;
            step.kind = kind;
            uint8_t side = 0;
            step.relation = relation_of(bench, "Parent", "tags", side);
            step.block = 0;
            std::vector<Value> cells = {number(1), text("x"), number(1), text("x"), number(2), text("y")};
            if (kind == StepKind::unlink) cells = {number(1), text("x"), number(2), text("z")};
            if (side == 1)
              for (size_t i = 0; i < cells.size(); i += 2) std::swap(cells[i], cells[i + 1]);
            Params params;
            params.blocks.push_back({static_cast<uint32_t>(cells.size() / 2), cells});
            // How many pairs were new is no store's to say.
            const std::string done = bench.write({step}, params);
            return done.starts_with("error") ? done : std::string("done");
          }};
}

// Two steps of which the second fails: the first has not happened.
OperationCase atomic() {
  return {"transaction", "all or nothing", Capability::transactions, [](const Bench& bench) {
            const int model = bench.model("Tag");
            const std::vector<Value> first = {text("new")};
            const std::vector<Value> second = {text("x")};
            std::vector<Step> steps(2);
            for (int i = 0; i < 2; ++i) {
              steps[i].model = model;
              steps[i].fields = {bench.field(model, "label")};
              steps[i].block = i;
            }
            Params params;
            params.blocks = {{1, first}, {1, second}};
            return bench.write(steps, params) + bench.dump("Tag", {"label"});
          }};
}

}  // namespace

std::vector<OperationCase> operations_on_relations() {
  return {
      insert("unique", "parents", "Parent", {"id", "name"}, {number(1), text("a"), number(2), text("b"), number(3), text("A")}),
      insert("unique", "same name", "Parent", {"id", "name"}, {number(4), text("a")}),
      insert("unique", "same id", "Parent", {"id", "name"}, {number(1), text("z")}),
      insert("unique", "same twice in one write", "Parent", {"id", "name"}, {number(8), text("q"), number(9), text("q")}),
      insert("required", "no name", "Parent", {"id", "name"}, {number(5), Value::null()}),
      insert("unique", "children", "Child", child_fields,
             {number(1), number(1), text("x"), number(1), Value::null(), Value::null(),
              number(2), number(2), text("x"), Value::null(), number(2), Value::null(),
              number(3), number(2), text("y"), Value::null(), number(2), number(3)}),
      insert("unique", "same pair", "Child", child_fields,
             {number(4), number(2), text("y"), Value::null(), Value::null(), Value::null()}),
      insert("foreign key", "no parent", "Child", child_fields,
             {number(5), number(5), text("x"), number(99), Value::null(), Value::null()}, Capability::foreign_keys),
      insert("unique", "tags", "Tag", {"label"}, {text("x"), text("y"), text("z")}),
      atomic(),
      link(StepKind::link, "link"),
      embed("tags", "Tag", "label"),
      link(StepKind::unlink, "unlink"),
      embed("tags", "Tag", "label"),
      embed("cascading", "Child", "id"),
      embed("strict", "Child", "id"),
      exists(false),
      exists(true),
      remove_parent("restrict", 1),
      remove_parent("cascade", 2),
      remove_parent("set null", 3),
  };
}

}  // namespace trivet::conformance
