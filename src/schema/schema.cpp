#include "schema/schema.h"

#include <algorithm>

namespace trivet::schema {
namespace {

template <class Items>
auto* find_in(const std::unordered_map<std::string, int>& index, Items& items, std::string_view name) {
  const auto found = index.find(std::string(name));
  return found == index.end() ? nullptr : &items[static_cast<size_t>(found->second)];
}

}  // namespace

std::string place_name(PlacedName parts) {
  if (parts.db_schema.empty()) return std::string(parts.name);
  std::string placed(parts.db_schema);
  placed += schema_mark;
  return placed += parts.name;
}

PlacedName split_name(std::string_view placed) {
  const size_t mark = placed.find(schema_mark);
  if (mark == placed.npos) return {{}, placed};
  return {placed.substr(0, mark), placed.substr(mark + 1)};
}

std::string told_name(std::string_view placed) {
  std::string told(placed);
  std::ranges::replace(told, schema_mark, '.');
  return told;
}

std::string Schema::join_table(const Relation& relation) const {
  return place_name({models[static_cast<size_t>(relation.model[0])].db_schema, relation.constraint});
}

const Field* Model::find_field(std::string_view name_) const { return find_in(field_by_name, fields, name_); }
const Field* Model::find_column(std::string_view name_) const { return find_in(field_by_db_name, fields, name_); }
const Model* Schema::find_model(std::string_view name) const { return find_in(model_by_name, models, name); }
const Model* Schema::find_table(std::string_view name) const { return find_in(model_by_table, models, name); }

}  // namespace trivet::schema
