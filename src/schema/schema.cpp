#include "schema/schema.h"

namespace trivet::schema {
namespace {

template <class Items>
auto* find_in(const std::unordered_map<std::string, int>& index, Items& items, std::string_view name) {
  const auto found = index.find(std::string(name));
  return found == index.end() ? nullptr : &items[static_cast<size_t>(found->second)];
}

}  // namespace

const Field* Model::find_field(std::string_view name_) const { return find_in(field_by_name, fields, name_); }
const Field* Model::find_column(std::string_view name_) const { return find_in(field_by_db_name, fields, name_); }
const Model* Schema::find_model(std::string_view name) const { return find_in(model_by_name, models, name); }
const Model* Schema::find_table(std::string_view name) const { return find_in(model_by_db_name, models, name); }

}  // namespace trivet::schema
