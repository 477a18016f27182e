#include "api/rest/encode/query_text.h"

#include <fmt/format.h>

#include "api/rest/encode/json_text.h"

namespace trivet::api::rest {
namespace {

class Writer {
 public:
  std::string write(const Query& query) {
    json_.open_object().key("select");
    select(query.select);
    json_.key("conditions").open_array();
    for (const auto& [path, value] : query.conditions) {
      json_.open_object().key("path");
      names(path);
      json_.key("condition");
      logic(value);
      json_.close_object();
    }
    json_.close_array().key("order").open_array();
    for (const auto& [path, items] : query.orders) order(path, items);
    json_.close_array();
    limits("limit", query.limits);
    limits("offset", query.offsets);
    if (query.columns) names("columns", *query.columns);
    if (query.on_conflict) names("on_conflict", *query.on_conflict);
    return json_.close_object().take();
  }

 private:
  void names(const std::vector<std::string>& values) {
    json_.open_array();
    for (const std::string& value : values) json_.string(value);
    json_.close_array();
  }
  void names(std::string_view key, const std::vector<std::string>& values) {
    json_.key(key);
    names(values);
  }
  void text(std::string_view key, std::string_view value) {
    if (!value.empty()) json_.member(key, value);
  }
  void flag(std::string_view key, bool value) {
    if (value) json_.key(key).raw("true");
  }

  void field(const FieldRef& field) {
    json_.member("name", field.name);
    if (field.path.empty()) return;
    json_.key("path").open_array();
    for (const JsonStep& step : field.path) {
      json_.open_object().member("arrow", step.as_text ? "->>" : "->");
      if (step.is_index) json_.key("index").raw(fmt::to_string(step.index));
      else json_.member("key", step.key);
      json_.close_object();
    }
    json_.close_array();
  }

  void select(const std::vector<SelectItem>& items) {
    static constexpr std::string_view kinds[] = {"star", "column", "count", "embed", "spread"};
    static constexpr std::string_view aggregates[] = {"", "sum", "avg", "count", "max", "min"};
    json_.open_array();
    for (const SelectItem& item : items) {
      json_.open_object().member("kind", kinds[static_cast<size_t>(item.kind)]);
      text("alias", item.alias);
      if (item.kind != SelectItem::Kind::star) field(item.field);
      text("cast", item.cast);
      text("aggregate", aggregates[static_cast<size_t>(item.aggregate)]);
      text("aggregate_cast", item.aggregate_cast);
      text("hint", item.hint);
      flag("inner", item.join == Join::inner);
      if (item.kind == SelectItem::Kind::embed || item.kind == SelectItem::Kind::spread) {
        json_.key("select");
        select(item.items);
      }
      json_.close_object();
    }
    json_.close_array();
  }

  void filter(const Filter& filter) {
    static constexpr std::string_view quantifiers[] = {"", "any", "all"};
    static constexpr std::string_view values[] = {"null", "not_null", "true", "false", "unknown"};
    field(filter.field);
    json_.member("op", filter_op_name(filter.op));
    flag("not", filter.negated);
    text("quantifier", quantifiers[static_cast<size_t>(filter.quantifier)]);
    text("config", filter.config);
    if (filter.op == FilterOp::in) names("list", filter.list);
    else if (filter.op == FilterOp::is) json_.member("is", values[static_cast<size_t>(filter.is)]);
    else json_.member("value", filter.value);
  }

  void logic(const Logic& node) {
    json_.open_object();
    if (node.kind == Logic::Kind::filter) {
      filter(node.filter);
    } else {
      json_.member("logic", node.kind == Logic::Kind::and_ ? "and" : "or");
      flag("not", node.negated);
      json_.key("of").open_array();
      for (const Logic& child : node.children) logic(child);
      json_.close_array();
    }
    json_.close_object();
  }

  void order(const EmbedPath& path, const std::vector<OrderItem>& items) {
    static constexpr std::string_view directions[] = {"", "asc", "desc"};
    static constexpr std::string_view nulls[] = {"", "first", "last"};
    json_.open_object();
    names("path", path);
    json_.key("terms").open_array();
    for (const OrderItem& item : items) {
      json_.open_object();
      text("relation", item.relation);
      field(item.field);
      text("direction", directions[static_cast<size_t>(item.direction)]);
      text("nulls", nulls[static_cast<size_t>(item.nulls)]);
      json_.close_object();
    }
    json_.close_array().close_object();
  }

  void limits(std::string_view key, const std::vector<AtPath<LimitValue>>& values) {
    json_.key(key).open_array();
    for (const auto& [path, limit] : values) {
      json_.open_object();
      names("path", path);
      json_.key("value").raw(fmt::to_string(limit.value)).close_object();
    }
    json_.close_array();
  }

  JsonText json_;
};

}  // namespace

std::string query_text(const Query& query) { return Writer().write(query); }

}  // namespace trivet::api::rest
