#include "api/rest/resolve/levels.h"

#include <fmt/format.h>

#include <algorithm>

#include "value/type.h"

namespace trivet::api::rest {
namespace {

using store::Op;

std::string_view aggregate_name(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::sum: return "sum";
    case Aggregate::avg: return "avg";
    case Aggregate::count: return "count";
    case Aggregate::max: return "max";
    case Aggregate::min: return "min";
    case Aggregate::none: break;
  }
  return {};
}

// Upstream's output name: the alias, the function, the last key of the path, the column.
std::string output_name(const SelectItem& item) {
  if (!item.alias.empty()) return item.alias;
  if (item.aggregate != Aggregate::none) return std::string(aggregate_name(item.aggregate));
  for (auto step = item.field.path.rbegin(); step != item.field.path.rend(); ++step)
    if (!step->is_index) return step->key;
  return item.field.name;
}

bool is_aggregated(const Node& node) {
  return std::ranges::any_of(*node.items, [](const SelectItem& item) {
           return item.aggregate != Aggregate::none;
         }) ||
         std::ranges::any_of(node.children, [](const Node& child) {
           return child.is_spread() && child.relationship.to_one() && is_aggregated(child);
         });
}

void add_value(Selection& to, std::string name, store::Expr expr) {
  CodecItem item = make_codec_item(CodecItem::Kind::value, std::move(name),
                                   static_cast<uint32_t>(to.level.outputs.size()));
  item.type = expr.type;
  to.codec.items.push_back(std::move(item));
  to.level.outputs.push_back({std::move(expr)});
}

bool is_empty(const Node& node) {
  return std::ranges::all_of(*node.items,
                             [](const SelectItem& item) {
                               return item.kind == SelectItem::Kind::embed ||
                                      item.kind == SelectItem::Kind::spread;
                             }) &&
         std::ranges::all_of(node.children, is_empty);
}

bool is_integer(Type type) {
  return type == Type::int2 || type == Type::int4 || type == Type::int8;
}
bool is_float(Type type) { return type == Type::float4 || type == Type::float8; }

// nullopt: the function doesn't take that type.
std::optional<Type> aggregate_type(Aggregate aggregate, const Operand& operand) {
  const Type type = operand.type();
  const bool number = !operand.is_list() && (is_integer(type) || is_float(type) || type == Type::numeric);
  switch (aggregate) {
    case Aggregate::count: return Type::int8;
    case Aggregate::sum:
      if (!number) return std::nullopt;
      if (is_float(type)) return type;
      return type == Type::int8 || type == Type::numeric ? Type::numeric : Type::int8;
    case Aggregate::avg:
      if (!number) return std::nullopt;
      return is_float(type) ? Type::float8 : Type::numeric;
    default:
      if (type == Type::boolean || type == Type::json || type == Type::jsonb ||
          type == Type::bytea || type == Type::uuid)
        return std::nullopt;
      return type;
  }
}

Op aggregate_op(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::sum: return Op::sum;
    case Aggregate::avg: return Op::avg;
    case Aggregate::count: return Op::count;
    case Aggregate::max: return Op::max;
    default: return Op::min;
  }
}

store::Expr count_rows() {
  store::Expr count;
  count.op = Op::count_rows;
  count.type = Type::int8;
  return count;
}

}  // namespace

bool is_legacy_count(const Catalog& catalog, const Node& root) {
  if (root.items->size() != 1) return false;
  const SelectItem& item = root.items->front();
  return item.kind == SelectItem::Kind::column && item.field.name == "count" &&
         item.field.path.empty() && !catalog.find_column(root.model, "count").field;
}

result<Operand> Levels::aggregate(Operand operand, const SelectItem& item) {
  const std::optional<Type> type = aggregate_type(item.aggregate, operand);
  if (!type)
    return fail(ErrorCode::undefined_operator,
                fmt::format("function {}({}) does not exist", aggregate_name(item.aggregate),
                            type_display_name(operand.type())),
                {},
                "No function matches the given name and argument types. You might need to add "
                "explicit type casts.");
  store::Expr expr;
  expr.op = aggregate_op(item.aggregate);
  expr.type = *type;
  if (*type == operand.type()) {
    expr.enum_index = operand.expr.enum_index;
    expr.is_list = operand.is_list();
  }
  expr.args.push_back(std::move(operand.expr));
  return expressions_.cast({.expr = std::move(expr), .field = nullptr}, item.aggregate_cast);
}

