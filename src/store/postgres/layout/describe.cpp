#include "store/postgres/layout/describe.h"

#include <algorithm>

#include "store/postgres/layout/ddl.h"
#include "store/postgres/layout/stand_ins.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {

namespace {

using sql::quote_identifier;

// "t" or "f", as the server writes a boolean.
bool is_true(const std::string& cell) { return cell == "t"; }

class Reader {
 public:
  Reader(Session& session, Naming naming) : session_(session), naming_(std::move(naming)) {}

  result<Layout> read() {
    TRIVET_CHECK(enums());
    TRIVET_CHECK(tables());
    TRIVET_CHECK(columns());
    TRIVET_CHECK(constraints());
    TRIVET_CHECK(indexes());
    return std::move(layout_);
  }

 private:
  // Of pg_class c: tables that are a project's affair.
  [[nodiscard]] std::string is_ours() const {
    return naming_.holds("c.relnamespace") +
           " AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT EXISTS (SELECT FROM "
           "pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = "
           "'e')";
  }

  [[nodiscard]] std::string table_name() const { return naming_.name("c.relnamespace", "c.relname"); }

  result<void> enums() {
    TRIVET_TRY(const auto rows,
               session_.query("SELECT " + naming_.name("t.typnamespace", "t.typname") +
                              ", e.enumlabel FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid WHERE " +
                              naming_.holds("t.typnamespace") + " ORDER BY t.oid, e.enumsortorder"));
    for (const TextRow& row : rows) {
      if (layout_.enums.empty() || layout_.enums.back().name != row[0])
        layout_.enums.push_back({row[0], {}});
      layout_.enums.back().values.push_back(row[1]);
    }
    return {};
  }

  result<void> tables() {
    TRIVET_TRY(const auto rows, session_.query("SELECT " + table_name() + " FROM pg_class c WHERE " +
                                               is_ours() + " ORDER BY c.oid"));
    for (const TextRow& row : rows) layout_.tables.push_back({row[0], {}, {}, {}, {}});
    return {};
  }

  LayoutTable& table(const std::string& name) {
    return *std::ranges::find(layout_.tables, name, &LayoutTable::name);
  }

  result<void> columns() {
    TRIVET_TRY(
        const auto rows,
        session_.query(
            "SELECT " + table_name() + ", a.attname, " +
            std::string(type_of_attribute) +
            ", a.attnotnull, "
            "a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', "
            "false), CASE WHEN a.attgenerated = 's' THEN 'GENERATED ALWAYS AS (' || "
            "pg_get_expr(d.adbin, d.adrelid) || ') STORED' ELSE "
            "coalesce(pg_get_expr(d.adbin, d.adrelid), '') END FROM pg_class c JOIN "
            "pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT "
            "JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE " +
            is_ours() + " ORDER BY c.oid, a.attnum"));
    for (const TextRow& row : rows) {
      const bool counts_up = is_true(row[4]);
      // A list is never null here, whether the column may be or not.
      const bool required = is_true(row[3]) && !row[2].ends_with("[]");
      table(row[0]).columns.push_back({row[1], row[2], required, counts_up,
                                       counts_up ? std::string() : normal_default(row[5])});
    }
    return {};
  }

  result<void> constraints() {
    TRIVET_TRY(const auto rows,
               session_.query("SELECT " + table_name() + ", k.conname, k.contype, "
                              // When a key is checked is no part of the schema's language.
                              "regexp_replace(pg_get_constraintdef(k.oid), ' DEFERRABLE( INITIALLY DEFERRED)?', '') "
                              "FROM pg_constraint k JOIN pg_class c ON "
                              "c.oid = k.conrelid WHERE k.contype IN ('p', 'f') AND " +
                              is_ours() + " ORDER BY k.oid"));
    for (const TextRow& row : rows) {
      if (row[2] == "p")
        table(row[0]).primary_key = {row[1], row[3]};
      else
        table(row[0]).foreign_keys.push_back({row[1], row[3]});
    }
    return {};
  }

  result<void> indexes() {
    TRIVET_TRY(
        const auto rows,
        session_.query(
            "SELECT " + table_name() + ", i.relname, x.indisunique, EXISTS (SELECT FROM pg_constraint k WHERE "
            "k.conindid = x.indexrelid AND k.contype IN ('u', 'x')), "
            "substring(pg_get_indexdef(x.indexrelid) FROM ' (USING .*)$'), (SELECT "
            "string_agg(pg_get_indexdef(x.indexrelid, n, true), ', ' ORDER BY n) FROM "
            "generate_series(1, x.indnkeyatts) n), coalesce(pg_get_expr(x.indpred, x.indrelid), "
            "'') FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid "
            "= x.indrelid WHERE NOT x.indisprimary AND " +
            is_ours() + " ORDER BY i.oid"));
    for (const TextRow& row : rows)
      table(row[0]).indexes.push_back(
          {row[1], is_true(row[2]), is_true(row[3]), row[4], row[5], row[6]});
    return {};
  }

