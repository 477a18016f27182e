#include "api/rest/watch/old_row.h"

#include "value/json_reader.h"

namespace trivet::api::rest {
namespace {

Value cell_of(JsonValue value, const Catalog& catalog, const Column& column, Arena& arena) {
  if (value.is_null()) return {};
  const CoerceContext context = catalog.coerce_context(*column.field, column.type, Catalog::Use::compare);
  const bool is_text = value.kind() == JsonKind::string;
  const std::string_view text = is_text ? value.as_string().text(arena) : value.raw();
  const result<Value> cell = coerce_text(text, column.type, context, arena);
  return cell ? *cell : Value::absent();
}

bool is_sure(const schema::Field& field, Type type) {
  return !field.is_list && type != Type::json && type != Type::jsonb && type != Type::bytea &&
         type != Type::unknown;
}

}  // namespace

std::vector<Value> cells_of(std::string_view row, const Catalog& catalog, int model, Arena& arena) {
  const schema::Model& owner = catalog.model(model);
  std::vector<Value> cells(owner.columns.size(), Value::absent());
  if (row.empty()) return cells;
  const JsonValue document = JsonValue::trusted(row);
  for (size_t i = 0; i < owner.columns.size(); ++i) {
    const Column column = catalog.column(model, owner.columns[i]);
    const auto value = document.find(column.field->db_name);
    if (value && is_sure(*column.field, column.type)) cells[i] = cell_of(*value, catalog, column, arena);
  }
  return cells;
}

}  // namespace trivet::api::rest