// Reads a column of a to-one spread from the grouped level that it belongs to.
result<store::Expr> Levels::lift(store::Expr expr, const SpreadPath& path) {
  for (auto node = path.rbegin(); node != path.rend(); ++node) {
    const Type type = expr.type;
    const int enum_index = expr.enum_index;
    const bool is_list = expr.is_list;
    const auto keep_type = [&](store::Expr& made) {
      made.type = type;
      made.enum_index = enum_index;
      made.is_list = is_list;
    };
    TRIVET_TRY(store::Expr condition, expressions_.where(**node));
    if (condition.op != Op::always_true) {
      expr = store::make_binary(Op::case_when, std::move(condition), std::move(expr));
      keep_type(expr);
    }
    expr = store::make_unary(Op::related, std::move(expr));
    keep_type(expr);
    expr.link = (*node)->relationship.link;
  }
  return expr;
}

result<void> Levels::add_column(const Node& node, const SelectItem& item, const SpreadPath& path,
                                Selection& to) {
  if (item.kind == SelectItem::Kind::count_rows) {
    TRIVET_TRY(Operand count, expressions_.cast({.expr = count_rows()}, item.aggregate_cast));
    add_value(to, output_name(item), std::move(count.expr));
    return {};
  }
  TRIVET_TRY(Operand operand, expressions_.column(node, item.field));
  TRIVET_TRY(operand, expressions_.cast(std::move(operand), item.cast));
  TRIVET_TRY(operand.expr, lift(std::move(operand.expr), path));
  if (item.aggregate != Aggregate::none) {
    TRIVET_TRY(operand, aggregate(std::move(operand), item));
  }
  add_value(to, output_name(item), std::move(operand.expr));
  return {};
}

bool Levels::shows(int model, const Column& column) {
  if (column.field->rules.empty()) return true;
  const bool readable = visibility_.readable(model, column.index);
  seen_.push_back({.model = model, .field = column.index, .readable = readable});
  return readable;
}

result<void> Levels::add_star(const Node& node, const SpreadPath& path, Selection& to) {
  for (const Column& column : expressions_.context().catalog.star(node.model)) {
    const bool is_given = node.depth == 0 && root_ == RootRows::given;
    if (!is_given && !shows(node.model, column)) continue;
    store::Expr expr = store::make_column(column.index, column.type);
    expr.enum_index = column.field->enum_index;
    expr.is_list = column.field->is_list;
    TRIVET_TRY(expr, lift(std::move(expr), path));
    add_value(to, column.field->db_name, std::move(expr));
  }
  return {};
}

result<void> Levels::add_items(const Node& node, const SpreadPath& path, Selection& to) {
  if (node.depth == 0 && is_legacy_count(expressions_.context().catalog, node)) {
    to.level.grouped = true;
    add_value(to, "count", count_rows());
    return {};
  }
  for (const SelectItem& item : *node.items) {
    if (item.kind == SelectItem::Kind::star) {
      TRIVET_CHECK(add_star(node, path, to));
    } else if (item.kind == SelectItem::Kind::column || item.kind == SelectItem::Kind::count_rows) {
      TRIVET_CHECK(add_column(node, item, path, to));
    }
  }
  return add_children(node, path, to);
}

result<void> Levels::add_children(const Node& node, const SpreadPath& path, Selection& to) {
  for (const Node& child : node.children) {
    if (is_empty(child)) continue;
    if (!to.level.grouped) {
      TRIVET_CHECK(add_embed(child, to));
      continue;
    }
    if (!child.relationship.to_one() || (!child.is_spread() && is_aggregated(child)))
      return fail(ErrorCode::missing_capability, "Feature not implemented",
                  "Beside aggregates, embedded resources are only implemented for to-one "
                  "relationships without aggregates of their own.");
    SpreadPath below = path;
    below.push_back(&child);
    TRIVET_CHECK(child.is_spread() ? add_items(child, below, to)
                                   : add_grouped_embed(child, below, to));
  }
  return {};
}

// Groups by what the embedded object shows: its columns, and whether it is there, are cells of the grouped row.
result<void> Levels::add_grouped_embed(const Node& child, const SpreadPath& path, Selection& to) {
  store::Expr there = store::make_and({});
  for (auto node = path.rbegin(); node != path.rend(); ++node) {
    TRIVET_TRY(const store::Expr condition, expressions_.where(**node));
    if (condition.op != Op::always_true) {
      std::vector<store::Expr> both{condition, std::move(there)};
      there = store::make_and(std::move(both));
    }
    there = store::make_unary(Op::exists, std::move(there));
    there.type = Type::boolean;
    there.link = (*node)->relationship.link;
  }
  CodecItem item = make_codec_item(CodecItem::Kind::fields, std::string(child.output_name()),
                                   static_cast<uint32_t>(to.level.outputs.size()));
  to.level.outputs.push_back({std::move(there)});
  Selection inner;
  inner.level.grouped = true;
  inner.level.outputs = std::move(to.level.outputs);
  TRIVET_CHECK(add_items(child, path, inner));
  to.level.outputs = std::move(inner.level.outputs);
  item.level = std::make_shared<const LevelCodec>(std::move(inner.codec));
  to.codec.items.push_back(std::move(item));
  return {};
}

