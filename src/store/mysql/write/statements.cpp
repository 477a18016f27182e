#include "store/mysql/write/statements.h"

#include <algorithm>

#include "store/sql/dialect.h"
#include "store/sql/render.h"
#include "store/sql/renderer.h"
#include "store/store.h"

namespace trivet::store::mysql {

using schema::Model;
using sql::BindKind;
using sql::Renderer;
using sql::Statement;

namespace {

Renderer renderer(const schema::Schema& schema) { return {schema, sql::mysql_dialect()}; }

void names(Renderer& out, const Model& model, std::span<const int> fields) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out.raw(", ");
    out.identifier(model.fields[fields[i]].db_name);
  }
}

void table(Renderer& out, const Model& model, const std::string& alias) {
  out.identifier(model.db_name);
  out.raw(" AS " + alias);
}

void where_clause(Renderer& out, const std::optional<Expr>& where) {
  if (!where || where->op == Op::always_true) return;
  out.raw(" WHERE ");
  out.expression(*where);
}

void key_equals_cells(Renderer& out, const Model& model, const std::string& alias,
                      std::span<const int> key, int first_cell) {
  for (const int field : key) {
    if (field != key.front()) out.raw(" AND ");
    if (alias.empty())
      out.identifier(model.fields[field].db_name);
    else
      out.column(alias, model.fields[field].db_name);
    out.raw(" = ");
    out.bind(BindKind::cell, first_cell++, field_type(model.fields[field]));
  }
}

// Whether it depends on other rows than the one at hand.
bool looks_at_rows(const Expr& expr) {
  return expr.op == Op::exists || expr.op == Op::related ||
         std::ranges::any_of(expr.args, looks_at_rows);
}

void is_not_true(Renderer& out, const Expr& where) {
  out.raw("(");
  out.expression(where);
  out.raw(") IS NOT TRUE");
}

// The keys of the rows that are to go are found before the first goes: what foreign keys take along
// with it would else be missed where a later row looks for it. LIMIT keeps the inner query apart.
Statement render_delete_of_found(const schema::Schema& schema, const Step& step) {
  Renderer out = renderer(schema);
  const Model& model = schema.models[step.model];
  const std::string own = out.push(step.model);
  const std::string alias = out.push(step.model);
  const std::vector<int> keys = key_fields(model);
  out.raw("DELETE " + own + " FROM (SELECT ");
  for (const int key : keys) {
    if (key != keys.front()) out.raw(", ");
    out.column(alias, model.fields[key].db_name);
  }
  out.raw(" FROM ");
  table(out, model, alias);
  where_clause(out, step.where);
  out.raw(" LIMIT 18446744073709551615) AS _found JOIN ");
  table(out, model, own);
  for (const int key : keys) {
    out.raw(key == keys.front() ? " ON " : " AND ");
    out.column(own, model.fields[key].db_name);
    out.raw(" = ");
    out.column("_found", model.fields[key].db_name);
  }
  return out.take();
}

}  // namespace

bool names_before(const Expr& expr) {
  return expr.op == Op::before || std::ranges::any_of(expr.args, names_before);
}

Statement render_insert(const schema::Schema& schema, const InsertShape& shape) {
  Renderer out = renderer(schema);
  const Model& model = schema.models[shape.model];
  out.raw("INSERT INTO ");
  out.identifier(model.db_name);
  out.raw(" (");
  names(out, model, shape.fields);
  out.raw(") VALUES ");
  int cell = 0;
  for (uint32_t row = 0; row < shape.rows; ++row) {
    out.raw(row == 0 ? "(" : ", (");
    for (size_t i = 0; i < shape.fields.size(); ++i) {
      if (i > 0) out.raw(", ");
      const schema::Field& field = model.fields[shape.fields[i]];
      // In the session's mode a column that counts up has 0 as its default, and null counts.
      const bool counts = field.default_value.kind == schema::DefaultKind::autoincrement;
      if (shape.defaults[i])
        out.raw(counts ? "NULL" : "DEFAULT");
      else
        out.bind(BindKind::cell, cell++, field_type(field));
    }
    out.raw(")");
  }
  if (shape.returned.empty()) return out.take();
  for (const int field : shape.returned) {
    out.raw(field == shape.returned.front() ? " RETURNING " : ", ");
    out.stored("", model.fields[field]);
  }
  return out.take();
}

Statement render_update(const schema::Schema& schema, const Step& step) {
  Renderer out = renderer(schema);
  const Model& model = schema.models[step.model];
  const std::string alias = out.push(step.model);
  out.raw("UPDATE ");
  table(out, model, alias);
  for (size_t i = 0; i < step.fields.size(); ++i) {
    out.raw(i == 0 ? " SET " : ", ");
    out.column(alias, model.fields[step.fields[i]].db_name);
    out.raw(" = ");
    out.expression(step.values[i]);
  }
  where_clause(out, step.where);
  return out.take();
}

