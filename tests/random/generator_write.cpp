#include <algorithm>
#include <utility>

#include "generator.h"
#include "store/store.h"

namespace trivet::random {

using engine::NestedWrite;
using engine::OperationKind;
using schema::Field;
using schema::FieldKind;
using schema::Relation;
using schema::RelationKind;

std::vector<int> Generator::pick_fields(int model, bool all_required) {
  std::vector<int> fields;
  for (int column : schema_.models[model].columns) {
    const Field& field = schema_.models[model].fields[column];
    const bool counts = field.default_value.kind == schema::DefaultKind::autoincrement;
    const bool needed =
        all_required && !field.optional && field.default_value.kind == schema::DefaultKind::none;
    if (needed || chance(counts ? 20 : 50)) fields.push_back(column);
  }
  return fields;
}

void Generator::add_block(const std::vector<int>& fields, uint32_t rows) {
  engine::WriteSpec& spec = made_.operation.write;
  const schema::Model& model = schema_.models[made_.operation.selection.model];
  spec.fields = fields;
  spec.block = static_cast<int>(made_.params.blocks.size());
  auto cells = std::make_unique<std::vector<Value>>();
  for (uint32_t row = 0; row < rows; ++row)
    for (int index : fields) {
      const Field& field = model.fields[index];
      Value value = pick_value(field, field.optional || chance(5));
      if (made_.operation.kind != OperationKind::update && chance(5)) value = Value::absent();
      cells->push_back(value);
    }
  made_.params.blocks.push_back({rows, *cells});
  made_.cells.push_back(std::move(cells));
}

void Generator::conflict_target(int model) {
  const schema::Model& owner = schema_.models[model];
  std::vector<const schema::Key*> keys;
  if (owner.primary_key) keys.push_back(&*owner.primary_key);
  for (const schema::Key& key : owner.uniques) keys.push_back(&key);
  for (const schema::KeyColumn& column : keys[below(keys.size())]->columns)
    made_.operation.write.conflict_fields.push_back(column.field);
}

void Generator::add_nested(int model, uint32_t rows) {
  std::vector<int> relations;
  for (size_t i = 0; i < schema_.models[model].fields.size(); ++i)
    if (schema_.models[model].fields[i].kind == FieldKind::relation)
      relations.push_back(static_cast<int>(i));
  if (relations.empty()) return;
  NestedWrite write;
  write.row = static_cast<uint32_t>(below(rows));
  write.relation_field = relations[below(relations.size())];
  const Field& field = schema_.models[model].fields[write.relation_field];
  const Relation& relation = schema_.relations[field.relation];
  const int target = relation.model[1 - field.side];
  const schema::Model& other = schema_.models[target];
  write.connect = chance(40);
  if (write.connect) {
    for (const schema::KeyColumn& key : other.primary_key->columns) {
      write.fields.push_back(key.field);
      write.values.push_back(pick_value(other.fields[key.field], false));
    }
  } else {
    for (int own : pick_fields(target, true)) {
      const bool key = relation.kind != RelationKind::many_to_many && field.side == 1 &&
                       std::ranges::find(relation.from_fields, own) != relation.from_fields.end();
      if (key) continue;
      write.fields.push_back(own);
      write.values.push_back(pick_value(other.fields[own], other.fields[own].optional));
    }
  }
  made_.operation.write.nested.push_back(std::move(write));
}

void Generator::write(int model) {
  engine::Operation& operation = made_.operation;
  engine::WriteSpec& spec = operation.write;
  operation.selection.limit_param = operation.selection.offset_param = -1;
  operation.selection.grouped = false;
  operation.selection.distinct = false;
  std::erase_if(operation.selection.outputs, [](const store::Output& output) {
    return output.expr.op >= store::Op::count_rows;
  });
  if (operation.selection.outputs.empty())
    operation.selection.outputs.push_back({column(model, schema_.models[model].columns[0])});
  operation.returns_rows = chance(70);
  spec.default_missing = chance(50);
  spec.singular = chance(5);
  spec.rollback = chance(5);
  const auto rows = static_cast<uint32_t>(1 + below(3));
  const uint64_t kind = below(10);
  const std::string& name = schema_.models[model].name;
  if (kind < 4) {
    operation.kind = OperationKind::create;
    made_.story = "create " + name;
    add_block(pick_fields(model, chance(90)), rows);
    while (chance(30)) add_nested(model, rows);
    if (!spec.nested.empty()) made_.story += " nested";
  } else if (kind < 6) {
    operation.kind = OperationKind::upsert;
    made_.story = "upsert " + name;
    conflict_target(model);
    std::vector<int> fields = pick_fields(model, true);
    for (int field : spec.conflict_fields)
      if (std::ranges::find(fields, field) == fields.end()) fields.push_back(field);
    spec.ignore_duplicates = chance(30);
    add_block(fields, rows);
  } else if (kind < 8) {
    operation.kind = OperationKind::update;
    made_.story = "update " + name;
    if (chance(80)) operation.selection.where = predicate(model, 0);
    if (chance(10)) spec.rows_max = 1 + below(3);
    std::vector<int> fields = pick_fields(model, false);
    if (fields.size() > 3) fields.resize(3);
    add_block(fields, 1);
  } else {
    operation.kind = OperationKind::delete_;
    made_.story = "delete " + name;
    operation.selection.where = predicate(model, 0);
    if (chance(10)) spec.rows_max = 1 + below(3);
  }
}

}  // namespace trivet::random
