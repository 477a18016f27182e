#include "store/postgres/history/dump.h"

#include "store/postgres/history/script.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

using sql::quote_identifier;

constexpr std::string_view here = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())";

std::string not_of_extension(std::string_view catalog, std::string_view oid) {
  return " AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '" + std::string(catalog) +
         "'::regclass AND x.objid = " + std::string(oid) + " AND x.deptype = 'e')";
}

class Dumper {
 public:
  Dumper(Session& session, const DatabaseDescription& layout)
      : session_(session), layout_(layout) {}

  result<std::string> dump() {
    TRIVET_CHECK(require_no_partitions());
    TRIVET_CHECK(texts("CreateExtension",
                       "SELECT 'CREATE EXTENSION IF NOT EXISTS ' || quote_ident(extname) FROM "
                       "pg_extension WHERE extname <> 'plpgsql' ORDER BY oid"));
    for (const EnumDescription& type : layout_.enums)
      section("CreateEnum", render_create_enum(type.name, type));
    TRIVET_CHECK(functions("false"));
    for (const TableDescription& table : layout_.tables)
      section("CreateTable", render_create_table(table));
    TRIVET_CHECK(functions("true"));
    TRIVET_CHECK(constraints("k.contype IN ('u', 'x', 'c')", "AddConstraint"));
    TRIVET_CHECK(texts("CreateIndex",
                       "SELECT pg_get_indexdef(x.indexrelid, 0, true) FROM pg_index x JOIN "
                       "pg_class c ON c.oid = x.indrelid WHERE c.relkind = 'r' AND x.indisvalid "
                       "AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = "
                       "x.indexrelid AND k.contype IN ('p', 'u', 'x')) AND " +
                           is_ours() + " ORDER BY x.indexrelid"));
    TRIVET_CHECK(constraints("k.contype = 'f'", "AddForeignKey"));
    TRIVET_CHECK(views());
    TRIVET_CHECK(texts("CreateTrigger",
                       "SELECT pg_get_triggerdef(t.oid, true) FROM pg_trigger t JOIN pg_class c ON "
                       "c.oid = t.tgrelid WHERE NOT t.tgisinternal AND " +
                           is_ours() + " ORDER BY t.oid"));
    return std::move(script_);
  }

 private:
  static std::string is_ours() {
    return "c.relnamespace = " + std::string(here) +
           " AND c.relname <> '_prisma_migrations' AND NOT c.relname LIKE '\\_trivet%'" +
           not_of_extension("pg_class", "c.oid");
  }

  void section(std::string_view title, const std::string& text) {
    if (!script_.empty()) script_ += '\n';
    script_ += "-- " + std::string(title) + "\n" + text + ";\n";
  }

  result<void> texts(std::string_view title, const std::string& query) {
    TRIVET_TRY(const auto rows, session_.query(query));
    for (const TextRow& row : rows) section(title, row[0]);
    return {};
  }

  result<void> require_no_partitions() {
    TRIVET_TRY(const auto rows,
               session_.query("SELECT c.relname FROM pg_class c WHERE c.relkind = 'p' AND " +
                              is_ours()));
    if (rows.empty()) return {};
    return fail(ErrorCode::bad_config,
                "table " + quote_identifier(rows[0][0]) +
                    " is partitioned, and a baseline of that can't be written",
                {},
                "write it with `pg_dump --schema-only` into a folder 0_init of migrations, then "
                "`trivet migrate resolve --applied 0_init`");
  }

  // Those whose arguments or results are rows of tables come behind the tables.
  result<void> functions(const std::string& about_rows) {
    return texts(
        "CreateFunction",
        "SELECT rtrim(pg_get_functiondef(p.oid), E'\\n') FROM pg_proc p WHERE p.prokind IN ('f', "
        "'p') AND p.pronamespace = " +
            std::string(here) + not_of_extension("pg_proc", "p.oid") +
            " AND EXISTS (SELECT FROM pg_type t WHERE t.typrelid <> 0 AND (t.oid = p.prorettype OR "
            "t.oid = ANY (p.proargtypes::oid[]))) = " +
            about_rows + " ORDER BY p.oid");
  }

  result<void> constraints(const std::string& kind, std::string_view title) {
    return texts(title, "SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', c.relname, "
                        "k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN "
                        "pg_class c ON c.oid = k.conrelid WHERE c.relkind = 'r' AND " +
                            kind + " AND " + is_ours() + " ORDER BY k.oid");
  }

  result<void> views() {
    return texts("CreateView",
                 "SELECT format('CREATE %sVIEW %I AS%s%s', CASE c.relkind WHEN 'm' THEN "
                 "'MATERIALIZED ' ELSE '' END, c.relname, E'\\n', rtrim(pg_get_viewdef(c.oid, "
                 "true), ';')) FROM pg_class c WHERE c.relkind IN ('v', 'm') AND " +
                     is_ours() + " ORDER BY c.oid");
  }

  Session& session_;
  const DatabaseDescription& layout_;
  std::string script_;
};

}  // namespace

result<std::string> dump_layout(Session& session, const DatabaseDescription& layout) {
  return Dumper(session, layout).dump();
}

}  // namespace trivet::store::postgres
