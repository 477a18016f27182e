// Columns, JSON paths, casts and operators → store::Expr, with the errors that PostgreSQL gives for wrong names and types
// (42703, 42704, 42804, 42883). Pure.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>

#include "api/rest/request/query.h"
#include "api/rest/resolve/catalog.h"
#include "api/rest/resolve/parameters.h"
#include "api/rest/resolve/tree.h"
#include "base/error.h"
#include "store/expr.h"

namespace trivet::api::rest {

// An expression over the current row, and the column that its type's details come from.
struct Operand {
  store::Expr expr;
  const schema::Field* field = nullptr;  // null once a path or a cast has left the column's own type
  [[nodiscard]] Type type() const { return expr.type; }
  [[nodiscard]] bool is_list() const { return expr.is_list; }
};

class Expressions {
 public:
  Expressions(const LiteralContext& context, Parameters& parameters)
      : context_(context), parameters_(parameters) {}

  // Column and JSON path of the level `node`.
  result<Operand> column(const Node& node, const FieldRef& field);
  result<Operand> cast(Operand operand, std::string_view type_name);
  // The level's conditions; always_true if there are none.
  result<store::Expr> conditions(const Node& node);
  // Those and the level's inner joins.
  result<store::Expr> where(const Node& node);
  // The nodes that survive: `exists` over the child's link and conditions.
  result<store::Expr> exists(const Node& child);

  [[nodiscard]] Parameters& parameters() { return parameters_; }
  [[nodiscard]] const LiteralContext& context() const { return context_; }

 private:
  std::optional<Operand> computed(const Node& node, const std::string& name);
  result<store::Expr> logic(const Node& node, const Logic& logic);
  result<store::Expr> filter(const Node& node, const Filter& filter);
  result<store::Expr> embed_filter(const Node& child, const Filter& filter);
  result<store::Expr> operation(const Operand& operand, const Filter& filter);
  result<store::Expr> comparison(const Operand& operand, const Filter& filter);
  result<store::Expr> quantified(const Operand& operand, const Filter& filter);
  result<store::Expr> membership(const Operand& operand, const Filter& filter);
  result<store::Expr> text_search(const Operand& operand, const Filter& filter);

  const LiteralContext& context_;
  Parameters& parameters_;
  std::unordered_map<const Node*, store::Expr> wheres_;  // made once: a level's parameters are its own
};

// Appends the JSON steps; 42883 on types without them.
[[nodiscard]] result<Operand> json_steps(Operand operand, const std::vector<JsonStep>& path);

// 42883 `operator does not exist: integer ~~ unknown`, and the type tests behind it.
[[nodiscard]] result<void> check_operator(const Operand& operand, FilterOp op,
                                          const schema::Schema& schema);

}  // namespace trivet::api::rest
