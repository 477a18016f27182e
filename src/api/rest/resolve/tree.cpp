#include "api/rest/resolve/tree.h"

#include <fmt/format.h>

#include <algorithm>

namespace trivet::api::rest {
namespace {

bool is_embed(const SelectItem& item) {
  return item.kind == SelectItem::Kind::embed || item.kind == SelectItem::Kind::spread;
}

struct Budget {
  const Limits& limits;
  uint32_t embeds = 0;
};

result<Node> make_nodes(const std::vector<SelectItem>& items, const SelectItem* item, int depth,
                        Budget& budget) {
  Node node;
  node.item = item;
  node.items = &items;
  node.depth = depth;
  if (static_cast<uint32_t>(depth) > budget.limits.depth_max)
    return fail(ErrorCode::too_complex, "Embedded resources are nested too deeply");
  for (const SelectItem& child : items) {
    if (!is_embed(child)) continue;
    if (++budget.embeds > budget.limits.embeds_max)
      return fail(ErrorCode::too_complex, "Too many embedded resources in one request");
    TRIVET_TRY(Node made, make_nodes(child.items, &child, depth + 1, budget));
    node.children.push_back(std::move(made));
  }
  return node;
}

std::unexpected<Error> not_embedded(std::string_view name) {
  return fail(ErrorCode::not_embedded,
              fmt::format("'{}' is not an embedded resource in this request", name), {},
              fmt::format("Verify that '{}' is included in the 'select' query parameter.", name));
}

result<Node*> find_level(Node& root, const EmbedPath& path) {
  Node* node = &root;
  for (const std::string& name : path) {
    const auto child =
        std::ranges::find_if(node->children, [&](const Node& n) { return n.answers_to(name); });
    if (child == node->children.end()) return not_embedded(name);
    node = &*child;
  }
  return node;
}

result<void> attach(Node& root, const Query& query) {
  for (const auto& [path, logic] : query.conditions) {
    TRIVET_TRY(Node * node, find_level(root, path));
    node->conditions.push_back(&logic);
  }
  for (const auto& [path, order] : query.orders) {
    TRIVET_TRY(Node * node, find_level(root, path));
    node->order = &order;
  }
  for (const auto& [path, limit] : query.limits) {
    TRIVET_TRY(Node * node, find_level(root, path));
    node->limit = &limit;
  }
  for (const auto& [path, offset] : query.offsets) {
    TRIVET_TRY(Node * node, find_level(root, path));
    node->offset = &offset;
  }
  return {};
}

// A function of the row comes first: it is there to say what the name means.
std::optional<Relationship> find_computed(const Catalog& catalog, int origin, const std::string& name,
                                          ComputedFields* computed) {
  if (computed == nullptr) return std::nullopt;
  auto found = computed->find_related(catalog.model(origin).table(), name);
  if (!found) return std::nullopt;
  const auto target = catalog.schema()->model_by_table.find(found->target);
  if (target == catalog.schema()->model_by_table.end() || !catalog.serves(target->second)) return std::nullopt;
  Relationship made;
  made.cardinality = found->to_one ? Cardinality::many_to_one : Cardinality::one_to_many;
  made.target = target->second;
  made.link.every = target->second;
  made.link.function = std::move(found->function);
  return made;
}

result<void> relate(const Catalog& catalog, Node& node, ComputedFields* computed) {
  for (Node& child : node.children) {
    if (auto made = find_computed(catalog, node.model, child.item->field.name, computed)) {
      child.relationship = *std::move(made);
    } else {
      TRIVET_TRY(child.relationship,
                 find_relationship(catalog, node.model, {child.item->field.name, child.item->hint}));
    }
    child.model = child.relationship.target;
    TRIVET_CHECK(relate(catalog, child, computed));
  }
  return {};
}

result<void> check_related_orders(const Catalog& catalog, const Node& node) {
  if (node.order)
    for (const OrderItem& term : *node.order) {
      if (term.relation.empty()) continue;
      const Node* child = node.find_child(term.relation);
      if (!child) return not_embedded(term.relation);
      if (!child->relationship.to_one())
        return fail(
            ErrorCode::related_order,
            fmt::format("A related order on '{}' is not possible", term.relation),
            fmt::format("'{}' and '{}' do not form a many-to-one or one-to-one relationship",
                        catalog.model(node.model).db_name, term.relation));
    }
  for (const Node& child : node.children) TRIVET_CHECK(check_related_orders(catalog, child));
  return {};
}

bool has_aggregates(const Node& node) {
  return std::ranges::any_of(*node.items, [](const SelectItem& item) {
           return item.aggregate != Aggregate::none;
         }) ||
         std::ranges::any_of(node.children, has_aggregates);
}

// Aggregates anywhere inside a to-many spread, through to-one spreads too.
bool aggregates_in_many_spread(const Node& node, bool inside) {
  if (inside && std::ranges::any_of(*node.items, [](const SelectItem& item) {
        return item.aggregate != Aggregate::none;
      }))
    return true;
  return std::ranges::any_of(node.children, [&](const Node& child) {
    const bool many = child.is_spread() && (inside || !child.relationship.to_one());
    return aggregates_in_many_spread(child, many);
  });
}

result<void> check_aggregates(const Node& root, TreeOptions options) {
  if (!options.aggregates_allowed && has_aggregates(root))
    return fail(ErrorCode::aggregates_disabled, "Use of aggregate functions is not allowed");
  if (aggregates_in_many_spread(root, false))
    return fail(ErrorCode::missing_capability, "Feature not implemented",
                "Aggregates are not implemented for one-to-many or many-to-many spreads.");
  return {};
}

}  // namespace

const Node* Node::find_child(std::string_view name) const {
  const auto child =
      std::ranges::find_if(children, [&](const Node& n) { return n.answers_to(name); });
  return child == children.end() ? nullptr : &*child;
}

result<Node> build_tree(const Catalog& catalog, int model, const Query& query, const Limits& limits,
                        TreeOptions options) {
  Budget budget{.limits = limits};
  TRIVET_TRY(Node root, make_nodes(query.select, nullptr, 0, budget));
  root.model = model;
  TRIVET_CHECK(attach(root, query));
  TRIVET_CHECK(relate(catalog, root, options.computed));
  TRIVET_CHECK(check_related_orders(catalog, root));
  TRIVET_CHECK(check_aggregates(root, options));
  return root;
}

}  // namespace trivet::api::rest
