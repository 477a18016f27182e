#include "store/postgres/write/statements.h"

#include <algorithm>

#include "base/error.h"
#include "store/postgres/layout/ddl.h"
#include "store/sql/render_nested.h"
#include "store/sql/renderer.h"
#include "store/store.h"

namespace trivet::store::postgres {

using schema::Field;
using schema::Model;
using sql::BindKind;
using sql::Renderer;
using sql::Statement;

namespace {

constexpr const char* before_alias = "was";  // the row as the statement found it

const Model& model_of(const StepText& text) { return text.schema.models[text.step.model]; }

Expr column_expr(const Model& model, int field) {
  Expr expr = make_column(field, field_type(model.fields[field]));
  expr.enum_index = model.fields[field].enum_index;
  expr.is_list = model.fields[field].is_list;
  return expr;
}

// Types that Trivet handles as text or numeric are cast to the column's own.
bool is_cast(const Field& field) {
  return field_type(field) == Type::other_text || field.native.name == "Money";
}

void cast_to_column(Renderer& out, const Field& field) {
  if (is_cast(field)) out.raw("::" + column_type(out.schema(), field));
}

void names(Renderer& out, const Model& model, std::span<const int> fields) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out.raw(", ");
    out.identifier(model.fields[fields[i]].db_name);
  }
}

void target(Renderer& out, const Model& model, const std::string& alias) {
  out.identifier(model.table());
  out.raw(" AS " + alias);
}

void where_clause(Renderer& out, const std::optional<Expr>& where) {
  if (!where || where->op == Op::always_true) return;
  out.raw(" WHERE ");
  out.expression(*where);
}

void selected(Renderer& out, const StepText& text) {
  for (size_t i = 0; i < text.returned.size(); ++i) {
    if (i > 0) out.raw(", ");
    out.expression(column_expr(model_of(text), text.returned[i]));
  }
}

// What every statement reads is the table as it was before it.
void selected_before(Renderer& out, const StepText& text) {
  if (text.before.empty()) return;
  out.push(text.step.model, before_alias);
  for (const int field : text.before) {
    out.raw(", ");
    out.expression(column_expr(model_of(text), field));
  }
  out.pop();
}

void same_row(Renderer& out, const StepText& text, std::span<const int> fields,
              const std::string& alias) {
  for (const int field : fields) {
    if (field != fields.front()) out.raw(" AND ");
    out.column(before_alias, model_of(text).fields[field].db_name);
    out.raw(" = ");
    out.column(alias, model_of(text).fields[field].db_name);
  }
}

void returning(Renderer& out, const StepText& text) {
  if (text.returned.empty()) return;
  out.raw(" RETURNING ");
  selected(out, text);
}

void cell(Renderer& out, const Field& field, int index) {
  if (field.is_list)
    out.bind_list(BindKind::cell, index, field_type(field), field.enum_index);
  else
    out.bind_typed(BindKind::cell, index, field_type(field), field.enum_index);
  if (!field.is_list) return cast_to_column(out, field);
  if (is_cast(field)) out.raw("::" + column_type(out.schema(), field) + "[]");
}

void cells(Renderer& out, const Model& model, std::span<const int> fields, Shape shape) {
  out.raw(shape == Shape::one ? " VALUES (" : " SELECT * FROM unnest(");
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out.raw(", ");
    const Field& field = model.fields[fields[i]];
    if (shape == Shape::one) {
      cell(out, field, static_cast<int>(i));
    } else {
      out.bind_list(BindKind::cell, static_cast<int>(i), field_type(field), field.enum_index);
      if (is_cast(field)) out.raw("::" + column_type(out.schema(), field) + "[]");
    }
  }
  out.raw(")");
}

void on_conflict(Renderer& out, const StepText& text) {
  const Step& step = text.step;
  const Model& model = model_of(text);
  out.raw(" ON CONFLICT");
  if (!step.conflict_fields.empty()) {
    out.raw(" (");
    names(out, model, step.conflict_fields);
    out.raw(")");
  }
  if (step.update_fields.empty()) return out.raw(" DO NOTHING");
  for (size_t i = 0; i < step.update_fields.size(); ++i) {
    out.raw(i == 0 ? " DO UPDATE SET " : ", ");
    out.identifier(model.fields[step.update_fields[i]].db_name);
    out.raw(" = EXCLUDED.");
    out.identifier(model.fields[step.update_fields[i]].db_name);
  }
  where_clause(out, step.conflict_where);
}

