#include "store/memory/database.h"

#include <algorithm>

#include "store/store.h"
#include "value/copy.h"

namespace trivet::store::memory {

RowPointer make_row(uint64_t id, std::span<const Value> cells) {
  auto row = std::make_shared<Row>();
  row->id = id;
  for (const Value& cell : cells) row->cells.push_back(copy_value(cell, row->arena));
  return row;
}

RowPointer Database::find(int model, uint64_t id) const {
  for (const RowPointer& row : tables[model].rows)
    if (row->id == id) return row;
  return nullptr;
}

bool cells_equal(const schema::Schema& schema, const schema::Field& field, Value left,
                 Value right) {
  if (left.is_null() || right.is_null()) return false;
  const schema::Enum* enum_ = field.enum_index < 0 ? nullptr : &schema.enums[field.enum_index];
  return compare_values(left, right, field_type(field), enum_) == 0;
}

void DatabaseSource::for_each_linked(const RowScope& from, const Link& link,
                                     const std::function<bool(const RowScope&)>& visit) const {
  if (link.every >= 0) {
    for (const RowPointer& row : database_.tables[link.every].rows)
      if (!visit(RowScope{link.every, row->cells})) return;
    return;
  }
  if (link.second < 0) {
    step(from, link.relation, link.side, visit);
    return;
  }
  step(from, link.relation, link.side, [&](const RowScope& junction) {
    return step(junction, link.second, link.second_side, visit);
  });
}

bool DatabaseSource::step(const RowScope& from, int index, int side,
                          const std::function<bool(const RowScope&)>& visit) const {
  const schema::Relation& relation = database_.schema->relations[index];
  if (relation.kind == schema::RelationKind::many_to_many)
    return joined(from, relation, side, visit);
  const int other = relation.model[1 - side];
  const std::vector<int>& own_fields = side == 0 ? relation.from_fields : relation.to_fields;
  const std::vector<int>& other_fields = side == 0 ? relation.to_fields : relation.from_fields;
  for (const RowPointer& row : database_.tables[other].rows) {
    bool linked = true;
    for (size_t i = 0; i < own_fields.size(); ++i) {
      const schema::Field& own = database_.model(from.model).fields[own_fields[i]];
      const schema::Field& far = database_.model(other).fields[other_fields[i]];
      linked = linked &&
               cells_equal(*database_.schema, own, from.cells[own.column], row->cells[far.column]);
    }
    if (linked && !visit(RowScope{other, row->cells})) return false;
  }
  return true;
}

bool DatabaseSource::joined(const RowScope& from, const schema::Relation& relation, int side,
                            const std::function<bool(const RowScope&)>& visit) const {
  const auto index = static_cast<size_t>(&relation - database_.schema->relations.data());
  const int other = relation.model[1 - side];
  const int own_key = side == 0 ? relation.from_fields[0] : relation.to_fields[0];
  const int other_key = side == 0 ? relation.to_fields[0] : relation.from_fields[0];
  const schema::Field& own = database_.model(from.model).fields[own_key];
  const schema::Field& far = database_.model(other).fields[other_key];
  for (const RowPointer& pair : database_.joins[index]) {
    if (!cells_equal(*database_.schema, own, from.cells[own.column], pair->cells[side])) continue;
    for (const RowPointer& row : database_.tables[other].rows)
      if (cells_equal(*database_.schema, far, row->cells[far.column], pair->cells[1 - side]) &&
          !visit(RowScope{other, row->cells}))
        return false;
  }
  return true;
}

}  // namespace trivet::store::memory
