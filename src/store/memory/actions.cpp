#include <algorithm>
#include <string>

#include "store/memory/writer.h"
#include "store/store.h"
#include "value/coerce.h"
#include "value/copy.h"

namespace trivet::store::memory {

using schema::ReferentialAction;
using schema::Relation;
using schema::RelationKind;

Value Writer::default_value(const schema::Field& field, Arena& arena) const {
  if (field.default_value.kind != schema::DefaultKind::literal) return {};
  const schema::Expr& literal = field.default_value.value;
  if (literal.kind == schema::ExprKind::literal_boolean) return Value::boolean(literal.boolean);
  if (literal.kind == schema::ExprKind::enum_value) {
    for (const schema::EnumValue& value : schema_.enums[field.enum_index].values)
      if (value.name == literal.text) return Value::text(value.db_name);
    return {};
  }
  auto value = coerce_text(literal.text, field_type(field), {}, arena);
  return value ? copy_value(*value, arena) : Value();
}

result<void> Writer::remove_row(int model, RowPointer row) {
  std::vector<RowPointer>& rows = database_.tables[model].rows;
  const auto at = std::ranges::find(rows, row->id, &Row::id);
  if (at == rows.end()) return {};
  row = *at;
  rows.erase(at);
  return follow_delete(model, row);
}

result<void> Writer::follow_delete(int model, const RowPointer& old) {
  follow_joins(model, old, nullptr);
  if (schema_.datasource.relation_mode_prisma) return {};
  for (const Relation& relation : schema_.relations)
    if (relation.kind != RelationKind::many_to_many && relation.model[1] == model)
      TRIVET_CHECK(follow(relation, relation.on_delete, old, nullptr));
  return {};
}

result<void> Writer::follow_update(int model, const RowPointer& old, const Cells& cells) {
  follow_joins(model, old, &cells);
  if (schema_.datasource.relation_mode_prisma) return {};
  for (const Relation& relation : schema_.relations) {
    if (relation.kind == RelationKind::many_to_many || relation.model[1] != model) continue;
    const bool changed = std::ranges::any_of(relation.to_fields, [&](int index) {
      const schema::Field& field = database_.model(model).fields[index];
      return !cells_equal(schema_, field, old->cells[field.column], cells[field.column]);
    });
    if (changed) TRIVET_CHECK(follow(relation, relation.on_update, old, &cells));
  }
  return {};
}

// `cells`: the parent's new ones, or null where it is gone.
result<void> Writer::follow(const Relation& relation, ReferentialAction action,
                            const RowPointer& old, const Cells* cells) {
  const int child = relation.model[0];
  const schema::Model& from = database_.model(child);
  std::vector<RowPointer> children;
  for (const RowPointer& row : database_.tables[child].rows)
    if (references(relation, row->cells, old->cells)) children.push_back(row);
  for (const RowPointer& row : children) {
    if (action == ReferentialAction::restrict || action == ReferentialAction::no_action) {
      const schema::Model& to = database_.model(relation.model[1]);
      return fail(ErrorCode::foreign_key_violation,
                  "update or delete on table \"" + to.db_name +
                      "\" violates foreign key constraint \"" + relation.constraint +
                      "\" on table \"" + from.db_name + "\"",
                  "Key " + key_text(to, relation.to_fields, old->cells) +
                      " is still referenced from table \"" + from.db_name + "\".");
    }
    if (action == ReferentialAction::cascade && cells == nullptr) {
      TRIVET_CHECK(remove_row(child, row));
      continue;
    }
    const RowPointer current = database_.find(child, row->id);
    if (current == nullptr) continue;
    Cells changed = current->cells;
    Arena arena;
    for (size_t i = 0; i < relation.from_fields.size(); ++i) {
      const schema::Field& field = from.fields[relation.from_fields[i]];
      const schema::Field& far = database_.model(relation.model[1]).fields[relation.to_fields[i]];
      Value value;
      if (action == ReferentialAction::cascade) value = (*cells)[far.column];
      if (action == ReferentialAction::set_default) value = default_value(field, arena);
      changed[field.column] = value;
    }
    TRIVET_CHECK(replace_row(child, current, changed));
  }
  return {};
}

// Join table rows follow both ends in every case.
void Writer::follow_joins(int model, const RowPointer& old, const Cells* cells) {
  for (const Relation& relation : schema_.relations) {
    if (relation.kind != RelationKind::many_to_many) continue;
    std::vector<RowPointer>& pairs =
        database_.joins[static_cast<size_t>(&relation - schema_.relations.data())];
    for (int side : {0, 1}) {
      if (relation.model[side] != model) continue;
      const schema::Field& key =
          database_.model(model)
              .fields[side == 0 ? relation.from_fields[0] : relation.to_fields[0]];
      const auto linked = [&](const RowPointer& pair) {
        return cells_equal(schema_, key, old->cells[key.column], pair->cells[side]);
      };
      if (cells == nullptr) {
        std::erase_if(pairs, linked);
        continue;
      }
      for (RowPointer& pair : pairs) {
        if (!linked(pair)) continue;
        Cells changed = pair->cells;
        changed[side] = (*cells)[key.column];
        pair = make_row(pair->id, changed);
      }
    }
  }
}

}  // namespace trivet::store::memory
