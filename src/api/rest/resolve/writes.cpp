#include "api/rest/resolve/writes.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

namespace trivet::api::rest {
namespace {

using engine::OperationKind;
using http::Method;

std::vector<int> key_fields(const schema::Key& key) {
  std::vector<int> fields;
  for (const schema::KeyColumn& column : key.columns) fields.push_back(column.field);
  return fields;
}

bool same_set(const std::vector<int>& a, const std::vector<int>& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](int field) {
           return std::ranges::find(b, field) != b.end();
         });
}

bool is_unique_key(const schema::Model& model, const std::vector<int>& fields) {
  if (model.primary_key && same_set(key_fields(*model.primary_key), fields)) return true;
  return std::ranges::any_of(model.uniques, [&](const schema::Key& key) {
    return key.where_sql.empty() && same_set(key_fields(key), fields);
  });
}

std::unexpected<Error> unknown_column(std::string_view column, std::string_view table) {
  return fail(ErrorCode::unknown_body_column,
              fmt::format("Could not find the '{}' column of '{}' in the schema cache", column,
                          table));
}

std::unexpected<Error> put_filters() {
  return fail(ErrorCode::put_filters,
              "Filters must include all and only primary key columns with 'eq' operators");
}

}  // namespace

result<void> Writes::check_put_filters() const {
  const schema::Model& model = catalog_.model(root_.model);
  if (!model.primary_key) return put_filters();
  std::vector<int> fields;
  for (const Logic* condition : root_.conditions) {
    const Filter& filter = condition->filter;
    const bool plain = condition->kind == Logic::Kind::filter && filter.op == FilterOp::eq &&
                       !filter.negated && filter.quantifier == Quantifier::none &&
                       filter.field.path.empty();
    if (!plain) return put_filters();
    fields.push_back(catalog_.find_column(root_.model, filter.field.name).index);
  }
  if (!same_set(fields, key_fields(*model.primary_key))) return put_filters();
  return {};
}

result<Writes::KeyTarget> Writes::find_key(int model, std::string_view key) const {
  if (const Column column = catalog_.find_column(model, key); column.field)
    return KeyTarget{.field = column.index, .relation = false};
  if (const int field = catalog_.find_relation_field(model, key); field >= 0)
    return KeyTarget{.field = field, .relation = true};
  return unknown_column(key, catalog_.model(model).db_name);
}

result<void> Writes::find_keys(const Payload& payload) {
  for (const std::string& key : payload.keys) {
    TRIVET_TRY(const KeyTarget target, find_key(root_.model, key));
    keys_.push_back(target);
  }
  return {};
}

result<void> Writes::check(const Payload& payload) {
  if (request_.method == Method::put) TRIVET_CHECK(check_put_filters());
  return find_keys(payload);
}

result<std::vector<int>> Writes::conflict_fields() const {
  const schema::Model& model = catalog_.model(root_.model);
  if (!request_.query.on_conflict || request_.method == Method::put)
    return model.primary_key ? key_fields(*model.primary_key) : std::vector<int>();
  std::vector<int> fields;
  for (const std::string& name : *request_.query.on_conflict) {
    const Column column = catalog_.find_column(root_.model, name);
    if (!column.field)
      return fail(ErrorCode::undefined_column, fmt::format("column \"{}\" does not exist", name));
    fields.push_back(column.index);
  }
  if (!is_unique_key(model, fields))
    return fail(
        ErrorCode::no_conflict_target,
        "there is no unique or exclusion constraint matching the ON CONFLICT specification");
  return fields;
}

result<void> Writes::choose_kind(engine::Operation& operation) const {
  engine::WriteSpec& write = operation.write;
  switch (request_.method) {
    case Method::patch: operation.kind = OperationKind::update; return {};
    case Method::delete_: operation.kind = OperationKind::delete_; return {};
    default: break;
  }
  operation.kind = OperationKind::create;
  write.put = request_.method == Method::put;
  if (!write.put && request_.prefer.resolution == Resolution::none) return {};
  TRIVET_TRY(write.conflict_fields, conflict_fields());
  if (write.conflict_fields.empty()) return {};
  operation.kind = OperationKind::upsert;
  write.ignore_duplicates =
      !write.put && request_.prefer.resolution == Resolution::ignore_duplicates;
  return {};
}

result<Value> coerce_cell(const Column& column, const Cell& cell, const LiteralContext& context,
                          Arena& arena) {
  if (cell.kind == Cell::Kind::absent) return Value::absent();
  if (cell.kind == Cell::Kind::null) return Value::null();
  CoerceContext rules =
      context.catalog.coerce_context(*column.field, column.type, Catalog::Use::write);
  rules.zone = context.zone;
  rules.json_depth_max = context.limits.json_depth_max;
  rules.list_values_max = context.limits.list_values_max;
  if (cell.kind == Cell::Kind::json)
    return column.field->is_list ? coerce_json_list(cell.json, column.type, rules, arena)
                                 : coerce_json(cell.json, column.type, rules, arena);
  return column.field->is_list ? coerce_text_list(cell.text, column.type, rules, arena)
                               : coerce_text(cell.text, column.type, rules, arena);
}

result<Value> Writes::cell_value(const Column& column, const Cell& cell) {
  return coerce_cell(column, cell, expressions_.context(), expressions_.parameters().arena);
}

std::vector<Column> Writes::body_columns() const {
  std::vector<Column> columns;
  for (const KeyTarget& key : keys_)
    if (!key.relation) columns.push_back(catalog_.column(root_.model, key.field));
  return columns;
}

