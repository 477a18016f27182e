#include "engine/plan/shape.h"

#include <algorithm>
#include <bit>
#include <string>

namespace trivet::engine {
namespace {

using store::Capability;
using store::Expr;
using store::Op;

uint64_t bit(Capability capability) { return uint64_t{1} << static_cast<int>(capability); }

uint64_t needed(const Expr& expr) {
  switch (expr.op) {
    case Op::regex:
    case Op::iregex:
      return bit(Capability::regex);
    case Op::text_search:
      return bit(Capability::text_search);
    case Op::ilike:
    case Op::icontains:
    case Op::istarts_with:
    case Op::iends_with:
      return bit(Capability::case_insensitive_like);
    case Op::json_get:
    case Op::json_get_text:
      return bit(Capability::json_path);
    case Op::contains_all:
    case Op::contained_by:
    case Op::overlaps:
      return bit(expr.args[0].is_list ? Capability::lists : Capability::json_containment);
    case Op::row_function:
      return bit(Capability::row_functions);
    case Op::count_rows:
    case Op::count:
    case Op::sum:
    case Op::avg:
    case Op::min:
    case Op::max:
      return bit(Capability::aggregates);
    default:
      return 0;
  }
}

class Measurer {
 public:
  Shape shape;

  void level(const store::Level& level, uint32_t depth) {
    shape.depth = std::max(shape.depth, depth);
    // A wide selection is no complex predicate: only what has operands counts there.
    for (const store::Output& output : level.outputs) selected(output.expr);
    for (const store::OrderTerm& term : level.order) expr(term.expr);
    if (level.where) expr(*level.where);
    param(level.limit_param);
    param(level.offset_param);
    param(level.rows_param);
    TRIVET_ASSERT(level.rows_param < 0 || depth == 0);
    if (level.rows_param >= 0) shape.capabilities |= bit(Capability::given_rows);
    shape.embeds += static_cast<uint32_t>(level.embeds.size());
    for (const store::Embed& embed : level.embeds) {
      if (!embed.link.function.empty()) shape.capabilities |= bit(Capability::row_functions);
      this->level(embed.level, depth + 1);
    }
  }

  void expr(const Expr& expr) {
    ++shape.predicate_nodes;
    shape.capabilities |= needed(expr);
    if (!expr.link.function.empty()) shape.capabilities |= bit(Capability::row_functions);
    if (expr.op == Op::param) param(expr.param);
    for (const Expr& arg : expr.args) this->expr(arg);
  }

  void nested(const std::vector<NestedWrite>& writes, uint32_t depth) {
    if (!writes.empty()) shape.depth = std::max(shape.depth, depth);
    for (const NestedWrite& write : writes) nested(write.nested, depth + 1);
  }

 private:
  void param(int index) { shape.params = std::max(shape.params, index + 1); }

  void selected(const Expr& output) {
    if (output.op != Op::column) expr(output);
  }
};

}  // namespace

Shape measure(const Operation& operation) {
  Measurer measurer;
  measurer.level(operation.selection, 0);
  if (operation.shown) measurer.expr(*operation.shown);
  measurer.nested(operation.write.nested, 1);
  if (operation.kind == OperationKind::upsert)
    measurer.shape.capabilities |= bit(Capability::upsert);
  if (operation.write.rollback || !operation.write.nested.empty())
    measurer.shape.capabilities |= bit(Capability::transactions);
  return measurer.shape;
}

result<void> check_shape(const Shape& shape, const Limits& limits,
                         const store::Capabilities& capabilities) {
  if (shape.depth > limits.depth_max)
    return fail(
        ErrorCode::too_complex, "the request is nested too deeply",
        "At most " + std::to_string(limits.depth_max) + " levels of embedding are allowed.");
  if (shape.embeds > limits.embeds_max)
    return fail(
        ErrorCode::too_complex, "the request embeds too many resources",
        "At most " + std::to_string(limits.embeds_max) + " embedded resources are allowed.");
  if (shape.predicate_nodes > limits.predicate_nodes_max)
    return fail(
        ErrorCode::too_complex, "the request has too many conditions",
        "At most " + std::to_string(limits.predicate_nodes_max) + " conditions are allowed.");
  const uint64_t missing = shape.capabilities & ~capabilities.bits;
  if (missing == 0) return {};
  const auto first = static_cast<Capability>(std::countr_zero(missing));
  return fail(ErrorCode::missing_capability, "Feature not implemented",
              "Store " + capabilities.store_name + " lacks " + std::string(capability_name(first)));
}

}  // namespace trivet::engine
