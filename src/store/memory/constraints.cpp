#include <algorithm>
#include <string>

#include "store/memory/writer.h"
#include "store/store.h"
#include "value/text_format.h"

namespace trivet::store::memory {

using schema::Relation;
using schema::RelationKind;

// "(a, b)=(1, x)"
std::string key_text(const schema::Model& model, std::span<const int> fields,
                     std::span<const Value> cells) {
  std::string names;
  std::string values;
  for (int index : fields) {
    const schema::Field& field = model.fields[index];
    if (!names.empty()) {
      names += ", ";
      values += ", ";
    }
    names += field.db_name;
    append_text_value(values, cells[field.column], field_type(field), {});
  }
  return "(" + names + ")=(" + values + ")";
}

namespace {

std::vector<int> fields_of(const schema::Key& key) {
  std::vector<int> fields;
  for (const schema::KeyColumn& column : key.columns) fields.push_back(column.field);
  return fields;
}

}  // namespace

result<void> Writer::check_not_null(int model, const Cells& cells) const {
  const schema::Model& table = database_.model(model);
  for (int column : table.columns) {
    const schema::Field& field = table.fields[column];
    if (field.optional || field.is_list || !cells[field.column].is_null()) continue;
    return fail(ErrorCode::not_null_violation, "null value in column \"" + field.db_name +
                                                   "\" of relation \"" + table.db_name +
                                                   "\" violates not-null constraint");
  }
  return {};
}

const RowPointer* Writer::find_equal(int model, std::span<const int> fields, const Cells& cells,
                                     uint64_t self) const {
  const schema::Model& table = database_.model(model);
  for (const RowPointer& row : database_.tables[model].rows) {
    if (row->id == self) continue;
    const bool equal = std::ranges::all_of(fields, [&](int index) {
      const schema::Field& field = table.fields[index];
      return cells_equal(schema_, field, row->cells[field.column], cells[field.column]);
    });
    if (equal) return &row;
  }
  return nullptr;
}

result<void> Writer::check_unique(int model, const Cells& cells, uint64_t self) const {
  const schema::Model& table = database_.model(model);
  const auto check_key = [&](const schema::Key& key) -> result<void> {
    const std::vector<int> fields = fields_of(key);
    if (find_equal(model, fields, cells, self) == nullptr) return {};
    return fail(ErrorCode::unique_violation,
                "duplicate key value violates unique constraint \"" + key.db_name + "\"",
                "Key " + key_text(table, fields, cells) + " already exists.");
  };
  if (table.primary_key) TRIVET_CHECK(check_key(*table.primary_key));
  for (const schema::Key& key : table.uniques)
    if (key.where_sql.empty()) TRIVET_CHECK(check_key(key));
  return {};
}

bool Writer::references(const Relation& relation, const Cells& child, const Cells& parent) const {
  const schema::Model& from = database_.model(relation.model[0]);
  const schema::Model& to = database_.model(relation.model[1]);
  for (size_t i = 0; i < relation.from_fields.size(); ++i) {
    const schema::Field& own = from.fields[relation.from_fields[i]];
    const schema::Field& far = to.fields[relation.to_fields[i]];
    if (!cells_equal(schema_, own, child[own.column], parent[far.column])) return false;
  }
  return true;
}

// Every key that is wholly given points at a row. Asked at the end of each step, as databases do.
result<void> Writer::check_foreign_keys() const {
  if (schema_.datasource.relation_mode_prisma) return {};
  for (const Relation& relation : schema_.relations) {
    if (relation.kind == RelationKind::many_to_many) {
      for (const RowPointer& pair :
           database_.joins[static_cast<size_t>(&relation - schema_.relations.data())])
        TRIVET_CHECK(check_join(relation, pair));
      continue;
    }
    const schema::Model& from = database_.model(relation.model[0]);
    for (const RowPointer& row : database_.tables[relation.model[0]].rows) {
      const bool given = std::ranges::none_of(relation.from_fields, [&](int field) {
        return row->cells[from.fields[field].column].is_null();
      });
      const bool present =
          !given || std::ranges::any_of(database_.tables[relation.model[1]].rows,
                                        [&](const RowPointer& parent) {
                                          return references(relation, row->cells, parent->cells);
                                        });
      if (present) continue;
      return fail(ErrorCode::foreign_key_violation,
                  "insert or update on table \"" + from.db_name +
                      "\" violates foreign key constraint \"" + relation.constraint + "\"",
                  "Key " + key_text(from, relation.from_fields, row->cells) +
                      " is not present in table \"" + database_.model(relation.model[1]).db_name +
                      "\".");
    }
  }
  return {};
}

result<void> Writer::check_join(const Relation& relation, const RowPointer& pair) const {
  for (int side : {0, 1}) {
    const schema::Model& model = database_.model(relation.model[side]);
    const schema::Field& key =
        model.fields[side == 0 ? relation.from_fields[0] : relation.to_fields[0]];
    const bool present = std::ranges::any_of(
        database_.tables[relation.model[side]].rows, [&](const RowPointer& row) {
          return cells_equal(schema_, key, row->cells[key.column], pair->cells[side]);
        });
    if (present) continue;
    const std::string column = side == 0 ? "A" : "B";
    std::string value;
    append_text_value(value, pair->cells[side], field_type(key), {});
    return fail(
        ErrorCode::foreign_key_violation,
        "insert or update on table \"" + relation.constraint +
            "\" violates foreign key constraint \"" + relation.constraint + "_" + column +
            "_fkey\"",
        "Key (" + column + ")=(" + value + ") is not present in table \"" + model.db_name + "\".");
  }
  return {};
}

}  // namespace trivet::store::memory