// unnest($1::integer[], …) of the keys that came back.
void written_keys(Renderer& out, const Model& model, std::span<const int> keys) {
  out.raw("unnest(");
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) out.raw(", ");
    const Field& field = model.fields[keys[i]];
    out.bind_list(BindKind::rows, static_cast<int>(i), field_type(field), field.enum_index);
    if (field_type(field) == Type::other_text)
      out.raw("::" + column_type(out.schema(), field) + "[]");
  }
  out.raw(")");
}

}  // namespace

bool names_before(const Expr& expr) {
  return expr.op == Op::before || std::ranges::any_of(expr.args, names_before);
}

std::vector<int> key_fields(const Model& model) {
  std::vector<int> fields;
  if (model.primary_key) {
    for (const schema::KeyColumn& column : model.primary_key->columns)
      fields.push_back(column.field);
    return fields;
  }
  for (const schema::Key& key : model.uniques) {
    const bool whole = key.where_sql.empty() &&
                       std::ranges::none_of(key.columns, [&](const schema::KeyColumn& column) {
                         return model.fields[column.field].optional;
                       });
    if (!whole) continue;
    for (const schema::KeyColumn& column : key.columns) fields.push_back(column.field);
    return fields;
  }
  return fields;
}

Statement render_insert(const StepText& text, Shape shape) {
  Renderer out(text.schema, sql::postgresql_dialect());
  const Model& model = model_of(text);
  const std::string alias = out.push(text.step.model);
  if (!text.before.empty()) out.raw("WITH written AS (");
  out.raw("INSERT INTO ");
  target(out, model, alias);
  if (text.step.fields.empty()) {
    out.raw(" DEFAULT VALUES");
  } else {
    out.raw(" (");
    names(out, model, text.step.fields);
    out.raw(")");
    cells(out, model, text.step.fields, shape);
  }
  if (text.step.kind != StepKind::upsert) {
    returning(out, text);
    return out.take();
  }
  on_conflict(out, text);
  out.raw(" RETURNING ");
  // A row that was there is locked by this very transaction.
  const std::string is_new = "(" + alias + ".xmax = 0)";
  if (text.before.empty()) {
    selected(out, text);
    out.raw((text.returned.empty() ? "" : ", ") + is_new);
    return out.take();
  }
  out.raw(alias + ".*, " + is_new + " AS trivet_new) SELECT ");
  out.push(text.step.model, "written");
  selected(out, text);
  out.raw(text.returned.empty() ? "" : ", ");
  out.raw("written.trivet_new");
  selected_before(out, text);
  out.raw(" FROM written LEFT JOIN ");
  target(out, model, before_alias);
  out.raw(" ON ");
  same_row(out, text, text.step.conflict_fields, "written");
  return out.take();
}

Statement render_update(const StepText& text) {
  Renderer out(text.schema, sql::postgresql_dialect());
  const Model& model = model_of(text);
  const std::string alias = out.push(text.step.model);
  out.raw("UPDATE ");
  target(out, model, alias);
  for (size_t i = 0; i < text.step.fields.size(); ++i) {
    const Field& field = model.fields[text.step.fields[i]];
    out.raw(i == 0 ? " SET " : ", ");
    out.identifier(field.db_name);
    out.raw(" = (");
    out.expression(text.step.values[i]);
    out.raw(")");
    cast_to_column(out, field);
  }
  if (text.before.empty()) {
    where_clause(out, text.step.where);
    returning(out, text);
    return out.take();
  }
  out.raw(" FROM ");
  target(out, model, before_alias);
  out.raw(" WHERE ");
  same_row(out, text, key_fields(model), alias);
  if (text.step.where) {
    out.raw(" AND (");
    out.expression(*text.step.where);
    out.raw(")");
  }
  returning(out, text);
  selected_before(out, text);
  return out.take();
}

Statement render_delete(const StepText& text) {
  Renderer out(text.schema, sql::postgresql_dialect());
  const std::string alias = out.push(text.step.model);
  out.raw("DELETE FROM ");
  target(out, model_of(text), alias);
  where_clause(out, text.step.where);
  returning(out, text);
  return out.take();
}

Statement render_find(const StepText& text) {
  Renderer out(text.schema, sql::postgresql_dialect());
  const std::string alias = out.push(text.step.model);
  out.raw("SELECT ");
  selected(out, text);
  out.raw(" FROM ");
  target(out, model_of(text), alias);
  where_clause(out, text.step.where);
  out.raw(" LIMIT 2");
  return out.take();
}

