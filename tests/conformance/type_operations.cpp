#include <array>

#include "operations.h"

namespace trivet::conformance {
namespace {

using store::Capability;
using store::Expr;
using store::Level;
using store::Op;
using store::Params;

class TypeOperations {
 public:
  explicit TypeOperations(const TypeCase& type) : type_(type), model_("T" + type.name) {}

  std::vector<OperationCase> make() {
    add("insert", "rows and null", {}, [type = &type_, model = model_](const Bench& bench) {
      std::vector<Value> cells;
      for (const Value value : type->values) add_row(cells, value);
      if (!type->is_list) add_row(cells, Value::null());
      return bench.insert(model, {"id", "v"}, std::move(cells)) + bench.dump(model, {"id", "v"});
    });
    if (!type_.is_list) {
      add_comparisons();
      add_in();
      add_orders();
      add_groups();
    }
    if (type_.type == Type::text) add_text();
    if (type_.type == Type::jsonb) add_json();
    if (type_.is_list) add_lists();
    if (!type_.is_list) add_casts();
    add_writes();
    return std::move(cases_);
  }

 private:
  using Run = std::function<std::string(const Bench&)>;
  void add(std::string group, std::string name, std::optional<Capability> needs, Run run) {
    cases_.push_back({std::move(group), std::move(name), needs, std::move(run)});
  }

  static void add_row(std::vector<Value>& cells, Value value) {
    cells.push_back(Value::integer(static_cast<int64_t>(cells.size() / 2) + 1));
    cells.push_back(value);
  }

  // Ids of the rows for which `make` of the column is true.
  void add_filter(const std::string& group, const std::string& name, std::optional<Capability> needs,
                  std::function<Expr(const Expr&)> make, std::vector<Value> values) {
    add(group, name, needs, [model = model_, make = std::move(make), values = std::move(values)](const Bench& bench) {
      Level level;
      level.model = bench.model(model);
      level.outputs.push_back({bench.column(level.model, "id")});
      level.order.push_back({level.outputs.front().expr, false, false});
      level.where = make(bench.column(level.model, "v"));
      Params params;
      params.values = values;
      return bench.read(std::move(level), std::move(params));
    });
  }

  // A parameter of the column's type.
  static Expr param_like(const Expr& column, int index) {
    Expr expr = store::make_param(index, column.type);
    expr.enum_index = column.enum_index;
    expr.is_list = column.is_list;
    return expr;
  }

  void add_comparisons() {
    struct Comparison {
      Op op;
      const char* name;
      bool needs_order;
    };
    static constexpr auto all = std::to_array<Comparison>({
        {Op::eq, "eq", false}, {Op::ne, "ne", false}, {Op::is_distinct, "is_distinct", false},
        {Op::lt, "lt", true}, {Op::le, "le", true}, {Op::gt, "gt", true}, {Op::ge, "ge", true},
    });
    for (const Comparison& one : all) {
      if (one.needs_order && !type_.is_ordered) continue;
      std::vector<Value> values = type_.values;
      values.push_back(Value::null());
      for (size_t i = 0; i < values.size(); ++i)
        add_filter("compare", one.name + (' ' + std::to_string(i)), {},
                   [op = one.op](const Expr& column) { return store::make_binary(op, column, param_like(column, 0)); },
                   {values[i]});
    }
    for (const auto& [op, name] : {std::pair(Op::is_null, "is_null"), std::pair(Op::is_not_null, "is_not_null")})
      add_filter("null", name, {}, [op](const Expr& column) { return store::make_unary(op, column); }, {});
    add_filter("null", "not of unknown", {}, [](const Expr& column) {
      return store::make_unary(Op::not_, store::make_binary(Op::eq, column, param_like(column, 0)));
    }, {type_.values.front()});
  }

  void add_in() {
    const auto in = [](const Expr& column) {
      Expr list = param_like(column, 0);
      list.is_list = true;
      return store::make_binary(Op::in, column, std::move(list));
    };
    add_filter("in", "none", {}, in, {Value::list({})});
    add_filter("in", "all", {}, in, {Value::list(type_.values)});
    add_filter("in", "first", {}, in, {Value::list({type_.values.data(), 1})});
  }

