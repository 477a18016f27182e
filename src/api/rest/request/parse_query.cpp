#include <algorithm>
#include <charconv>

#include "api/rest/request/cursor.h"
#include "api/rest/request/parse.h"

namespace trivet::api::rest {
namespace {

std::string_view last_segment(std::string_view key) {
  const size_t dot = key.rfind('.');
  return dot == key.npos ? key : key.substr(dot + 1);
}

bool ends_in(std::string_view key, std::string_view word) { return last_segment(key) == word; }

bool is_logic(std::string_view key) { return ends_in(key, "and") || ends_in(key, "or"); }

bool is_filter(std::string_view key) {
  const std::string_view last = last_segment(key);
  return key != "select" && key != "columns" && key != "on_conflict" && last != "order" &&
         last != "limit" && last != "offset" && last != "and" && last != "or";
}

struct TreePath {
  std::vector<std::string> names;
  std::vector<JsonStep> json;
};

result<TreePath> parse_path(std::string_view what, std::string_view key) {
  Cursor cursor(what, key);
  TreePath path;
  do {
    TRIVET_TRY(std::string name, cursor.name());
    path.names.push_back(std::move(name));
  } while (cursor.take("."));
  TRIVET_TRY(path.json, cursor.json_path());
  TRIVET_CHECK(cursor.expect_end());
  return path;
}

result<EmbedPath> parse_prefix(const Parameter& parameter) {
  TRIVET_TRY(TreePath path, parse_path("tree path", parameter.key));
  path.names.pop_back();
  return std::move(path.names);
}

const Parameter* first_of(const std::vector<Parameter>& parameters, std::string_view key) {
  for (const Parameter& parameter : parameters)
    if (parameter.has_value && parameter.key == key) return &parameter;
  return nullptr;
}

result<void> read_orders(const std::vector<Parameter>& parameters, Query& query) {
  for (const Parameter& parameter : parameters) {
    if (!parameter.has_value || !ends_in(parameter.key, "order")) continue;
    TRIVET_TRY(EmbedPath path, parse_prefix(parameter));
    TRIVET_TRY(std::vector<OrderItem> items, parse_order(parameter.value));
    const bool repeated = std::ranges::any_of(
        query.orders, [&](const auto& earlier) { return earlier.path == path; });
    if (!repeated) query.orders.push_back({std::move(path), std::move(items)});
  }
  return {};
}

result<void> read_logic(const Parameter& parameter, Query& query) {
  TRIVET_TRY(TreePath path, parse_path("logic path", parameter.key));
  std::string text = path.names.back();
  path.names.pop_back();
  if (std::erase(path.names, "not") > 0) text.insert(0, "not.");
  text += parameter.value;
  TRIVET_TRY(Logic tree, parse_logic(parameter.value, text));
  query.conditions.push_back({std::move(path.names), std::move(tree)});
  return {};
}

result<void> read_filter(const Parameter& parameter, Query& query) {
  TRIVET_TRY(TreePath path, parse_path("tree path", parameter.key));
  Logic leaf;
  TRIVET_TRY(leaf.filter, parse_filter(parameter.value));
  leaf.filter.field.name = std::move(path.names.back());
  leaf.filter.field.path = std::move(path.json);
  leaf.filter.segment = parameter.segment;
  path.names.pop_back();
  query.conditions.push_back({std::move(path.names), std::move(leaf)});
  return {};
}

// What isn't a number is ignored; the last one wins.
result<void> read_limits(const std::vector<Parameter>& parameters, std::string_view word,
                         std::vector<AtPath<LimitValue>>& limits) {
  for (const Parameter& parameter : parameters) {
    if (!parameter.has_value || !ends_in(parameter.key, word)) continue;
    TRIVET_TRY(EmbedPath path, parse_prefix(parameter));
    LimitValue limit{.value = 0, .segment = parameter.segment};
    const char* end = parameter.value.data() + parameter.value.size();
    const auto [read, error] = std::from_chars(parameter.value.data(), end, limit.value);
    if (error != std::errc{} || read != end) continue;
    std::erase_if(limits, [&](const auto& earlier) { return earlier.path == path; });
    limits.push_back({std::move(path), limit});
  }
  return {};
}

result<void> read_names(const std::vector<Parameter>& parameters, Query& query) {
  // postgrest-py sends an empty `columns` for an empty list: no restriction.
  if (const Parameter* columns = first_of(parameters, "columns"); columns && !columns->value.empty()) {
    TRIVET_TRY(query.columns, parse_names("columns parameter", columns->value));
  }
  return {};
}

result<void> read_select(const std::vector<Parameter>& parameters, Query& query) {
  const Parameter* select = first_of(parameters, "select");
  query.has_select = select != nullptr;
  TRIVET_TRY(query.select, parse_select(select ? std::string_view(select->value) : "*"));
  return {};
}

}  // namespace

result<Query> parse_query(const std::vector<Parameter>& parameters) {
  Query query;
  TRIVET_CHECK(read_orders(parameters, query));
  for (const Parameter& parameter : parameters)
    if (parameter.has_value && is_logic(parameter.key)) TRIVET_CHECK(read_logic(parameter, query));
  TRIVET_CHECK(read_names(parameters, query));
  TRIVET_CHECK(read_select(parameters, query));
  for (const Parameter& parameter : parameters)
    if (parameter.has_value && is_filter(parameter.key)) TRIVET_CHECK(read_filter(parameter, query));
  if (const Parameter* target = first_of(parameters, "on_conflict")) {
    TRIVET_TRY(query.on_conflict, parse_names("on_conflict parameter", target->value));
  }
  TRIVET_CHECK(read_limits(parameters, "limit", query.limits));
  TRIVET_CHECK(read_limits(parameters, "offset", query.offsets));
  return query;
}

}  // namespace trivet::api::rest
