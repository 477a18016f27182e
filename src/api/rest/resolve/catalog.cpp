#include "api/rest/resolve/catalog.h"

#include <algorithm>

#include "store/store.h"

namespace trivet::api::rest {
namespace {

// Share of three-letter groups that two names have in common.
double similarity(std::string_view a, std::string_view b) {
  if (a.size() < 2 || b.size() < 2) return a == b ? 1 : 0;
  std::vector<std::string_view> left;
  for (size_t i = 0; i + 2 <= a.size(); ++i) left.push_back(a.substr(i, 2));
  const double total = static_cast<double>(left.size() + b.size() - 1);
  double common = 0;
  for (size_t i = 0; i + 2 <= b.size(); ++i) {
    const auto found = std::ranges::find(left, b.substr(i, 2));
    if (found == left.end()) continue;
    left.erase(found);
    common += 2;
  }
  return common / total;
}

int argument(const schema::NativeType& native, size_t index) {
  return index < native.arguments.size() ? native.arguments[index] : 0;
}

}  // namespace

bool is_visible(const schema::Field& field) {
  return field.kind == schema::FieldKind::scalar && field.column >= 0 && !field.ignored &&
         field.type != schema::ScalarType::unsupported;
}

Catalog::Catalog(std::shared_ptr<const schema::Schema> schema, Exposure exposure)
    : schema_(std::move(schema)), exposure_(std::move(exposure)) {
  for (const schema::Enum& enum_ : schema_->enums) {
    std::vector<std::string>& labels = enum_labels_.emplace_back();
    for (const schema::EnumValue& value : enum_.values) labels.push_back(value.db_name);
  }
}

std::string Catalog::place(std::string_view name) const {
  if (schema_->datasource.schemas.empty()) return std::string(name);
  return schema::place_name({exposure_.profile, name});
}

bool Catalog::serves(int index) const {
  const schema::Model& m = model(index);
  return !m.ignored && (m.db_schema.empty() || m.db_schema == exposure_.profile);
}

bool Catalog::leads_through(int index) const {
  const schema::Model& m = model(index);
  return !m.ignored && (m.db_schema.empty() || std::ranges::find(exposure_.schemas, m.db_schema) != exposure_.schemas.end());
}

int Catalog::find_table(std::string_view db_name) const {
  const auto found = schema_->model_by_table.find(place(db_name));
  if (found == schema_->model_by_table.end() || model(found->second).ignored) return -1;
  return found->second;
}

Column Catalog::column(int model_index, int field) const {
  const schema::Field& f = model(model_index).fields[field];
  return {.field = &f, .index = field, .type = store::field_type(f)};
}

Column Catalog::find_column(int model_index, std::string_view db_name) const {
  const schema::Model& m = model(model_index);
  const auto found = m.field_by_db_name.find(std::string(db_name));
  if (found == m.field_by_db_name.end() || !is_visible(m.fields[found->second])) return {};
  return column(model_index, found->second);
}

int Catalog::find_relation_field(int model_index, std::string_view name) const {
  const schema::Model& m = model(model_index);
  const auto found = m.field_by_name.find(std::string(name));
  if (found == m.field_by_name.end()) return -1;
  const schema::Field& field = m.fields[found->second];
  if (field.kind != schema::FieldKind::relation || field.ignored) return -1;
  return serves(schema_->relations[field.relation].model[1 - field.side]) ? found->second : -1;
}

std::vector<Column> Catalog::star(int model_index) const {
  std::vector<Column> columns;
  for (const int field : model(model_index).columns) {
    const schema::Field& f = model(model_index).fields[field];
    if (is_visible(f) && !f.omitted) columns.push_back(column(model_index, field));
  }
  return columns;
}

CoerceContext Catalog::coerce_context(const schema::Field& field, Type type, Use use) const {
  CoerceContext context;
  if (type == Type::enum_ && field.enum_index >= 0) {
    context.enum_labels = enum_labels_[field.enum_index];
    context.enum_name = schema_->enums[field.enum_index].db_name;
  }
  if (use == Use::compare) return context;
  if (type == Type::varchar || type == Type::bpchar) context.length = argument(field.native, 0);
  if (type == Type::numeric) {
    context.precision = argument(field.native, 0);
    context.scale = argument(field.native, 1);
  }
  const bool is_time = type == Type::timestamp || type == Type::timestamptz || type == Type::time;
  if (is_time && !field.native.arguments.empty()) context.time_precision = argument(field.native, 0);
  return context;
}

Catalog::Nearest Catalog::nearest_table(std::string_view name) const {
  Nearest best;
  for (size_t i = 0; i < schema_->models.size(); ++i) {
    const schema::Model& m = schema_->models[i];
    const double score = !serves(static_cast<int>(i)) ? 0 : similarity(name, m.db_name);
    if (score > best.similarity) best = {.model = static_cast<int>(i), .similarity = score};
  }
  return best;
}

}  // namespace trivet::api::rest
