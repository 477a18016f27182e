#include "api/rest/call/embed.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/rest/caller_visibility.h"
#include "api/rest/encode/rows.h"
#include "api/rest/resolve/levels.h"
#include "api/rest/resolve/shape.h"

namespace trivet::api::rest {
namespace {

using engine::CountKind;
using store::ResultShape;

bool is_embed(const SelectItem& item) {
  return item.kind == SelectItem::Kind::embed || item.kind == SelectItem::Kind::spread;
}

bool has_aggregates(const std::vector<SelectItem>& items) {
  return std::ranges::any_of(items, [](const SelectItem& item) {
    return item.aggregate != Aggregate::none || item.kind == SelectItem::Kind::count_rows ||
           (item.kind == SelectItem::Kind::spread && has_aggregates(item.items));
  });
}

bool names_embed(const std::vector<SelectItem>& items, const std::string& name) {
  return std::ranges::any_of(items, [&](const SelectItem& item) {
    return is_embed(item) && (item.field.name == name || item.alias == name);
  });
}

// Whether which rows there are, or their order, depends on what they embed.
bool has_own_page(const Query& query) {
  const bool joins = std::ranges::any_of(query.select, [](const SelectItem& item) {
    return is_embed(item) && item.join == Join::inner;
  });
  const bool filters = std::ranges::any_of(query.conditions, [&](const auto& at) {
    return at.path.empty() && is_about_embeds(query, at.value);
  });
  const bool orders = std::ranges::any_of(query.orders, [](const auto& at) {
    return at.path.empty() && std::ranges::any_of(at.value, [](const OrderItem& o) { return !o.relation.empty(); });
  });
  return joins || filters || orders || has_aggregates(query.select);
}

// What is left for the read over the rows. The database has applied the filters on their own columns, and without a page of the
// read's own the order.
Query rest_of(const Query& query, bool has_page) {
  Query rest = query;
  std::erase_if(rest.conditions, [&](const auto& at) {
    return at.path.empty() && !is_about_embeds(query, at.value);
  });
  if (!has_page) std::erase_if(rest.orders, [](const auto& at) { return at.path.empty(); });
  return rest;
}

result<int> find_model(const Catalog& catalog, const ApiRequest& api, const store::Procedure& procedure) {
  const int model = procedure.relation.empty() ? -1 : catalog.find_table(procedure.relation);
  if (model >= 0) return model;
  const auto first = std::ranges::find_if(api.query.select, is_embed);
  if (first == api.query.select.end())
    return fail(ErrorCode::aggregates_disabled, "Use of aggregate functions is not allowed");
  return fail(ErrorCode::no_relationship,
              fmt::format("Could not find a relationship between '{}' and '{}' in the schema cache", api.path.name,
                          first->field.name),
              "Results of functions embed where they are rows of a table.");
}

result<void> add_page(const Page& page, store::Level& level, Expressions& expressions) {
  const auto add = [&](Literal::Kind kind, int64_t value) {
    return expressions.parameters().add_literal({.kind = kind, .type = Type::int8}, fmt::to_string(value), -1,
                                                expressions.context());
  };
  if (page.limit) {
    TRIVET_TRY(level.limit_param, add(Literal::Kind::limit, *page.limit));
  }
  if (page.offset != 0) {
    TRIVET_TRY(level.offset_param, add(Literal::Kind::offset, page.offset));
  }
  return {};
}

result<std::shared_ptr<const engine::Plan>> find_plan(const engine::Operation& operation, const CallOptions& options) {
  if (auto plan = options.engine.find_plan(operation.shape, options.identity)) return plan;
  return options.engine.plan(operation, options.identity);
}

bool counts(CountKind count) { return count == CountKind::exact || count == CountKind::estimated; }

void encode(const PreparedCall& prepared, const Batch& batch, std::string& body) {
  const CallEmbedding& embedding = *prepared.embedding;
  const EncodeOptions options{.format = {.zone = embedding.zone.get()},
                              .nulls = prepared.media.nulls_stripped ? NullKeys::stripped : NullKeys::kept};
  body.clear();
  if (prepared.media.kind == MediaKind::csv) encode_csv(body, embedding.codec, batch, options);
  else if (prepared.media.kind != MediaKind::object && prepared.call.procedure->shape == ResultShape::rows)
    encode_array(body, embedding.codec, batch, options);
  else if (batch.rows == 0) body = "null";
  else encode_object(body, embedding.codec, batch.row(0), options);
}

}  // namespace

bool asks_for_embedding(const Query& query) {
  return std::ranges::any_of(query.select, is_embed) || has_aggregates(query.select);
}

// As resolve/filters.cpp takes one: only `is` can be about an embed.
bool is_about_embeds(const Query& query, const Logic& logic) {
  if (logic.kind != Logic::Kind::filter)
    return std::ranges::any_of(logic.children, [&](const Logic& child) { return is_about_embeds(query, child); });
  const Filter& filter = logic.filter;
  return filter.op == FilterOp::is && filter.field.path.empty() && names_embed(query.select, filter.field.name);
}

result<std::unique_ptr<CallEmbedding>> prepare_embedding(const ApiRequest& api, const Page& page,
                                                         const store::Procedure& procedure,
                                                         const CallOptions& options) {
  const auto catalog = std::make_shared<const Catalog>(options.engine.schema(), Exposure{options.schemas, api.profile});
  TRIVET_TRY(const int model, find_model(*catalog, api, procedure));
  auto made = std::make_unique<CallEmbedding>();
  made->zone = api.prefer.zone;
  made->has_page = has_own_page(api.query);
  made->rows_param = made->parameters.add(Value::json("[]"));
  const Query query = rest_of(api.query, made->has_page);
  TRIVET_TRY(const Node root, build_tree(*catalog, model, query, options.limits,
                                         {.aggregates_allowed = options.aggregates_allowed, .computed = options.computed}));
  const LiteralContext context{.catalog = *catalog, .zone = made->zone.get(), .limits = options.limits,
                               .computed = options.computed};
  Expressions expressions(context, made->parameters);
  const CallerVisibility visibility(options.engine, options.identity);
  Levels levels(expressions, visibility, RootRows::given);
  TRIVET_TRY(Selection selection, levels.build(root));
  made->codec = std::move(selection.codec);
  engine::Operation operation;
  operation.selection = std::move(selection.level);
  operation.selection.rows_param = made->rows_param;
  if (made->has_page) {
    TRIVET_CHECK(add_page(page, operation.selection, expressions));
    if (counts(api.prefer.count)) operation.count = CountKind::exact;
  }
  operation.shape = operation_shape(operation);
  TRIVET_TRY(made->plan, find_plan(operation, options));
  return made;
}

task<result<void>> embed_rows(const PreparedCall& prepared, engine::Engine& engine, engine::Context context,
                              store::CallAnswer& answer) {
  const CallEmbedding& embedding = *prepared.embedding;
  const bool is_array = answer.body.starts_with('[');
  const std::string rows = is_array ? std::move(answer.body) : answer.body == "null" ? "[]" : "[" + answer.body + "]";
  store::Params params;
  params.values = embedding.parameters.params.values;
  params.values[static_cast<size_t>(embedding.rows_param)] = Value::json(rows);
  result<engine::Outcome> outcome = co_await engine.run(embedding.plan, std::move(params), context);
  if (!outcome) co_return std::unexpected(std::move(outcome).error());
  const Batch& batch = outcome->rows.batch;
  if (embedding.has_page) {
    if (prepared.media.kind == MediaKind::object && batch.rows != 1)
      co_return fail(ErrorCode::not_singular, "Cannot coerce the result to a single JSON object",
                     fmt::format("The result contains {} rows", batch.rows));
    answer.rows = batch.rows;
    answer.total = outcome->rows.total;
  }
  encode(prepared, batch, answer.body);
  co_return result<void>();
}

}  // namespace trivet::api::rest
