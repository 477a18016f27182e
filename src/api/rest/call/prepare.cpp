#include "api/rest/call/prepare.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/rest/call/embed.h"
#include "api/rest/caller_session.h"

namespace trivet::api::rest {
namespace {

using store::Call;
using store::CallColumn;
using store::CallCondition;
using store::CallOutput;
using store::ResultShape;

static_assert(static_cast<int>(FilterOp::adj) == static_cast<int>(store::CallOp::adj));
static_assert(static_cast<int>(IsValue::unknown) == static_cast<int>(store::CallIs::unknown));
static_assert(static_cast<int>(Quantifier::all) == static_cast<int>(store::CallQuantifier::all));

CallColumn column_of(const FieldRef& field) {
  CallColumn column{.name = field.name, .path = {}};
  for (const JsonStep& step : field.path)
    column.path.push_back({.as_text = step.as_text, .is_index = step.is_index, .index = step.index, .key = step.key});
  return column;
}

// Alias, else the last key of the path that isn't an index, else the column.
std::string key_of(const SelectItem& item) {
  if (!item.alias.empty()) return item.alias;
  for (auto step = item.field.path.rbegin(); step != item.field.path.rend(); ++step)
    if (!step->is_index) return step->key;
  return item.field.name;
}

// To look through for what they embed; they are in memory meanwhile.
constexpr uint64_t embedding_rows_max = 10'000;

std::unexpected<Error> not_embedded(const std::string& name) {
  return fail(ErrorCode::not_embedded, fmt::format("'{}' is not an embedded resource in this request", name),
              {}, fmt::format("Verify that '{}' is included in the 'select' query parameter.", name));
}

result<std::vector<CallOutput>> outputs_of(const ApiRequest& api, const store::Procedure& procedure) {
  std::vector<CallOutput> outputs;
  const std::vector<SelectItem>& select = api.query.select;
  if (select.size() == 1 && select.front().kind == SelectItem::Kind::star) return outputs;
  for (const SelectItem& item : select) {
    switch (item.kind) {
      case SelectItem::Kind::star:
        for (const auto& column : procedure.columns)
          outputs.push_back({.column = {.name = column.name, .path = {}}, .key = column.name, .cast = {}});
        break;
      case SelectItem::Kind::column:
        outputs.push_back({.column = column_of(item.field), .key = key_of(item), .cast = item.cast});
        break;
      default: TRIVET_ASSERT(!"left to the embedding");
    }
  }
  return outputs;
}

// The grammar's letters are Unicode's; names of types that need more than these can't be written here.
result<void> check_casts(const std::vector<CallOutput>& outputs) {
  for (const CallOutput& output : outputs)
    for (const char c : output.cast) {
      const bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '_' || c == ' ';
      if (!is_fine)
        return fail(ErrorCode::undefined_object, fmt::format("type \"{}\" does not exist", output.cast));
    }
  return {};
}

CallCondition condition_of(const Logic& logic) {
  CallCondition made;
  made.negated = logic.negated;
  if (logic.kind == Logic::Kind::filter) {
    const Filter& filter = logic.filter;
    made.kind = CallCondition::Kind::filter;
    made.negated = logic.negated != filter.negated;
    made.column = column_of(filter.field);
    made.op = static_cast<store::CallOp>(filter.op);
    made.quantifier = static_cast<store::CallQuantifier>(filter.quantifier);
    made.is = static_cast<store::CallIs>(filter.is);
    made.config = filter.config;
    made.value = filter.value;
    made.list = filter.list;
    return made;
  }
  made.kind = logic.kind == Logic::Kind::and_ ? CallCondition::Kind::and_ : CallCondition::Kind::or_;
  for (const Logic& child : logic.children) made.children.push_back(condition_of(child));
  return made;
}

// Of the rows' own columns, all of them where nothing is embedded.
result<void> add_conditions(const Query& query, const CallEmbedding* embedding, Call& call) {
  for (const auto& [path, logic] : query.conditions) {
    if (embedding != nullptr && (!path.empty() || is_about_embeds(query, logic))) continue;
    if (!path.empty()) return not_embedded(path.front());
    call.where.children.push_back(condition_of(logic));
  }
  return {};
}

result<void> add_order(const Query& query, const CallEmbedding* embedding, Call& call) {
  for (const auto& [path, items] : query.orders) {
    if (embedding != nullptr && !path.empty()) continue;
    if (!path.empty()) return not_embedded(path.front());
    for (const OrderItem& item : items) {
      if (!item.relation.empty()) return not_embedded(item.relation);
      store::CallOrder order{.column = column_of(item.field),
                             .descending = item.direction == Direction::desc,
                             .nulls_first = std::nullopt};
      if (item.nulls != Nulls::unspecified) order.nulls_first = item.nulls == Nulls::first;
      call.order.push_back(std::move(order));
    }
  }
  return {};
}

result<Page> page_of(const ApiRequest& api, const http::Request& request) {
  Page page;
  const bool embeds = asks_for_embedding(api.query);
  for (const auto& [path, limit] : api.query.limits) {
    if (path.empty()) page.limit = limit.value;
    else if (!embeds) return not_embedded(path.front());
  }
  for (const auto& [path, offset] : api.query.offsets) {
    if (path.empty()) page.offset = offset.value;
    else if (!embeds) return not_embedded(path.front());
  }
  const bool is_get = api.method == http::Method::get;
  return intersect_page(page, is_get ? parse_range_header(find_headers(request).range) : std::nullopt);
}

result<void> check_preferences(const Preferences& prefer, ResultShape shape) {
  if (prefer.strict() && !prefer.unknown.empty())
    return fail(ErrorCode::bad_preference, "Invalid preferences given with handling=strict",
                fmt::format("Invalid preferences: {}", fmt::join(prefer.unknown, ", ")));
  if (prefer.strict() && prefer.max_affected && shape != ResultShape::rows && shape != ResultShape::values)
    return fail(ErrorCode::rpc_not_set,
                "Function must return SETOF or TABLE when max-affected preference is used with "
                "handling=strict");
  return {};
}

std::string applied(const Preferences& prefer, const TransactionEnd& end) {
  std::vector<std::string> list;
  if (prefer.count == engine::CountKind::exact) list.emplace_back("count=exact");
  if (prefer.count == engine::CountKind::planned) list.emplace_back("count=planned");
  if (prefer.count == engine::CountKind::estimated) list.emplace_back("count=estimated");
  if (end.may_choose && prefer.transaction != Transaction::unspecified)
    list.emplace_back(prefer.transaction == Transaction::commit ? "tx=commit" : "tx=rollback");
  if (prefer.handling != Handling::unspecified)
    list.emplace_back(prefer.strict() ? "handling=strict" : "handling=lenient");
  if (prefer.zone) list.push_back("timezone=" + prefer.zone_name);
  if (prefer.strict() && prefer.max_affected)
    list.push_back(fmt::format("max-affected={}", *prefer.max_affected));
  return fmt::format("{}", fmt::join(list, ", "));
}

void add_settings(const ApiRequest& api, const http::Request& request, Call& call) {
  call.settings.emplace_back("request.method", request.method_text);
  call.settings.emplace_back("request.path", "/rpc/" + api.path.name);
  call.settings.emplace_back("request.headers", headers_json(request));
  if (api.prefer.zone) call.settings.emplace_back("timezone", api.prefer.zone_name);
}

bool is_set(ResultShape shape) { return shape == ResultShape::rows || shape == ResultShape::values; }

result<void> add_result(const ApiRequest& api, const http::Request& request, const CallOptions& options,
                        PreparedCall& prepared) {
  Call& call = prepared.call;
  const ResultShape shape = call.procedure->shape;
  TRIVET_TRY(const Page page, page_of(api, request));
  if (shape == ResultShape::row || shape == ResultShape::rows) {
    if (asks_for_embedding(api.query)) {
      TRIVET_TRY(prepared.embedding, prepare_embedding(api, page, *call.procedure, options));
    } else {
      TRIVET_TRY(call.outputs, outputs_of(api, *call.procedure));
      TRIVET_CHECK(check_casts(call.outputs));
    }
    const CallEmbedding* embedding = prepared.embedding.get();
    TRIVET_CHECK(add_conditions(api.query, embedding, call));
    if (embedding == nullptr || !embedding->has_page) TRIVET_CHECK(add_order(api.query, embedding, call));
  }
  if (!is_set(shape)) return {};
  const auto most = static_cast<int64_t>(options.limits.rows_max);
  if (prepared.embedding != nullptr && prepared.embedding->has_page) {
    call.rows_taken_max = embedding_rows_max;
    call.limit = static_cast<int64_t>(embedding_rows_max) + 1;
    prepared.offset = page.offset;
    return {};
  }
  call.limit = page.limit;
  if (most > 0) call.limit = std::min(page.limit.value_or(most), most);
  call.offset = prepared.offset = page.offset;
  call.count = prepared.is_counted = api.prefer.count == engine::CountKind::exact ||
                                     api.prefer.count == engine::CountKind::estimated;
  return {};
}

// One object of rows that are chosen only after the function has run: there is no going back for what it wrote.
result<void> check_end(const PreparedCall& prepared) {
  if (prepared.embedding == nullptr || !prepared.embedding->has_page) return {};
  if (prepared.media.kind != MediaKind::object || prepared.call.access == store::CallAccess::read_only) return {};
  return fail(ErrorCode::missing_capability, "Feature not implemented",
              "One object, chosen by what it embeds, is only implemented for functions that read.");
}

store::CallFormat format_of(const PreparedCall& prepared) {
  const bool chooses_later = prepared.embedding != nullptr && prepared.embedding->has_page;
  if (prepared.media.kind == MediaKind::object && !chooses_later) return store::CallFormat::json_object;
  if (prepared.media.kind == MediaKind::csv && prepared.embedding == nullptr) return store::CallFormat::csv;
  return store::CallFormat::json;
}

}  // namespace

result<PreparedCall> prepare_call(const ApiRequest& api, const http::Request& request,
                                  const Arguments& arguments, const Choice& choice,
                                  const CallOptions& options) {
  PreparedCall prepared;
  Call& call = prepared.call;
  call.procedure = choice.procedure;
  call.is_raw = choice.takes_raw;
  call.arguments = choice.takes_raw ? std::string(arguments.raw) : arguments_json(arguments, *choice.procedure);
  if (!choice.takes_raw) call.given = arguments.names;
  TRIVET_CHECK(add_result(api, request, options, prepared));
  TRIVET_TRY(prepared.media, negotiate(api.accept, Resource::relation));
  TRIVET_CHECK(check_preferences(api.prefer, choice.procedure->shape));
  call.format = format_of(prepared);
  call.strip_nulls = prepared.media.nulls_stripped && prepared.embedding == nullptr;
  const bool changes = !api.is_read() && choice.procedure->volatility == store::Volatility::volatile_;
  call.access = changes ? store::CallAccess::read_write : store::CallAccess::read_only;
  TRIVET_CHECK(check_end(prepared));
  call.end = options.end.undoes(api.prefer) ? store::CallEnd::rollback : store::CallEnd::commit;
  if (api.prefer.strict()) call.rows_max = api.prefer.max_affected;
  prepared.preference_applied = applied(api.prefer, options.end);
  add_settings(api, request, call);
  return prepared;
}

}  // namespace trivet::api::rest
