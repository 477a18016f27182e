#include "store/introspect/matches.h"

#include <algorithm>

namespace trivet::store::introspect {

namespace {

using schema::Field;
using schema::Model;
using schema::Relation;
using schema::RelationKind;
using schema::Schema;

int model_of(const Schema& schema, const LiveTable& table) {
  for (size_t i = 0; i < schema.models.size(); ++i)
    if (schema.models[i].table() == table.name && schema.models[i].is_view == table.is_view)
      return static_cast<int>(i);
  return -1;
}

int field_of(const Model& model, const std::string& column) {
  for (size_t i = 0; i < model.fields.size(); ++i)
    if (model.fields[i].kind == schema::FieldKind::scalar && model.fields[i].db_name == column)
      return static_cast<int>(i);
  return -1;
}

std::vector<std::string> columns_of(const Model& model, const std::vector<int>& fields) {
  std::vector<std::string> columns;
  for (const int field : fields) columns.push_back(model.fields[field].db_name);
  return columns;
}

int reference_of(const Schema& schema, int model, const LiveForeignKey& key) {
  for (size_t i = 0; i < schema.relations.size(); ++i) {
    const Relation& relation = schema.relations[i];
    if (relation.kind == RelationKind::many_to_many || relation.model[0] != model) continue;
    const Model& to = schema.models[relation.model[1]];
    if (to.table() == key.table &&
        columns_of(schema.models[model], relation.from_fields) == key.columns &&
        columns_of(to, relation.to_fields) == key.to_columns)
      return static_cast<int>(i);
  }
  return -1;
}

int join_of(const Schema& schema, const LiveTable& table) {
  for (size_t i = 0; i < schema.relations.size(); ++i)
    if (schema.relations[i].kind == RelationKind::many_to_many &&
        schema.join_table(schema.relations[i]) == table.name)
      return static_cast<int>(i);
  return -1;
}

}  // namespace

Matches match(const LiveDatabase& live, const Schema* schema) {
  Matches matches;
  matches.schema = schema;
  for (const LiveTable& table : live.tables) {
    const int model = schema == nullptr ? -1 : model_of(*schema, table);
    matches.models.push_back(model);
    std::vector<int>& fields = matches.fields.emplace_back();
    for (const LiveColumn& column : table.columns)
      fields.push_back(model < 0 ? -1 : field_of(schema->models[model], column.name));
    std::vector<int>& references = matches.references.emplace_back();
    for (const LiveForeignKey& key : table.foreign_keys)
      references.push_back(model < 0 ? -1 : reference_of(*schema, model, key));
    matches.joins.push_back(schema == nullptr ? -1 : join_of(*schema, table));
  }
  for (const LiveEnum& live_enum : live.enums) {
    const auto found = schema == nullptr
                           ? -1
                           : static_cast<int>(std::ranges::find(schema->enums, live_enum.name,
                                                                &schema::Enum::type) -
                                              schema->enums.begin());
    matches.enums.push_back(
        schema == nullptr || found == static_cast<int>(schema->enums.size()) ? -1 : found);
  }
  return matches;
}

}  // namespace trivet::store::introspect
