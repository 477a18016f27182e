#include "store/postgres/calls/discover.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "store/postgres/layout/describe.h"

namespace trivet::store::postgres {
namespace {

// Columns: number, schema, name, volatility, returns a set, void, type of the type, defaults, its result is record, the
// relation of the same schema whose rows it gives, its result's type, the relation of the same schema whose row it takes alone.
constexpr const char* functions_sql = R"(
SELECT p.oid, n.nspname, p.proname, p.provolatile, p.proretset, t.typname = 'void', t.typtype,
       p.pronargdefaults, t.typname = 'record', coalesce(c.relname, ''),
       format_type(t.oid, NULL), coalesce(r.relname, ''), p.prorows
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_type t ON t.oid = p.prorettype
     LEFT JOIN pg_class c ON c.oid = t.typrelid AND c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     LEFT JOIN pg_type rt ON p.pronargs = 1 AND rt.oid = p.proargtypes[0]
     LEFT JOIN pg_class r ON r.oid = rt.typrelid AND r.relnamespace = n.oid AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
WHERE p.prokind = 'f' AND t.typname NOT IN ('trigger', 'event_trigger', 'internal', 'cstring') AND )";

constexpr const char* functions_order = " ORDER BY p.proname, n.nspname, p.oid";

// Columns: number, mode, name, type.
constexpr const char* arguments_sql = R"(
SELECT p.oid, coalesce(a.mode, 'i'), coalesce(a.name, ''), format_type(a.type, NULL)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,
     LATERAL unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes, p.proargnames)
       WITH ORDINALITY AS a(type, mode, name, place)
WHERE p.prokind = 'f' AND )";

// The columns of named composite results: number, name, type.
constexpr const char* columns_sql = R"(
SELECT p.oid, c.attname, format_type(c.atttypid, c.atttypmod)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_type t ON t.oid = p.prorettype
     JOIN pg_attribute c ON c.attrelid = t.typrelid AND c.attnum > 0 AND NOT c.attisdropped
WHERE p.prokind = 'f' AND t.typtype = 'c' AND )";

using ByNumber = std::map<std::string, std::vector<TextRow>>;

result<ByNumber> rows_by_number(Session& session, const std::string& sql) {
  TRIVET_TRY(std::vector<TextRow> rows, session.query(sql));
  ByNumber sorted;
  for (TextRow& row : rows) sorted[row[0]].push_back(std::move(row));
  return sorted;
}

size_t number_in(std::string_view text) {
  size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void add_arguments(Procedure& procedure, const std::vector<TextRow>& rows, size_t defaults) {
  for (const TextRow& row : rows) {
    const char mode = row[1].front();
    if (mode == 'i' || mode == 'b' || mode == 'v')
      procedure.arguments.push_back({.name = row[2], .type = row[3], .has_default = false,
                                     .is_variadic = mode == 'v'});
    if (mode == 'o' || mode == 'b' || mode == 't') procedure.columns.push_back({row[2], row[3]});
  }
  // Only the last ones can have a default.
  const size_t count = procedure.arguments.size();
  for (size_t i = count - std::min(defaults, count); i < count; ++i)
    procedure.arguments[i].has_default = true;
}

// PostgreSQL names columns that have no name by their place.
void name_columns(Procedure& procedure) {
  for (size_t i = 0; i < procedure.columns.size(); ++i)
    if (procedure.columns[i].name.empty())
      procedure.columns[i].name = "column" + std::to_string(i + 1);
}

ResultShape shape_of(const TextRow& row, bool has_columns) {
  const bool is_set = row[4] == "t";
  if (row[5] == "t") return ResultShape::nothing;
  if (has_columns) return is_set ? ResultShape::rows : ResultShape::row;
  return is_set ? ResultShape::values : ResultShape::value;
}

Procedure procedure_of(const TextRow& row, ByNumber& arguments, ByNumber& columns) {
  Procedure made;
  made.schema = row[1];
  made.name = row[2];
  made.volatility = row[3] == "i"   ? Volatility::immutable
                    : row[3] == "s" ? Volatility::stable
                                    : Volatility::volatile_;
  add_arguments(made, arguments[row[0]], number_in(row[7]));
  if (made.columns.empty())
    for (const TextRow& column : columns[row[0]]) made.columns.push_back({column[1], column[2]});
  name_columns(made);
  made.shape = shape_of(row, !made.columns.empty());
  made.relation = row[9];
  made.value_type = row[10];
  made.row_of = row[11];
  std::from_chars(row[12].data(), row[12].data() + row[12].size(), made.rows_expected);
  return made;
}

}  // namespace

result<ProcedureList> find_procedures(Session& session, const std::vector<std::string>& schemas) {
  const std::string here = Naming::of_database(schemas).holds("n.oid");
  TRIVET_TRY(const std::vector<TextRow> functions, session.query(functions_sql + here + functions_order));
  TRIVET_TRY(ByNumber arguments, rows_by_number(session, arguments_sql + here + " ORDER BY p.oid, a.place"));
  TRIVET_TRY(ByNumber columns, rows_by_number(session, columns_sql + here + " ORDER BY p.oid, c.attnum"));
  ProcedureList list;
  for (const TextRow& row : functions) {
    Procedure made = procedure_of(row, arguments, columns);
    if (!schemas.empty()) made.place = made.schema;
    const bool is_unknown_record = row[8] == "t" && made.shape == ResultShape::values;
    if (!is_unknown_record) list.push_back(std::move(made));
  }
  return list;
}

}  // namespace trivet::store::postgres
