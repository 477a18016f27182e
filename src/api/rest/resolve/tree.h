// The select parameter as a tree of levels, each with the filters, order and page that name it, and its relationship to the
// level above (dialects/rest.md, section 1: checks 108 to 127 in upstream's order). Columns are not looked at yet.
//
// Views the Query that it was made from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/rest/request/query.h"
#include "api/rest/resolve/catalog.h"
#include "api/rest/resolve/computed.h"
#include "api/rest/resolve/relationship.h"
#include "base/limits.h"

namespace trivet::api::rest {

struct Node {
  int model = -1;
  int depth = 0;
  const SelectItem* item = nullptr;  // null at the root
  const std::vector<SelectItem>* items = nullptr;
  Relationship relationship;
  std::vector<Node> children;  // embeds and spreads in select order
  std::vector<const Logic*> conditions;
  const std::vector<OrderItem>* order = nullptr;
  const LimitValue* limit = nullptr;
  const LimitValue* offset = nullptr;

  [[nodiscard]] bool is_spread() const { return item && item->kind == SelectItem::Kind::spread; }
  [[nodiscard]] std::string_view output_name() const {
    return item->alias.empty() ? item->field.name : item->alias;
  }
  [[nodiscard]] bool answers_to(std::string_view name) const {
    return item->field.name == name || (!item->alias.empty() && item->alias == name);
  }
  // The embed of that alias or target, or null.
  [[nodiscard]] const Node* find_child(std::string_view name) const;
};

struct TreeOptions {
  bool aggregates_allowed = false;
  ComputedFields* computed = nullptr;  // functions of rows that may be embedded
};

[[nodiscard]] result<Node> build_tree(const Catalog& catalog, int model, const Query& query,
                                      const Limits& limits, TreeOptions options);

}  // namespace trivet::api::rest