  void add_orders() {
    if (!type_.is_ordered) return;
    for (const bool descending : {false, true})
      for (const bool nulls_first : {false, true})
        add("order", std::string(descending ? "desc" : "asc") + (nulls_first ? " nulls first" : " nulls last"), {},
            [model = model_, descending, nulls_first](const Bench& bench) {
              Level level;
              level.model = bench.model(model);
              level.outputs.push_back({bench.column(level.model, "id")});
              level.order.push_back({bench.column(level.model, "v"), descending, nulls_first});
              level.order.push_back({bench.column(level.model, "id"), false, false});
              level.limit_param = 0;
              level.offset_param = 1;
              Params params;
              params.values = {Value::integer(1000), Value::integer(1)};
              return bench.read(std::move(level), std::move(params));
            });
  }

  void add_aggregate(Op op, const std::string& name, Type result) {
    add("aggregate", name, Capability::aggregates, [model = model_, op, result](const Bench& bench) {
      Level level;
      level.model = bench.model(model);
      level.grouped = true;
      Expr expr = store::make_unary(op, bench.column(level.model, "v"));
      expr.type = result;
      expr.enum_index = expr.args.front().enum_index;
      level.outputs.push_back({std::move(expr)});
      return bench.read(std::move(level));
    });
  }

  void add_groups() {
    add_aggregate(Op::count, "count", Type::int8);
    const bool has_extremes = type_.is_ordered && type_.type != Type::boolean && type_.type != Type::bytea;
    if (has_extremes) {
      add_aggregate(Op::min, "min", type_.type);
      add_aggregate(Op::max, "max", type_.type);
    }
    if (type_.type == Type::int4) {
      add_aggregate(Op::sum, "sum", Type::int8);
      add_aggregate(Op::avg, "avg", Type::numeric);
    }
    if (type_.type == Type::int8 || type_.type == Type::numeric) add_aggregate(Op::sum, "sum", Type::numeric);
    if (!type_.is_ordered) return;
    add("group", "distinct", {}, [model = model_](const Bench& bench) {
      Level level;
      level.model = bench.model(model);
      level.outputs.push_back({bench.column(level.model, "v")});
      level.order.push_back({level.outputs.front().expr, false, false});
      level.distinct = true;
      return bench.read(std::move(level));
    });
  }

  void add_text() {
    struct Pattern {
      Op op;
      const char* name;
      std::optional<Capability> needs;
    };
    static const std::vector<Pattern> all = {
        {Op::like, "like", {}}, {Op::ilike, "ilike", Capability::case_insensitive_like},
        {Op::regex, "regex", Capability::regex}, {Op::iregex, "iregex", Capability::regex},
        {Op::contains, "contains", {}}, {Op::starts_with, "starts_with", {}}, {Op::ends_with, "ends_with", {}},
        {Op::icontains, "icontains", {}}, {Op::istarts_with, "istarts_with", {}}, {Op::iends_with, "iends_with", {}},
    };
    static constexpr auto patterns = std::to_array<std::string_view>(
        {"", "a", "A%", "ä", "%Ä%", "100\\%", "100_", "_", "%", "s", "SS", "straße", "i", "🦉", "^a", "[a-z]+$", ".", "\\\\"});
    for (const Pattern& one : all)
      for (size_t i = 0; i < patterns.size(); ++i)
        add_filter("text", one.name + (" " + std::string(patterns[i])), one.needs, [op = one.op](const Expr& column) {
          return store::make_binary(op, column, store::make_param(0, Type::text));
        }, {Value::text(patterns[i])});
    add_lengths("text");
  }

  void add_lengths(const std::string& group) {
    for (int64_t length = 0; length < 4; ++length)
      add_filter(group, "length " + std::to_string(length), {}, [](const Expr& column) {
        Expr size = store::make_unary(Op::length, column);
        size.type = Type::int4;
        return store::make_binary(Op::eq, std::move(size), store::make_param(0, Type::int4));
      }, {Value::integer(length)});
  }

