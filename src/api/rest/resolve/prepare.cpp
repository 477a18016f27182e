#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/rest/resolve/levels.h"
#include "api/rest/resolve/prepared.h"
#include "api/rest/resolve/shape.h"
#include "api/rest/resolve/writes.h"

namespace trivet::api::rest {
namespace {

using http::Method;

constexpr double near_enough = 0.66;

// The hint names no table that the caller can't use.
result<int> find_model(const Catalog& catalog, const ApiRequest& request,
                       const Visibility& visibility) {
  const int model = catalog.find_table(request.path.name);
  if (model >= 0) return model;
  const Catalog::Nearest near = catalog.nearest_table(request.path.name);
  std::string hint;
  if (near.similarity > near_enough && visibility.usable(near.model))
    hint = fmt::format("Perhaps you meant the table '{}.{}'", catalog.profile(), catalog.model(near.model).db_name);
  return fail(ErrorCode::unknown_table,
              fmt::format("Could not find the table '{}.{}' in the schema cache", catalog.profile(),
                          request.path.name),
              {}, std::move(hint));
}

result<void> check_preferences(const Preferences& prefer) {
  if (!prefer.strict() || prefer.unknown.empty()) return {};
  return fail(ErrorCode::bad_preference, "Invalid preferences given with handling=strict",
              fmt::format("Invalid preferences: {}", fmt::join(prefer.unknown, ", ")));
}

// Reads and writes check the two in opposite order.
result<void> check_headers(const ApiRequest& request, const PrepareOptions& options, Prepared& prepared) {
  if (!request.is_read()) TRIVET_CHECK(check_preferences(request.prefer));
  TRIVET_TRY(prepared.media, negotiate(request.accept, request.is_read() && options.plans_allowed
                                                           ? Resource::explained_relation
                                                           : Resource::relation));
  if (request.is_read()) TRIVET_CHECK(check_preferences(request.prefer));
  return {};
}

std::string_view method_name(Method method) {
  switch (method) {
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    default: return "DELETE";
  }
}

bool has_row_key(const schema::Model& model) {
  return std::ranges::any_of(model.uniques, [&](const schema::Key& key) {
    return key.where_sql.empty() && std::ranges::none_of(key.columns, [&](const schema::KeyColumn& column) {
             return model.fields[static_cast<size_t>(column.field)].optional;
           });
  });
}

// Writes go through a view where its database says so. No upserts: a view has no constraint that a row could meet.
result<void> check_view(const ApiRequest& request, const schema::Model& model, const store::WritableViews* views) {
  const store::ViewWrites takes = views == nullptr ? store::ViewWrites() : views->find(model.table());
  const bool merges = request.prefer.resolution != Resolution::none && request.query.on_conflict;
  const bool taken = request.method == Method::post      ? takes.insert && !merges
                     : request.method == Method::patch   ? takes.update
                     : request.method == Method::delete_ && takes.delete_;
  if (taken && has_row_key(model)) return {};
  const bool is_fixed = !takes.insert && !takes.update && !takes.delete_;
  const std::string_view why = is_fixed ? "which can only be read."
                               : taken  ? "whose rows need a @unique field to be told apart when they are written."
                                        : "which doesn't take this.";
  return fail(ErrorCode::bad_method, fmt::format("Unsupported HTTP method: {}", method_name(request.method)),
              fmt::format("'{}' is a view, {}", model.db_name, why));
}

bool has_body(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch;
}

class AppliedList {
 public:
  void add(std::string_view preference) {
    if (!text_.empty()) text_ += ", ";
    text_ += preference;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string_view count_text(engine::CountKind count) {
  switch (count) {
    case engine::CountKind::exact: return "count=exact";
    case engine::CountKind::planned: return "count=planned";
    default: return "count=estimated";
  }
}

void add_write_preferences(const ApiRequest& request, bool has_key, AppliedList& list) {
  const Preferences& prefer = request.prefer;
  const bool post = request.method == Method::post;
  if (post && has_key && prefer.resolution != Resolution::none)
    list.add(prefer.resolution == Resolution::merge_duplicates ? "resolution=merge-duplicates"
                                                               : "resolution=ignore-duplicates");
  if ((post || request.method == Method::patch) && prefer.missing != Missing::unspecified)
    list.add(prefer.missing == Missing::default_ ? "missing=default" : "missing=null");
  switch (prefer.return_) {
    case Return::minimal: list.add("return=minimal"); break;
    case Return::headers_only: list.add("return=headers-only"); break;
    case Return::representation: list.add("return=representation"); break;
    case Return::unspecified: break;
  }
}

// Section 7's fixed order.
std::string applied_preferences(const ApiRequest& request, bool has_key,
                                const PrepareOptions& options) {
  const Preferences& prefer = request.prefer;
  AppliedList list;
  if (!request.is_read()) add_write_preferences(request, has_key, list);
  if (prefer.count != engine::CountKind::none) list.add(count_text(prefer.count));
  if (options.end.may_choose && prefer.transaction != Transaction::unspecified)
    list.add(prefer.transaction == Transaction::commit ? "tx=commit" : "tx=rollback");
  if (prefer.handling != Handling::unspecified)
    list.add(prefer.strict() ? "handling=strict" : "handling=lenient");
  if (prefer.zone) list.add("timezone=" + prefer.zone_name);
  const bool limits_rows = request.method == Method::patch || request.method == Method::delete_;
  if (prefer.strict() && prefer.max_affected && limits_rows)
    list.add(fmt::format("max-affected={}", *prefer.max_affected));
  return list.take();
}

// The page of the root: literals of the query string stay slots unless a Range header changed them.
result<void> add_root_page(const ApiRequest& request, const Node& root, Prepared& prepared,
                           const LiteralContext& context) {
  store::Level& level = prepared.operation.selection;
  Parameters& parameters = prepared.parameters;
  const auto add = [&](Literal::Kind kind, int64_t value, const LimitValue* from) {
    const int segment = from && !request.range ? from->segment : -1;
    return parameters.add_literal({.kind = kind, .type = Type::int8}, fmt::to_string(value),
                                  segment, context);
  };
  if (request.page.limit) {
    TRIVET_TRY(level.limit_param, add(Literal::Kind::limit, *request.page.limit, root.limit));
  }
  if (request.page.offset != 0 || root.offset) {
    TRIVET_TRY(level.offset_param, add(Literal::Kind::offset, request.page.offset, root.offset));
  }
  return {};
}

// Location shows the primary key of the one new row.
void select_key(const Catalog& catalog, Prepared& prepared) {
  const schema::Model& model = catalog.model(prepared.model);
  engine::Operation& operation = prepared.operation;
  operation.returns_rows = false;
  if (prepared.method != Method::post || prepared.prefer.return_ != Return::headers_only ||
      !model.primary_key)
    return;
  for (const schema::KeyColumn& key : model.primary_key->columns) {
    const Column column = catalog.column(prepared.model, key.field);
    store::Expr expr = store::make_column(column.index, column.type);
    expr.enum_index = column.field->enum_index;
    operation.selection.outputs.push_back({std::move(expr)});
    prepared.key.push_back(column);
  }
  operation.returns_rows = true;
}

// Where the literal of a simple `&` part begins: behind the operator, except in limits and offsets.
size_t literal_offset(const Parameter& parameter) {
  const std::string_view key = parameter.key;
  const bool is_count = key == "limit" || key == "offset" || key.ends_with(".limit") ||
                        key.ends_with(".offset");
  const size_t dot = parameter.value.find('.', parameter.value.starts_with("not.") ? 4 : 0);
  return is_count || dot == std::string::npos ? 0 : dot + 1;
}

bool is_simple(const ApiRequest& request, int segment) {
  return std::ranges::find(request.simple_segments, segment) != request.simple_segments.end();
}

std::vector<LocationPiece> location_pieces(const ApiRequest& request) {
  std::vector<LocationPiece> pieces(1);
  pieces.back().text = "/";
  append_encoded(pieces.back().text, request.path.name);
  std::vector<const Parameter*> sorted;
  for (const Parameter& parameter : request.parameters) sorted.push_back(&parameter);
  std::ranges::stable_sort(sorted, {}, [](const Parameter* p) { return p->key; });
  for (size_t i = 0; i < sorted.size(); ++i) {
    const Parameter& parameter = *sorted[i];
    std::string& text = pieces.back().text;
    if (i > 0 && sorted[i - 1]->key == parameter.key) {
      text += ',';
    } else {
      text += i == 0 ? '?' : '&';
      append_encoded(text, parameter.key);
      text += '=';
    }
    const bool slot = is_simple(request, parameter.segment);
    const size_t offset = slot ? literal_offset(parameter) : parameter.value.size();
    append_encoded(text, std::string_view(parameter.value).substr(0, offset));
    if (slot) pieces.push_back({.text = {}, .segment = -1});
    if (slot) pieces[pieces.size() - 2].segment = parameter.segment;
  }
  return pieces;
}

result<void> build_selection(const Node& root, const ApiRequest& request, Expressions& expressions,
                             Prepared& prepared, const Visibility& visibility) {
  prepared.operation.selection.model = prepared.model;
  if (!prepared.wants_rows()) {
    select_key(*prepared.catalog, prepared);
    return {};
  }
  Levels levels(expressions, visibility);
  // What a write matches is Writes' affair; here its rows are only shown.
  Node shown = root;
  if (!request.is_read()) shown.conditions.clear();
  TRIVET_TRY(Selection selection, levels.build(shown));
  prepared.codec = std::move(selection.codec);
  prepared.seen = levels.take_seen();
  prepared.operation.selection = std::move(selection.level);
  if (!request.is_read()) {
    // Inner joins choose among the rows written.
    prepared.operation.shown = std::exchange(prepared.operation.selection.where, std::nullopt);
    return {};
  }
  return add_root_page(request, root, prepared, expressions.context());
}

}  // namespace

result<std::shared_ptr<Prepared>> prepare(std::shared_ptr<const Catalog> catalog,
                                          const ApiRequest& request, const RequestBody& body,
                                          const PrepareOptions& options) {
  auto prepared = std::make_shared<Prepared>();
  prepared->catalog = std::move(catalog);
  prepared->method = request.method;
  prepared->prefer = request.prefer;
  prepared->tells_profile = request.names_profile || prepared->catalog->has_profiles();
  const Catalog& tables = *prepared->catalog;

  Payload payload;
  if (has_body(request.method)) {
    const BodySource source{.content_type = body.content_type,
                            .bytes = body.bytes,
                            .columns = request.query.columns ? &*request.query.columns : nullptr};
    TRIVET_TRY(payload, parse_body(source, options.limits, prepared->parameters.arena));
  }
  TRIVET_TRY(prepared->model, find_model(tables, request, options.visibility));
  if (tables.model(prepared->model).is_view && !request.is_read())
    TRIVET_CHECK(check_view(request, tables.model(prepared->model), options.views));
  TRIVET_TRY(const Node root, build_tree(tables, prepared->model, request.query, options.limits,
                                         {.aggregates_allowed = options.aggregates_allowed,
                                          .computed = options.computed}));
  const LiteralContext context{.catalog = tables,
                               .zone = request.prefer.zone.get(),
                               .limits = options.limits,
                               .computed = options.computed};
  Expressions expressions(context, prepared->parameters);
  Writes writes(request, root, expressions);
  if (!request.is_read()) TRIVET_CHECK(writes.check(payload));
  TRIVET_CHECK(check_headers(request, options, *prepared));

  TRIVET_CHECK(build_selection(root, request, expressions, *prepared, options.visibility));
  engine::Operation& operation = prepared->operation;
  operation.count = request.prefer.count;
  if (!request.is_read()) {
    TRIVET_CHECK(writes.build(payload, operation));
    prepared->body_columns = writes.body_columns();
    operation.write.singular = prepared->media.kind == MediaKind::object;
    operation.write.rollback = options.end.undoes(request.prefer);
  }
  const bool has_key = tables.model(prepared->model).primary_key || request.query.on_conflict;
  prepared->preference_applied = applied_preferences(request, has_key, options);
  if (request.is_read()) prepared->content_location = location_pieces(request);
  std::erase_if(prepared->parameters.slots,
                [&](const Slot& slot) { return !is_simple(request, slot.segment); });
  operation.shape = operation_shape(operation);
  prepared->is_callers_own = options.computed != nullptr && options.computed->used();
  return prepared;
}

}  // namespace trivet::api::rest