  Session& session_;
  Naming naming_;
  Layout layout_;
};

// All that a layout says, of what its names stand for.
void name_back(const StandIns& stand_ins, Layout& layout) {
  for (LayoutEnum& type : layout.enums) type.name = stand_ins.name(type.name);
  for (LayoutTable& table : layout.tables) {
    table.name = stand_ins.name(table.name);
    table.primary_key.name = stand_ins.name(table.primary_key.name);
    for (LayoutColumn& column : table.columns) {
      column.type = stand_ins.text(std::move(column.type));
      column.default_sql = stand_ins.text(std::move(column.default_sql));
    }
    for (LayoutIndex& index : table.indexes) {
      index.name = stand_ins.name(index.name);
      for (std::string* text : {&index.definition, &index.keys, &index.where}) *text = stand_ins.text(std::move(*text));
    }
    for (LayoutConstraint& key : table.foreign_keys) {
      key.name = stand_ins.name(key.name);
      key.definition = stand_ins.text(std::move(key.definition));
    }
  }
}

}  // namespace

std::string normal_default(const std::string& text) {
  constexpr std::string_view empty_list = "'{}'::";
  if (text == "now()") return "CURRENT_TIMESTAMP";
  if (text.starts_with(empty_list) && text.ends_with("[]"))
    return "ARRAY[]::" + text.substr(empty_list.size());
  return text;
}

const LayoutColumn* LayoutTable::find_column(const std::string& column) const {
  const auto found = std::ranges::find(columns, column, &LayoutColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

const LayoutTable* Layout::find_table(const std::string& table) const {
  const auto found = std::ranges::find(tables, table, &LayoutTable::name);
  return found == tables.end() ? nullptr : &*found;
}

const LayoutEnum* Layout::find_enum(const std::string& type) const {
  const auto found = std::ranges::find(enums, type, &LayoutEnum::name);
  return found == enums.end() ? nullptr : &*found;
}

bool is_of_enum(std::string_view type, std::string_view enum_name) {
  if (type.ends_with("[]")) type.remove_suffix(2);
  const auto without_quotes = [](std::string text) {
    std::erase(text, '"');
    return text;
  };
  return without_quotes(std::string(type)) == without_quotes(schema::told_name(enum_name));
}

Naming Naming::of_database(const std::vector<std::string>& schemas) {
  if (schemas.empty()) return {"= (SELECT oid FROM pg_namespace WHERE nspname = current_schema())", false};
  std::string list;
  for (const std::string& name : schemas) list += (list.empty() ? "" : ", ") + sql::quote_literal(name);
  return {"IN (SELECT oid FROM pg_namespace WHERE nspname IN (" + list + "))", true};
}

Naming Naming::of_temporary() { return {"= pg_my_temp_schema()", false}; }

std::string Naming::name(const std::string& oid, const std::string& name) const {
  if (!is_placed_) return name;
  return "(SELECT nspname FROM pg_namespace WHERE oid = " + oid + ") || " +
         sql::quote_literal(std::string(1, schema::schema_mark)) + " || " + name;
}

result<Layout> describe_database(Session& session, const std::vector<std::string>& schemas) {
  // Names of this schema alone are written without it.
  TRIVET_CHECK(session.execute(
      schemas.empty() ? "SELECT set_config('search_path', quote_ident(current_schema()), true) WHERE "
                        "current_schema() IS NOT NULL"
                      : path_of_none));
  return Reader(session, Naming::of_database(schemas)).read();
}

result<void> make_temporary(Session& session, const schema::Schema& schema) {
  TRIVET_CHECK(
      session.execute("SELECT set_config('search_path', 'pg_temp' || coalesce(', ' || "
                      "quote_ident(current_schema()), ''), true)"));
  for (const std::string& statement : render_database(schema))
    if (auto made = session.execute(statement); !made) {
      Error error = std::move(made).error();
      error.message = "the schema's tables can't be made on this server: " + error.message;
      return std::unexpected(std::move(error));
    }
  return {};
}

result<Layout> describe_schema(Session& session, const schema::Schema& schema) {
  if (schema.datasource.schemas.empty()) {
    TRIVET_CHECK(make_temporary(session, schema));
    return Reader(session, Naming::of_temporary()).read();
  }
  TRIVET_TRY(const StandIns stand_ins, StandIns::make(session, schema));
  TRIVET_CHECK(make_temporary(session, stand_ins.schema()));
  TRIVET_CHECK(session.execute(path_of_none));
  TRIVET_TRY(Layout layout, Reader(session, Naming::of_temporary()).read());
  name_back(stand_ins, layout);
  return layout;
}

}  // namespace trivet::store::postgres