  void add_json() {
    for (const auto& [op, type, name] : {std::tuple(Op::json_get, Type::jsonb, "json_get"),
                                         std::tuple(Op::json_get_text, Type::text, "json_get_text")})
      for (const bool is_index : {false, true})
        add("json", name + std::string(is_index ? " 0" : " a"), Capability::json_path,
            [model = model_, op, type, is_index](const Bench& bench) {
              Level level;
              level.model = bench.model(model);
              level.outputs.push_back({bench.column(level.model, "id")});
              Expr got = store::make_unary(op, bench.column(level.model, "v"));
              got.type = type;
              got.is_index = is_index;
              got.key = "a";
              level.outputs.push_back({std::move(got)});
              level.order.push_back({level.outputs.front().expr, false, false});
              return bench.read(std::move(level));
            });
    for (const auto& [op, name] : {std::pair(Op::contains_all, "contains_all"), std::pair(Op::contained_by, "contained_by")})
      for (size_t i = 0; i < type_.values.size(); ++i)
        add_filter("json", name + (' ' + std::to_string(i)), Capability::json_containment,
                   [op](const Expr& column) { return store::make_binary(op, column, param_like(column, 0)); }, {type_.values[i]});
  }

  void add_lists() {
    for (const auto& [op, name] : {std::pair(Op::contains_all, "contains_all"), std::pair(Op::contained_by, "contained_by"),
                                   std::pair(Op::overlaps, "overlaps"), std::pair(Op::eq, "eq")})
      for (size_t i = 0; i < type_.values.size(); ++i)
        add_filter("list", name + (' ' + std::to_string(i)), Capability::lists,
                   [op](const Expr& column) { return store::make_binary(op, column, param_like(column, 0)); }, {type_.values[i]});
    add_lengths("list");
  }

  void add_casts() {
    if (type_.type == Type::bytea) return;
    add("cast", "to text", {}, [model = model_](const Bench& bench) {
      Level level;
      level.model = bench.model(model);
      level.outputs.push_back({bench.column(level.model, "id")});
      Expr cast = store::make_unary(Op::cast, bench.column(level.model, "v"));
      cast.type = Type::text;
      level.outputs.push_back({std::move(cast)});
      level.order.push_back({level.outputs.front().expr, false, false});
      return bench.read(std::move(level));
    });
  }

  static Expr has_id(const Bench& bench, int model, int param) {
    return store::make_binary(Op::eq, bench.column(model, "id"), store::make_param(param, Type::int4));
  }

  void add_writes() {
    for (size_t i = 0; i < type_.values.size(); ++i) {
      add("update", "to value " + std::to_string(i), {}, [model = model_, value = type_.values[i]](const Bench& bench) {
        store::Step step;
        step.kind = store::StepKind::update;
        step.model = bench.model(model);
        step.fields = {bench.field(step.model, "v")};
        step.values = {param_like(bench.column(step.model, "v"), 0)};
        step.where = has_id(bench, step.model, 1);
        Params params;
        params.values = {value, Value::integer(1)};
        return bench.write({step}, params) + bench.dump(model, {"id", "v"});
      });
      add("upsert", "value " + std::to_string(i), Capability::upsert, [model = model_, value = type_.values[i], i](const Bench& bench) {
        store::Step step;
        step.kind = store::StepKind::upsert;
        step.model = bench.model(model);
        step.fields = {bench.field(step.model, "id"), bench.field(step.model, "v")};
        step.block = 0;
        step.conflict_fields = {step.fields[0]};
        step.update_fields = {step.fields[1]};
        const std::vector<Value> cells = {Value::integer(i % 2 == 0 ? 2 : 100 + static_cast<int64_t>(i)), value};
        Params params;
        params.blocks.push_back({1, cells});
        return bench.write({step}, params) + bench.dump(model, {"id", "v"});
      });
    }
    if (type_.is_list) return;
    add("delete", "by value", {}, [model = model_, value = type_.values.back()](const Bench& bench) {
      store::Step step;
      step.kind = store::StepKind::delete_;
      step.model = bench.model(model);
      const Expr column = bench.column(step.model, "v");
      step.where = store::make_binary(Op::eq, column, param_like(column, 0));
      Params params;
      params.values = {value};
      return bench.write({step}, params) + bench.dump(model, {"id", "v"});
    });
  }

  const TypeCase& type_;
  std::string model_;
  std::vector<OperationCase> cases_;
};

}  // namespace

std::vector<OperationCase> operations_on(const TypeCase& type) { return TypeOperations(type).make(); }

}  // namespace trivet::conformance
