#include "app/move/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/sql/ddl.h"

namespace trivet::app {
namespace {

CopiedColumn column_of(const SchemaPair& pair, int model, int field, Times times) {
  const schema::Field& source = pair.source->models[static_cast<size_t>(model)].fields[static_cast<size_t>(field)];
  const schema::Field& target = pair.target->models[static_cast<size_t>(model)].fields[static_cast<size_t>(field)];
  CopiedColumn column;
  column.field = field;
  column.from = store::field_type(source);
  column.to = store::field_type(target);
  column.enum_index = source.enum_index;
  column.is_list = source.is_list;
  column.rounded = times == Times::round && keeps_milliseconds(*pair.target, target);
  return column;
}

bool is_computed(const schema::Field& field) {
  return field.default_value.kind == schema::DefaultKind::dbgenerated &&
         field.default_value.sql.starts_with(store::sql::generated_prefix);
}

// Fields of the primary key, else of a unique key that no row can be without.
std::vector<int> key_of(const schema::Model& model) {
  std::vector<int> fields;
  const auto take = [&](const schema::Key& key) {
    fields.clear();
    for (const schema::KeyColumn& column : key.columns) fields.push_back(column.field);
  };
  if (model.primary_key) {
    take(*model.primary_key);
    return fields;
  }
  for (const schema::Key& key : model.uniques) {
    take(key);
    if (key.where_sql.empty() && std::ranges::none_of(fields, [&](int field) {
          return model.fields[static_cast<size_t>(field)].optional;
        }))
      return fields;
  }
  return {};
}

void add_links(const SchemaPair& pair, Times times, Table& table) {
  for (size_t i = 0; i < pair.source->relations.size(); ++i) {
    const schema::Relation& relation = pair.source->relations[i];
    if (relation.kind != schema::RelationKind::many_to_many) continue;
    for (const uint8_t side : {uint8_t{0}, uint8_t{1}}) {
      if (relation.model[side] != table.model) continue;
      const int other = relation.model[1 - side];
      const int field = side == 0 ? relation.to_fields.front() : relation.from_fields.front();
      table.links.push_back({static_cast<int>(i), side, other, column_of(pair, other, field, times)});
    }
  }
}

}  // namespace

result<std::vector<Table>> tables_of(const SchemaPair& pair, Times times) {
  std::vector<Table> tables;
  for (size_t i = 0; i < pair.source->models.size(); ++i) {
    const schema::Model& model = pair.source->models[i];
    if (model.is_view) continue;
    Table table;
    table.model = static_cast<int>(i);
    table.name = model.name;
    for (const int field : model.columns)
      if (!is_computed(model.fields[static_cast<size_t>(field)]))
        table.columns.push_back(column_of(pair, table.model, field, times));
    for (const int field : key_of(model))
      table.key.push_back(static_cast<size_t>(
          std::ranges::find(table.columns, field, &CopiedColumn::field) - table.columns.begin()));
    if (table.key.empty())
      return fail(ErrorCode::missing_capability,
                  fmt::format("{} can't be moved: it has no key, and its rows can't be told apart",
                              model.name));
    add_links(pair, times, table);
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace trivet::app