// The foreign keys that an update sets to null: those of relations given as null.
result<std::vector<int>> Writes::cleared_keys(const Payload& payload,
                                              const std::vector<int>& given) const {
  std::vector<int> fields;
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (!keys_[i].relation || payload.at(0, i).kind != Cell::Kind::null) continue;
    const schema::Field& field = catalog_.model(root_.model).fields[keys_[i].field];
    const schema::Relation& relation = catalog_.schema()->relations[field.relation];
    if (field.side != 0 || relation.kind == schema::RelationKind::many_to_many)
      return fail(ErrorCode::bad_body,
                  fmt::format("'{}' takes an object or an array of objects", field.name));
    for (const int key : relation.from_fields)
      if (std::ranges::find(given, key) == given.end()) fields.push_back(key);
  }
  return fields;
}

result<void> Writes::build_rows(const Payload& payload, engine::Operation& operation) {
  engine::WriteSpec& write = operation.write;
  std::vector<Column> columns;
  for (const KeyTarget& key : keys_) {
    columns.push_back(key.relation ? Column{} : catalog_.column(root_.model, key.field));
    if (!key.relation) write.fields.push_back(key.field);
  }
  Parameters& parameters = expressions_.parameters();
  const bool update = operation.kind == OperationKind::update;
  const uint32_t rows = update ? std::min(payload.rows, 1U) : payload.rows;
  std::vector<int> cleared;
  if (update && rows == 1) {
    TRIVET_TRY(cleared, cleared_keys(payload, write.fields));
  }
  write.fields.insert(write.fields.end(), cleared.begin(), cleared.end());
  const size_t width = write.fields.size();
  Value* cells = parameters.arena.allocate_array<Value>(rows * width);
  Value* next = cells;
  for (uint32_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < keys_.size(); ++i) {
      const Cell& cell = payload.at(row, i);
      if (keys_[i].relation) {
        if (cell.kind == Cell::Kind::json)
          TRIVET_CHECK(add_nested(write.nested, row, root_.model, keys_[i].field, cell.json));
        continue;
      }
      TRIVET_TRY(const Value value, cell_value(columns[i], cell));
      new (next++) Value(value);
    }
    for (size_t i = 0; i < cleared.size(); ++i) new (next++) Value();
  }
  write.block = 0;
  parameters.params.blocks.push_back({.rows = rows, .cells = {cells, rows * width}});
  return {};
}

result<void> Writes::build_where(engine::Operation& operation) {
  if (request_.method == Method::post) return {};
  if (root_.conditions.empty())
    return fail(ErrorCode::requires_where,
                fmt::format("{} requires a WHERE clause",
                            request_.method == Method::patch ? "UPDATE" : "DELETE"));
  TRIVET_TRY(store::Expr where, expressions_.conditions(root_));
  operation.selection.where = std::move(where);
  return {};
}

result<void> Writes::build(const Payload& payload, engine::Operation& operation) {
  TRIVET_CHECK(choose_kind(operation));
  operation.write.default_missing = request_.prefer.missing == Missing::default_;
  const bool limits_rows =
      request_.method == Method::patch || request_.method == Method::delete_;
  if (request_.prefer.strict() && request_.prefer.max_affected && limits_rows)
    operation.write.rows_max = *request_.prefer.max_affected;
  TRIVET_CHECK(build_where(operation));
  if (request_.method != Method::delete_) TRIVET_CHECK(build_rows(payload, operation));
  return {};
}

result<void> Writes::add_nested(std::vector<engine::NestedWrite>& to, uint32_t row, int model,
                                int field, JsonValue value) {
  const schema::Field& relation_field = catalog_.model(model).fields[field];
  const schema::Relation& relation = catalog_.schema()->relations[relation_field.relation];
  const int target = relation.model[1 - relation_field.side];
  const auto add = [&](JsonValue object) -> result<void> {
    if (object.kind() != JsonKind::object)
      return fail(ErrorCode::bad_body,
                  fmt::format("'{}' takes an object or an array of objects", relation_field.name));
    TRIVET_TRY(engine::NestedWrite write, nested_write(field, target, object));
    write.row = row;
    to.push_back(std::move(write));
    return {};
  };
  if (value.kind() != JsonKind::array) return add(value);
  if (!relation_field.is_list)
    return fail(ErrorCode::bad_body, fmt::format("'{}' takes one object", relation_field.name));
  for (const JsonValue& element : value.elements()) TRIVET_CHECK(add(element));
  return {};
}

// Keys that are exactly a unique key of the target connect; anything else creates.
result<engine::NestedWrite> Writes::nested_write(int relation_field, int target,
                                                 JsonValue object) {
  engine::NestedWrite write;
  write.relation_field = relation_field;
  Arena& arena = expressions_.parameters().arena;
  for (const JsonMember& member : object.members()) {
    TRIVET_TRY(const KeyTarget key, find_key(target, member.key.text(arena)));
    if (key.relation) {
      if (!member.value.is_null())
        TRIVET_CHECK(add_nested(write.nested, 0, target, key.field, member.value));
      continue;
    }
    const Cell cell{.kind = member.value.is_null() ? Cell::Kind::null : Cell::Kind::json,
                    .text = {},
                    .json = member.value};
    TRIVET_TRY(const Value value, cell_value(catalog_.column(target, key.field), cell));
    write.fields.push_back(key.field);
    write.values.push_back(value);
  }
  write.connect = write.nested.empty() && is_unique_key(catalog_.model(target), write.fields);
  return write;
}

}  // namespace trivet::api::rest