Statement render_check(const StepText& text) {
  Renderer out(text.schema, sql::postgresql_dialect());
  const Model& model = model_of(text);
  const std::vector<int> keys = key_fields(model);
  const std::string alias = out.push(text.step.model);
  out.raw("SELECT 1 FROM ");
  target(out, model, alias);
  for (size_t i = 0; i < keys.size(); ++i) {
    out.raw(i == 0 ? " WHERE (" : ", ");
    out.column(alias, model.fields[keys[i]].db_name);
  }
  out.raw(") IN (SELECT * FROM ");
  written_keys(out, model, keys);
  out.raw(") AND (");
  out.expression(*text.step.where);
  out.raw(") IS NOT TRUE LIMIT 1");
  return out.take();
}

Statement render_check_given(const StepText& text) {
  Renderer out(text.schema, sql::postgresql_dialect());
  const Model& model = model_of(text);
  const std::string alias = out.push(text.step.model);
  out.raw("SELECT 1 FROM (SELECT ");
  for (const int index : model.columns) {
    const Field& field = model.fields[index];
    if (index != model.columns.front()) out.raw(", ");
    const auto given = std::ranges::find(text.step.fields, index);
    if (given == text.step.fields.end())
      out.raw("NULL::" + column_type(text.schema, field) + (field.is_list ? "[]" : ""));
    else
      cell(out, field, static_cast<int>(given - text.step.fields.begin()));
    out.raw(" AS ");
    out.identifier(field.db_name);
  }
  out.raw(") AS " + alias + " WHERE (");
  out.expression(*text.step.where);
  out.raw(") IS NOT TRUE");
  return out.take();
}

Statement render_check_changed(const StepText& text) {
  Renderer out(text.schema, sql::postgresql_dialect());
  const Model& model = model_of(text);
  const std::string alias = out.push(text.step.model);
  out.raw("SELECT 1 FROM ");
  target(out, model, alias);
  out.raw(" WHERE ");
  auto at = static_cast<int>(model.columns.size());
  for (const int key : key_fields(model)) {
    out.column(alias, model.fields[key].db_name);
    out.raw(" = ");
    cell(out, model.fields[key], ++at);
    out.raw(" AND ");
  }
  out.raw("(");
  out.expression(*text.step.where);
  out.raw(") IS NOT TRUE");
  return out.take();
}

Statement render_link(const StepText& text) {
  Renderer out(text.schema, sql::postgresql_dialect());
  const schema::Relation& relation = text.schema.relations[text.step.relation];
  const auto cell = [&](int side) {
    const Model& model = text.schema.models[relation.model[side]];
    const Field& key =
        model.fields[side == 0 ? relation.from_fields.front() : relation.to_fields.front()];
    out.bind_typed(BindKind::cell, side, field_type(key), key.enum_index);
    cast_to_column(out, key);
  };
  if (text.step.kind == StepKind::link) {
    out.raw("INSERT INTO ");
    out.identifier(out.schema().join_table(relation));
    out.raw(" (\"A\", \"B\") VALUES (");
    cell(0);
    out.raw(", ");
    cell(1);
    out.raw(") ON CONFLICT DO NOTHING");
    return out.take();
  }
  out.raw("DELETE FROM ");
  out.identifier(out.schema().join_table(relation));
  out.raw(" WHERE \"A\" = ");
  cell(0);
  out.raw(" AND \"B\" = ");
  cell(1);
  return out.take();
}

Statement render_read_back(const schema::Schema& schema, const Level& level) {
  const Model& model = schema.models[level.model];
  const std::vector<int> keys = key_fields(model);
  // The table itself is joined, so that functions of its rows take them.
  const auto from = [&](Renderer& out, const std::string& alias) {
    written_keys(out, model, keys);
    out.raw(" WITH ORDINALITY AS written(");
    for (size_t i = 0; i < keys.size(); ++i) out.raw("k" + std::to_string(i) + ", ");
    out.raw("place) JOIN ");
    out.identifier(model.table());
    out.raw(" AS " + alias + " ON ");
    for (size_t i = 0; i < keys.size(); ++i) {
      if (i > 0) out.raw(" AND ");
      out.column(alias, model.fields[keys[i]].db_name);
      out.raw(" = written.k" + std::to_string(i));
    }
  };
  return sql::render_nested(schema, sql::postgresql_dialect(), level, {from, "written.place"});
}

}  // namespace trivet::store::postgres
