// A tree of nodes → the engine's nested selection, and the codec that prints its rows. Errors are the database's (42703, 42883,
// 22P02, …), raised in select, where, order.
#pragma once

#include "api/rest/encode/codec.h"
#include "api/rest/resolve/expressions.h"
#include "api/rest/resolve/tree.h"
#include "api/rest/resolve/visibility.h"
#include "store/query.h"

namespace trivet::api::rest {

struct Selection {
  store::Level level;
  LevelCodec codec;
};

// Whose rows the root's are: of `given` ones (store::Level::rows_param) all columns are shown.
enum class RootRows : uint8_t { of_table, given };

class Levels {
 public:
  Levels(Expressions& expressions, const Visibility& visibility, RootRows root = RootRows::of_table)
      : expressions_(expressions), visibility_(visibility), root_(root) {}

  // Everything of the level. The root's page is the caller's.
  result<Selection> build(const Node& node);
  [[nodiscard]] std::vector<SeenField> take_seen() { return std::move(seen_); }

 private:
  // The to-one spreads between a grouped level and the node whose columns move up.
  using SpreadPath = std::vector<const Node*>;

  result<void> add_items(const Node& node, const SpreadPath& path, Selection& to);
  result<void> add_star(const Node& node, const SpreadPath& path, Selection& to);
  result<void> add_column(const Node& node, const SelectItem& item, const SpreadPath& path,
                          Selection& to);
  result<void> add_children(const Node& node, const SpreadPath& path, Selection& to);
  result<void> add_embed(const Node& child, Selection& to);
  result<void> add_grouped_embed(const Node& child, const SpreadPath& path, Selection& to);
  result<void> add_order(const Node& node, Selection& to);
  result<Operand> order_operand(const Node& node, const OrderItem& item);
  result<Operand> aggregate(Operand operand, const SelectItem& item);
  result<store::Expr> lift(store::Expr expr, const SpreadPath& path);
  result<void> add_page(const Node& node, store::Level& level);

  bool shows(int model, const Column& column);

  Expressions& expressions_;
  const Visibility& visibility_;
  const RootRows root_;
  std::vector<SeenField> seen_;
};

// Whether `select=count` alone counts rows on this table: no column is called that.
[[nodiscard]] bool is_legacy_count(const Catalog& catalog, const Node& root);

}  // namespace trivet::api::rest