Statement render_delete(const schema::Schema& schema, const Step& step) {
  if (step.where && looks_at_rows(*step.where)) return render_delete_of_found(schema, step);
  // With an alias it would be another statement, which may not look at its own table.
  Renderer out = renderer(schema);
  const std::string& table = schema.models[step.model].db_name;
  out.keep_from_aliases(table);
  out.push(step.model, sql::quote_identifier(table));
  out.raw("DELETE FROM ");
  out.identifier(table);
  where_clause(out, step.where);
  return out.take();
}

Select render_rows(const schema::Schema& schema, const RowsShape& shape) {
  Select made;
  Renderer out = renderer(schema);
  const Model& model = schema.models[shape.model];
  const std::string alias = out.push(shape.model);
  const auto next = [&](Type type) {
    out.raw(made.columns.empty() ? "SELECT " : ", ");
    made.columns.push_back(type);
  };
  for (const int field : shape.fields) {
    next(field_type(model.fields[field]));
    out.stored(alias, model.fields[field]);
  }
  for (const Expr& value : shape.values) {
    next(value.type);
    out.expression(value);
  }
  if (made.columns.empty()) {
    next(Type::int4);
    out.raw("1");
  }
  out.raw(" FROM ");
  table(out, model, alias);
  if (!shape.key.empty()) {
    out.raw(" WHERE ");
    key_equals_cells(out, model, alias, shape.key, 0);
  }
  if (shape.where != nullptr && shape.where->op != Op::always_true) {
    out.raw(shape.key.empty() ? " WHERE " : " AND ");
    out.expression(*shape.where);
  }
  if (shape.limit > 0) out.raw(" LIMIT " + std::to_string(shape.limit));
  if (shape.lock == Lock::update) out.raw(" FOR UPDATE");
  made.statement = out.take();
  return made;
}

Statement render_update_row(const schema::Schema& schema, int model_index,
                            std::span<const int> fields) {
  Renderer out = renderer(schema);
  const Model& model = schema.models[model_index];
  out.raw("UPDATE ");
  out.identifier(model.db_name);
  int cell = 0;
  for (const int field : fields) {
    out.raw(cell == 0 ? " SET " : ", ");
    out.identifier(model.fields[field].db_name);
    out.raw(" = ");
    out.bind(BindKind::cell, cell++, field_type(model.fields[field]));
  }
  out.raw(" WHERE ");
  key_equals_cells(out, model, "", key_fields(model), cell);
  return out.take();
}

Select render_check(const schema::Schema& schema, int model_index, const Expr& where) {
  Level level;
  level.model = model_index;
  Expr wrong;
  wrong.op = Op::is_true;
  wrong.type = Type::boolean;
  wrong.args = {where};
  level.where = make_unary(Op::not_, std::move(wrong));
  Select made = render_select(schema, level, {.keys = {}, .among_rows = true});
  made.statement.text += " LIMIT 1";
  return made;
}

Select render_present(const schema::Schema& schema, int model_index) {
  Level level;
  level.model = model_index;
  return render_select(schema, level, {.keys = {}, .among_rows = true});
}

Select render_check_given(const schema::Schema& schema, const Step& step) {
  Renderer out = renderer(schema);
  const Model& model = schema.models[step.model];
  const std::string alias = out.push(step.model);
  out.raw("SELECT 1 FROM (SELECT ");
  for (const int field : model.columns) {
    if (field != model.columns.front()) out.raw(", ");
    const auto given = std::ranges::find(step.fields, field);
    if (given == step.fields.end())
      out.raw("NULL");
    else
      out.bind(BindKind::cell, static_cast<int>(given - step.fields.begin()),
               field_type(model.fields[field]));
    out.raw(" AS ");
    out.identifier(model.fields[field].db_name);
  }
  out.raw(") AS " + alias + " WHERE ");
  is_not_true(out, *step.where);
  return {out.take(), {Type::int4}};
}

Select render_check_changed(const schema::Schema& schema, int model_index, const Expr& where) {
  Renderer out = renderer(schema);
  const Model& model = schema.models[model_index];
  const std::string alias = out.push(model_index);
  out.raw("SELECT 1 FROM ");
  table(out, model, alias);
  out.raw(" WHERE ");
  key_equals_cells(out, model, alias, key_fields(model),
                   static_cast<int>(model.columns.size()) + 1);
  out.raw(" AND ");
  is_not_true(out, where);
  return {out.take(), {Type::int4}};
}

Statement render_link(const schema::Schema& schema, const Step& step) {
  Renderer out = renderer(schema);
  const schema::Relation& relation = schema.relations[step.relation];
  const bool links = step.kind == StepKind::link;
  out.raw(links ? "INSERT INTO " : "DELETE FROM ");
  out.identifier(relation.constraint);
  out.raw(links ? " (\"A\", \"B\") VALUES (" : " WHERE \"A\" = ");
  out.bind(BindKind::cell, 0, Type::unknown);
  out.raw(links ? ", " : " AND \"B\" = ");
  out.bind(BindKind::cell, 1, Type::unknown);
  // Not IGNORE: that would let pass what points to nothing.
  if (links) out.raw(") ON DUPLICATE KEY UPDATE \"A\" = VALUES(\"A\")");
  return out.take();
}

}  // namespace trivet::store::mysql
