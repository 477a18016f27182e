#include <algorithm>
#include <array>
#include <cctype>

#include "store/sql/render.h"
#include "store/sql/renderer.h"

namespace trivet::store::sql {

namespace {

const schema::Model& model_of(const Writer& writer, int model) {
  return writer.schema.models[model];
}

void where_clause(Renderer& out, const std::optional<Expr>& where) {
  if (!where || where->op == Op::always_true) return;
  out.raw(" WHERE ");
  out.expression(*where);
}

// FROM "t" AS t0, with the scope opened.
std::string from_table(Renderer& out, const Writer& writer, int model) {
  const std::string alias = out.push(model);
  out.identifier(model_of(writer, model).db_name);
  out.raw(" AS " + alias);
  return alias;
}

std::string row_id(const Writer& writer, int model, std::string_view alias) {
  return std::string(alias) + "." + std::string(row_id_name(model_of(writer, model)));
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// What stands before the join table, before its two cells, between and behind them.
struct PairText {
  std::string_view before;
  std::string_view open;
  std::string_view between;
  std::string_view close;
};

Statement pair_statement(const Writer& writer, int relation, const PairText& text) {
  Renderer out(writer.schema, writer.dialect);
  out.raw(text.before);
  out.identifier(writer.schema.relations[relation].constraint);
  out.raw(text.open);
  out.bind(BindKind::cell, 0, Type::unknown);
  out.raw(text.between);
  out.bind(BindKind::cell, 1, Type::unknown);
  out.raw(text.close);
  return out.take();
}

}  // namespace

std::string_view row_id_name(const schema::Model& model) {
  static constexpr std::array<std::string_view, 3> names = {"rowid", "_rowid_", "oid"};
  for (const std::string_view name : names) {
    const bool shadowed = std::ranges::any_of(
        model.columns, [&](int field) { return same_name(model.fields[field].db_name, name); });
    if (!shadowed) return name;
  }
  return "rowid";
}

std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == schema::schema_mark) {
      quoted += "\".\"";
      continue;
    }
    if (c == '"') quoted += c;
    quoted += c;
  }
  return quoted += '"';
}

std::string quote_literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += c;
    quoted += c;
  }
  return quoted += '\'';
}

Statement render_insert(const Writer& writer, int model, const std::vector<int>& fields) {
  Renderer out(writer.schema, writer.dialect);
  out.raw("INSERT INTO ");
  out.identifier(model_of(writer, model).db_name);
  if (fields.empty()) {
    out.raw(" DEFAULT VALUES");
    return out.take();
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    out.raw(i == 0 ? " (" : ", ");
    out.identifier(model_of(writer, model).fields[fields[i]].db_name);
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    out.raw(i == 0 ? ") VALUES (" : ", ");
    out.bind(BindKind::cell, static_cast<int>(i), Type::unknown);
  }
  out.raw(")");
  return out.take();
}

Statement render_probe(const Writer& writer, int model, const std::vector<int>& key_fields,
                       const std::optional<Expr>& condition) {
  // The alias is known before the table is named: it is the first of the statement.
  Renderer out(writer.schema, writer.dialect);
  const std::string alias = out.push(model);
  out.raw("SELECT " + row_id(writer, model, alias) + ", ");
  if (condition)
    out.expression(*condition);
  else
    out.raw("1");
  out.raw(" FROM ");
  out.identifier(model_of(writer, model).db_name);
  out.raw(" AS " + alias);
  for (size_t i = 0; i < key_fields.size(); ++i) {
    out.raw(i == 0 ? " WHERE " : " AND ");
    out.column(alias, model_of(writer, model).fields[key_fields[i]].db_name);
    out.raw(" = ");
    out.bind(BindKind::cell, static_cast<int>(i), Type::unknown);
  }
  return out.take();
}

Statement render_update_row(const Writer& writer, int model, const std::vector<int>& fields) {
  Renderer out(writer.schema, writer.dialect);
  out.raw("UPDATE ");
  out.identifier(model_of(writer, model).db_name);
  for (size_t i = 0; i < fields.size(); ++i) {
    out.raw(i == 0 ? " SET " : ", ");
    out.identifier(model_of(writer, model).fields[fields[i]].db_name);
    out.raw(" = ");
    out.bind(BindKind::cell, static_cast<int>(i), Type::unknown);
  }
  out.raw(" WHERE ");
  out.raw(row_id_name(model_of(writer, model)));
  out.raw(" = ");
  out.bind(BindKind::cell, static_cast<int>(fields.size()), Type::int8);
  out.raw(" RETURNING ");
  out.raw(row_id_name(model_of(writer, model)));
  return out.take();
}