result<void> Levels::add_embed(const Node& child, Selection& to) {
  TRIVET_TRY(Selection made, build(child));
  TRIVET_CHECK(add_page(child, made.level));
  store::Embed embed{.link = child.relationship.link,
                     .to_one = child.relationship.to_one(),
                     .level = std::move(made.level)};
  // Cells of embeds follow the outputs; the numbers are moved behind them when the level is complete.
  const auto cell = static_cast<uint32_t>(to.level.embeds.size());
  to.level.embeds.push_back(std::move(embed));
  const bool many = !child.relationship.to_one();
  if (child.is_spread()) {
    for (CodecItem& item : made.codec.items) {
      item.steps.insert(item.steps.begin(), SpreadStep{.cell = cell, .many = many});
      to.codec.items.push_back(std::move(item));
    }
    return {};
  }
  CodecItem item = make_codec_item(many ? CodecItem::Kind::array : CodecItem::Kind::object,
                                   std::string(child.output_name()), cell);
  item.level = std::make_shared<const LevelCodec>(std::move(made.codec));
  to.codec.items.push_back(std::move(item));
  return {};
}

result<Operand> Levels::order_operand(const Node& node, const OrderItem& item) {
  if (item.relation.empty()) return expressions_.column(node, item.field);
  const Node* child = node.find_child(item.relation);
  TRIVET_ASSERT(child != nullptr);
  TRIVET_TRY(Operand operand, expressions_.column(*child, item.field));
  TRIVET_TRY(operand.expr, lift(std::move(operand.expr), {child}));
  return operand;
}

result<void> Levels::add_order(const Node& node, Selection& to) {
  if (!node.order) return {};
  for (const OrderItem& item : *node.order) {
    TRIVET_TRY(Operand operand, order_operand(node, item));
    const bool is_output = std::ranges::any_of(to.level.outputs, [&](const store::Output& output) {
      return output.expr == operand.expr;
    });
    if (to.level.grouped && !is_output)
      return fail(ErrorCode::grouping_error,
                  fmt::format("column \"{}.{}\" must appear in the GROUP BY clause or be used in an "
                              "aggregate function",
                              expressions_.context().catalog.model(node.model).db_name,
                              item.field.name));
    const bool descending = item.direction == Direction::desc;
    const bool nulls_first =
        item.nulls == Nulls::unspecified ? descending : item.nulls == Nulls::first;
    to.level.order.push_back(
        {.expr = std::move(operand.expr), .descending = descending, .nulls_first = nulls_first});
  }
  return {};
}

result<void> Levels::add_page(const Node& node, store::Level& level) {
  Parameters& parameters = expressions_.parameters();
  if (node.limit) {
    TRIVET_TRY(level.limit_param,
               parameters.add_literal({.kind = Literal::Kind::limit, .type = Type::int8},
                                      fmt::to_string(node.limit->value), node.limit->segment,
                                      expressions_.context()));
  }
  if (node.offset) {
    TRIVET_TRY(level.offset_param,
               parameters.add_literal({.kind = Literal::Kind::offset, .type = Type::int8},
                                      fmt::to_string(node.offset->value), node.offset->segment,
                                      expressions_.context()));
  }
  return {};
}

result<Selection> Levels::build(const Node& node) {
  Selection made;
  made.level.model = node.model;
  made.level.grouped = is_aggregated(node);
  TRIVET_CHECK(add_items(node, {}, made));
  // A row needs at least one cell, also when nothing of it is shown.
  if (made.level.outputs.empty()) made.level.outputs.push_back({store::make_and({})});
  const auto outputs = static_cast<uint32_t>(made.level.outputs.size());
  for (CodecItem& item : made.codec.items) {
    if (!item.steps.empty()) item.steps.front().cell += outputs;
    else if (item.kind == CodecItem::Kind::object || item.kind == CodecItem::Kind::array)
      item.cell += outputs;
  }
  TRIVET_TRY(store::Expr where, expressions_.where(node));
  if (where.op != Op::always_true) made.level.where = std::move(where);
  TRIVET_CHECK(add_order(node, made));
  return made;
}

}  // namespace trivet::api::rest
