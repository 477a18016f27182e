#include "app/transfer/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "schema/report.h"
#include "store/store.h"

namespace trivet::app {
namespace {

std::vector<int> fields_of(const schema::Key& key) {
  std::vector<int> fields;
  for (const schema::KeyColumn& column : key.columns) fields.push_back(column.field);
  return fields;
}

bool holds_all(const std::vector<int>& fields, const std::vector<int>& key) {
  return std::ranges::all_of(
      key, [&](int field) { return std::ranges::find(fields, field) != fields.end(); });
}

// A unique key that `fields` are exactly.
bool is_exactly_a_key(const schema::Model& model, const std::vector<int>& fields) {
  const auto same = [&](const schema::Key& key) {
    return key.where_sql.empty() && key.columns.size() == fields.size() &&
           holds_all(fields, fields_of(key));
  };
  return (model.primary_key && same(*model.primary_key)) ||
         std::ranges::any_of(model.uniques, same);
}

std::string suggest(std::string_view name, std::vector<std::string_view> names) {
  const std::string hint = schema::did_you_mean(name, names);
  return hint.empty() ? hint : "; " + hint;
}

// Values may view the row's text, which is gone with the next row.
Value own(Value value, Arena& arena) {
  switch (value.kind()) {
    case ValueKind::text:
      return Value::text(arena.copy(value.as_text()));
    case ValueKind::numeric:
      return Value::numeric(arena.copy(value.as_text()));
    case ValueKind::bytes:
      return Value::bytes(arena.copy(value.as_text()));
    case ValueKind::json:
      return Value::json(arena.copy(value.as_text()));
    default:
      return value;
  }
}

}  // namespace

result<Target> Target::find(const std::shared_ptr<const schema::Schema>& schema,
                            std::string_view name) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < schema->models.size(); ++i) {
    const schema::Model& model = schema->models[i];
    if (model.name == name || model.db_name == name)
      return Target(std::make_shared<const api::rest::Catalog>(schema), static_cast<int>(i));
    names.push_back(model.name);
  }
  return fail(ErrorCode::bad_parameter,
              fmt::format("there is no model {}{}", name, suggest(name, names)));
}

result<int> Target::find_field(int model_index, std::string_view name) const {
  const schema::Model& model = catalog_->model(model_index);
  const std::string key(name);
  auto found = model.field_by_name.find(key);
  if (found == model.field_by_name.end()) {
    found = model.field_by_db_name.find(key);
    if (found != model.field_by_db_name.end()) return found->second;
  } else {
    const schema::Field& field = model.fields[static_cast<size_t>(found->second)];
    if (field.kind == schema::FieldKind::relation || field.column >= 0) return found->second;
  }
  std::vector<std::string_view> names;
  for (const schema::Field& field : model.fields) names.push_back(field.name);
  return fail(ErrorCode::unknown_body_column,
              fmt::format("{} has no field {}{}", model.name, name, suggest(name, names)));
}

bool Target::is_relation(int field) const {
  return model().fields[static_cast<size_t>(field)].kind == schema::FieldKind::relation;
}

result<Value> Target::coerce(int model_index, int field_index, const data::Cell& cell,
                             Arena& arena) const {
  const schema::Field& field =
      catalog_->model(model_index).fields[static_cast<size_t>(field_index)];
  const Type type = store::field_type(field);
  const CoerceContext rules = catalog_->coerce_context(field, type, api::rest::Catalog::Use::write);
  if (cell.kind == data::CellKind::json) {
    if (cell.json.is_null()) return Value::null();
    if (field.is_list)
      return coerce_json_list(JsonValue::trusted(arena.copy(cell.json.raw())), type, rules, arena);
    TRIVET_TRY(const Value value, coerce_json(cell.json, type, rules, arena));
    return own(value, arena);
  }
  if (cell.kind == data::CellKind::bare && cell.text.empty()) return Value::null();
  if (field.is_list) return coerce_text_list(arena.copy(cell.text), type, rules, arena);
  TRIVET_TRY(const Value value, coerce_text(cell.text, type, rules, arena));
  return own(value, arena);
}

result<void> Target::add_nested(Place place, JsonValue value, uint32_t row, Arena& arena,
                                std::vector<engine::NestedWrite>& writes) const {
  const schema::Field& field =
      catalog_->model(place.model).fields[static_cast<size_t>(place.field)];
  const auto add = [&](JsonValue object) -> result<void> {
    if (object.kind() != JsonKind::object)
      return fail(ErrorCode::bad_body,
                  fmt::format("{} takes an object or an array of objects", field.name));
    TRIVET_TRY(engine::NestedWrite write, nested_write(place, object, arena));
    write.row = row;
    writes.push_back(std::move(write));
    return {};
  };
  if (value.is_null()) return {};
  if (value.kind() != JsonKind::array) return add(value);
  if (!field.is_list)
    return fail(ErrorCode::bad_body, fmt::format("{} takes one object", field.name));
  for (const JsonValue& element : value.elements()) TRIVET_CHECK(add(element));
  return {};
}

result<engine::NestedWrite> Target::nested_write(Place place, JsonValue object,
                                                 Arena& arena) const {
  const schema::Field& field =
      catalog_->model(place.model).fields[static_cast<size_t>(place.field)];
  const schema::Relation& relation = schema()->relations[static_cast<size_t>(field.relation)];
  const int target = relation.model[1 - field.side];
  const schema::Model& model = catalog_->model(target);
  engine::NestedWrite write;
  write.relation_field = place.field;
  for (const JsonMember& member : object.members()) {
    TRIVET_TRY(const int found, find_field(target, member.key.text(arena)));
    if (model.fields[static_cast<size_t>(found)].kind == schema::FieldKind::relation) {
      TRIVET_CHECK(add_nested({target, found}, member.value, 0, arena, write.nested));
      continue;
    }
    const data::Cell cell{data::CellKind::json, {}, member.value};
    TRIVET_TRY(const Value value, coerce(target, found, cell, arena));
    write.fields.push_back(found);
    write.values.push_back(value);
  }
  write.connect = write.nested.empty() && is_exactly_a_key(model, write.fields);
  return write;
}

std::vector<int> Target::conflict_key(const std::vector<int>& given) const {
  if (model().primary_key && holds_all(given, fields_of(*model().primary_key)))
    return fields_of(*model().primary_key);
  for (const schema::Key& key : model().uniques)
    if (key.where_sql.empty() && holds_all(given, fields_of(key))) return fields_of(key);
  return {};
}

}  // namespace trivet::app