Statement render_update(const Writer& writer, const Step& step, Returning returning) {
  Renderer out(writer.schema, writer.dialect);
  out.raw("UPDATE ");
  from_table(out, writer, step.model);
  for (size_t i = 0; i < step.fields.size(); ++i) {
    out.raw(i == 0 ? " SET " : ", ");
    out.identifier(model_of(writer, step.model).fields[step.fields[i]].db_name);
    out.raw(" = ");
    out.expression(step.values[i]);
  }
  where_clause(out, step.where);
  if (returning == Returning::row_ids) {
    out.raw(" RETURNING ");
    out.raw(row_id_name(model_of(writer, step.model)));
  }
  return out.take();
}

Statement render_delete(const Writer& writer, const Step& step) {
  Renderer out(writer.schema, writer.dialect);
  out.raw("DELETE FROM ");
  from_table(out, writer, step.model);
  where_clause(out, step.where);
  return out.take();
}

Statement render_find(const Writer& writer, int model, const std::optional<Expr>& where,
                      int limit) {
  Renderer out(writer.schema, writer.dialect);
  out.raw("SELECT " + row_id(writer, model, "t0") + " FROM ");
  from_table(out, writer, model);
  where_clause(out, where);
  if (limit > 0) out.raw(" LIMIT " + std::to_string(limit));
  return out.take();
}

Statement render_check(const Writer& writer, int model, const std::optional<Expr>& where) {
  Renderer out(writer.schema, writer.dialect);
  out.raw("SELECT 1 FROM carray(");
  out.bind(BindKind::rows, 0, Type::int8);
  out.raw(") AS written LEFT JOIN ");
  from_table(out, writer, model);
  out.raw(" ON " + row_id(writer, model, "t0") + " = written.value WHERE (");
  if (where)
    out.expression(*where);
  else
    out.raw("1");
  out.raw(") IS NOT TRUE OR " + row_id(writer, model, "t0") + " IS NULL LIMIT 1");
  return out.take();
}

Statement render_check_row(const Writer& writer, int model, const Expr& where) {
  Renderer out(writer.schema, writer.dialect);
  out.raw("SELECT 1 FROM ");
  from_table(out, writer, model);
  out.raw(" WHERE " + row_id(writer, model, "t0") + " = ");
  out.bind(BindKind::cell, 0, Type::int8);
  out.raw(" AND ");
  out.expression(where);
  return out.take();
}

Statement render_check_given(const Writer& writer, int model, const std::vector<int>& fields,
                             const Expr& where) {
  Renderer out(writer.schema, writer.dialect);
  const std::string alias = out.push(model);
  out.raw("SELECT 1 FROM (SELECT ");
  for (const int field : model_of(writer, model).columns) {
    if (field != model_of(writer, model).columns.front()) out.raw(", ");
    const auto given = std::ranges::find(fields, field);
    if (given == fields.end())
      out.raw("NULL");
    else
      out.bind(BindKind::cell, static_cast<int>(given - fields.begin()), Type::unknown);
    out.raw(" AS ");
    out.identifier(model_of(writer, model).fields[field].db_name);
  }
  out.raw(") AS " + alias + " WHERE (");
  out.expression(where);
  out.raw(") IS NOT TRUE");
  return out.take();
}

Statement render_fetch(const Writer& writer, int model, const std::vector<int>& fields) {
  Renderer out(writer.schema, writer.dialect);
  for (size_t i = 0; i < fields.size(); ++i) {
    out.raw(i == 0 ? "SELECT " : ", ");
    out.identifier(model_of(writer, model).fields[fields[i]].db_name);
  }
  out.raw(" FROM ");
  out.identifier(model_of(writer, model).db_name);
  out.raw(" WHERE ");
  out.raw(row_id_name(model_of(writer, model)));
  out.raw(" = ");
  out.bind(BindKind::cell, 0, Type::int8);
  return out.take();
}

Statement render_link(const Writer& writer, int relation) {
  return pair_statement(writer, relation,
                        {"INSERT INTO ", " (\"A\", \"B\") VALUES (", ", ", ") ON CONFLICT DO NOTHING"});
}

Statement render_unlink(const Writer& writer, int relation) {
  return pair_statement(writer, relation, {"DELETE FROM ", " WHERE \"A\" = ", " AND \"B\" = ", ""});
}

}  // namespace trivet::store::sql
