#include "store/introspect/postgres/postgres.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "store/introspect/postgres/catalog.h"
#include "store/introspect/postgres/types.h"
#include "store/introspect/postgres/view_columns.h"

namespace trivet::store::introspect {

namespace {

using schema::DefaultKind;
using schema::ReferentialAction;
using schema::ScalarType;

// Tables, views and materialised views that no extension made; not the partitions of another table.
constexpr const char* tables_sql = R"(
SELECT c.oid, {c}, c.relkind IN ('v', 'm'), coalesce(obj_description(c.oid, 'pg_class'), ''), c.relrowsecurity
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relkind IN ('v', 'm'), c.relname COLLATE "C", n.nspname COLLATE "C")";

constexpr const char* columns_sql = R"(
SELECT {c}, a.attname, coalesce(e.typname, t.typname), coalesce(e.typtype, t.typtype),
       format_type(coalesce(e.oid, t.oid), a.atttypmod), a.atttypmod, t.typcategory = 'A' AND e.oid IS NOT NULL,
       a.attnotnull, coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity, a.attgenerated,
       coalesce(col_description(c.oid, a.attnum), ''), coalesce(en.nspname, tn.nspname)
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_type AS t ON t.oid = a.atttypid JOIN pg_namespace AS tn ON tn.oid = t.typnamespace
  LEFT JOIN pg_type AS e ON e.oid = t.typelem AND t.typcategory = 'A'
  LEFT JOIN pg_namespace AS en ON en.oid = e.typnamespace
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE n.nspname = ANY ($1::text[]) AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.relname, n.nspname, a.attnum)";

constexpr const char* enums_sql = R"(
SELECT {t}, e.enumlabel, coalesce(obj_description(t.oid, 'pg_type'), '')
FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace JOIN pg_enum AS e ON e.enumtypid = t.oid
WHERE n.nspname = ANY ($1::text[])
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY t.typname COLLATE "C", n.nspname COLLATE "C", e.enumsortorder)";

// A row for each column of each key; a column that isn't one (an expression) has no name.
constexpr const char* indexes_sql = R"(
SELECT {c}, i.relname, x.indisprimary, x.indisunique, coalesce(pg_get_expr(x.indpred, x.indrelid), ''), m.amname,
       coalesce(a.attname, ''), x.indoption[k.n - 1] & 1, o.opcname, o.opcdefault
FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_am AS m ON m.oid = i.relam
  CROSS JOIN LATERAL generate_series(1, x.indnkeyatts) AS k(n)
  LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = x.indkey[k.n - 1] AND x.indkey[k.n - 1] <> 0
  JOIN pg_opclass AS o ON o.oid = x.indclass[k.n - 1]
WHERE n.nspname = ANY ($1::text[]) AND x.indisvalid
ORDER BY c.relname, n.nspname, i.relname COLLATE "C", k.n)";

constexpr const char* foreign_keys_sql = R"(
SELECT {c}, f.conname, a.attname, {p}, b.attname, f.confdeltype, f.confupdtype, pn.nspname = ANY ($1::text[])
FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_class AS p ON p.oid = f.confrelid JOIN pg_namespace AS pn ON pn.oid = p.relnamespace
  CROSS JOIN LATERAL generate_subscripts(f.conkey, 1) AS k(n)
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = f.conkey[k.n]
  JOIN pg_attribute AS b ON b.attrelid = p.oid AND b.attnum = f.confkey[k.n]
WHERE n.nspname = ANY ($1::text[]) AND f.contype = 'f' AND f.conparentid = 0
ORDER BY c.relname, n.nspname, f.conname COLLATE "C", k.n)";

// Whether all writes go through it by itself (bits of UPDATE, INSERT and DELETE), and the tree of its query. A view is made
// after what it reads.
constexpr const char* views_sql = R"(
SELECT c.oid, {c}, pg_relation_is_updatable(c.oid, false) & 28 = 28, r.ev_action
FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('v', 'm') AND r.rulename = '_RETURN' ORDER BY c.relname COLLATE "C")";

constexpr const char* numbers_sql = R"(
SELECT c.oid, a.attnum, {c}, a.attname
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::text[]) AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f'))";

constexpr const char* constraints_sql = R"(
SELECT {c}, pg_get_constraintdef(f.oid)
FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::text[]) AND f.contype IN ('c', 'x') AND f.conislocal AND NOT c.relispartition
ORDER BY c.relname COLLATE "C", f.conname COLLATE "C")";

bool is_true(const std::string& cell) { return cell == "t"; }

ReferentialAction action_of(const std::string& letter) {
  if (letter == "c") return ReferentialAction::cascade;
  if (letter == "r") return ReferentialAction::restrict;
  if (letter == "n") return ReferentialAction::set_null;
  if (letter == "d") return ReferentialAction::set_default;
  return ReferentialAction::no_action;
}

std::string method_of(const std::string& name) {
  static constexpr std::pair<std::string_view, std::string_view> methods[] = {
      {"hash", "Hash"}, {"gin", "Gin"}, {"gist", "Gist"}, {"spgist", "SpGist"}, {"brin", "Brin"}};
  for (const auto& [database, schema] : methods)
    if (name == database) return std::string(schema);
  return {};
}

struct Mark {
  std::string_view mark;
  std::string_view place;
  std::string_view name;
};
constexpr std::array<Mark, 3> marks = {{{"{c}", "n.nspname", "c.relname"},
                                        {"{p}", "pn.nspname", "p.relname"},
                                        {"{t}", "n.nspname", "t.typname"}}};

// Of an array's text.
std::string array_item(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

class Reader {
 public:
  // Several schemas, or the one.
  Reader(Catalog& catalog, std::vector<std::string> schemas, const std::string& schema) : catalog_(catalog), only_(schema) {
    live_.provider = schema::Provider::postgresql;
    live_.schemas = std::move(schemas);
    list_ = "{";
    for (const std::string& name : live_.schemas.empty() ? std::vector{schema} : live_.schemas)
      list_ += (list_.size() > 1 ? "," : "") + array_item(name);
    list_ += "}";
  }

  result<LiveDatabase> read() {
    TRIVET_CHECK(read_tables());
    TRIVET_CHECK(read_enums());
    TRIVET_CHECK(read_columns());
    TRIVET_CHECK(read_indexes());
    TRIVET_CHECK(read_foreign_keys());
    TRIVET_CHECK(read_views());
    TRIVET_CHECK(warn_of_constraints());
    return std::move(live_);
  }

 private:
  // With names of things as this description has them where the text has {c}, {p} and {t}.
  result<std::vector<CatalogRow>> query(std::string_view text) {
    std::string sql(text);
    for (const auto& [mark, place, name] : marks)
      for (size_t at = sql.find(mark); at != sql.npos; at = sql.find(mark, at))
        sql.replace(at, mark.size(),
                    live_.schemas.empty() ? std::string(name) : std::string(place) + " || U&'\\001F' || " + std::string(name));
    return catalog_.query(sql.c_str(), list_);
  }

  [[nodiscard]] LiveTable* find(const std::string& name) {
    const int at = live_.find_table(name);
    return at < 0 ? nullptr : &live_.tables[at];
  }

  void warn(const std::string& table, std::string_view text) {
    live_.warnings.push_back("table \"" + schema::told_name(table) + "\": " + std::string(text));
  }

  result<void> read_tables() {
    TRIVET_TRY(const auto rows, query(tables_sql));
    for (const CatalogRow& row : rows) {
      const std::string_view name = schema::split_name(row[1]).name;
      if (name == "_prisma_migrations" || name.starts_with("_trivet")) continue;
      LiveTable& table = live_.tables.emplace_back();
      table.name = row[1];
      table.is_view = is_true(row[2]);
      table.comment = row[3];
      if (is_true(row[4])) warn(row[1], "its row security is in force, and not in the schema");
    }
    return {};
  }

  result<void> read_enums() {
    TRIVET_TRY(const auto rows, query(enums_sql));
    for (const CatalogRow& row : rows) {
      if (live_.enums.empty() || live_.enums.back().name != row[0])
        live_.enums.push_back({row[0], row[2], {}});
      live_.enums.back().values.push_back(row[1]);
    }
    return {};
  }

  result<void> read_columns() {
    TRIVET_TRY(const auto rows, query(columns_sql));
    for (const CatalogRow& row : rows) {
      LiveTable* table = find(row[0]);
      if (table == nullptr) continue;
      LiveColumn& column = table->columns.emplace_back();
      column.name = row[1];
      PostgresType type{row[2], row[3], row[4], std::stoi(row[5]), is_true(row[6])};
      // An enum of another schema is nothing that this one knows.
      const std::string known = live_.schemas.empty() ? type.name : schema::place_name({row[12], type.name});
      if (type.category == "e" && (!is_here(row[12]) || live_.find_enum(known) < 0)) type.category = "d";
      if (type.category == "e") type.name = known;
      set_postgres_type(type, column);
      column.required = is_true(row[7]);
      column.comment = row[11];
      set_default(row, column);
    }
    return {};
  }

  // Whether it is one of several schemas; or the one of the table.
  [[nodiscard]] bool is_here(const std::string& schema) const {
    if (!live_.schemas.empty()) return std::ranges::find(live_.schemas, schema) != live_.schemas.end();
    return schema == only_;
  }

  static void set_default(const CatalogRow& row, LiveColumn& column) {
    column.default_value = postgres_default(column, row[8]);
    if (!row[9].empty()) column.default_value.kind = DefaultKind::autoincrement;
    if (row[10] == "s") {
      column.default_value.kind = DefaultKind::dbgenerated;
      column.default_value.sql = "GENERATED ALWAYS AS (" + row[8] + ") STORED";
    }
    const bool counts = column.type == ScalarType::int_ || column.type == ScalarType::bigint;
    if (column.default_value.kind == DefaultKind::autoincrement && !counts)
      column.default_value.kind = DefaultKind::dbgenerated;
  }

  result<void> read_indexes() {
    TRIVET_TRY(const auto rows, query(indexes_sql));
    for (size_t at = 0; at < rows.size();) {
      size_t end = at;
      while (end < rows.size() && rows[end][0] == rows[at][0] && rows[end][1] == rows[at][1]) ++end;
      if (LiveTable* table = find(rows[at][0]); table != nullptr && !table->is_view)
        add_index(*table, std::span(rows).subspan(at, end - at));
      at = end;
    }
    return {};
  }

  static void add_index(LiveTable& table, std::span<const CatalogRow> rows) {
    const CatalogRow& first = rows.front();
    if (is_true(first[2])) {
      table.primary_key_name = first[1];
      for (const CatalogRow& row : rows) table.primary_key.push_back(row[6]);
      return;
    }
    LiveIndex index;
    index.name = first[1];
    index.unique = is_true(first[3]);
    index.where_sql = first[4];
    index.method = method_of(first[5]);
    for (const CatalogRow& row : rows) {
      if (row[6].empty()) return;  // over an expression
      LiveIndexColumn& column = index.columns.emplace_back();
      column.name = row[6];
      column.descending = row[7] == "1";
      if (!is_true(row[9])) column.ops = "raw(\"" + row[8] + "\")";
    }
    table.indexes.push_back(std::move(index));
  }

  result<void> read_foreign_keys() {
    TRIVET_TRY(const auto rows, query(foreign_keys_sql));
    for (size_t at = 0; at < rows.size();) {
      const CatalogRow& row = rows[at];
      LiveForeignKey key{row[1], {}, row[3], {}, action_of(row[5]), action_of(row[6])};
      for (; at < rows.size() && rows[at][0] == row[0] && rows[at][1] == row[1]; ++at) {
        key.columns.push_back(rows[at][2]);
        key.to_columns.push_back(rows[at][4]);
      }
      add_foreign_key(row, std::move(key));
    }
    return {};
  }

  void add_foreign_key(const CatalogRow& row, LiveForeignKey key) {
    LiveTable* table = find(row[0]);
    if (table == nullptr) return;
    LiveTable* parent = is_true(row[7]) ? find(key.table) : nullptr;
    if (parent == nullptr || !has_one_type(*table, *parent, key))
      return warn(table->name, "the foreign key " + key.name +
                                   " is no relation: its target is elsewhere or of another type");
    const bool known = std::ranges::any_of(table->foreign_keys, [&](const LiveForeignKey& other) {
      return other.columns == key.columns && other.table == key.table &&
             other.to_columns == key.to_columns;
    });
    // Setting a required column to null fails, as NO ACTION does.
    const bool required = std::ranges::any_of(key.columns, [&](const std::string& name) {
      return table->columns[table->find_column(name)].required;
    });
    if (required && key.on_delete == ReferentialAction::set_null)
      key.on_delete = ReferentialAction::no_action;
    if (required && key.on_update == ReferentialAction::set_null)
      key.on_update = ReferentialAction::no_action;
    if (!known) table->foreign_keys.push_back(std::move(key));
  }

  static bool has_one_type(const LiveTable& table, const LiveTable& parent,
                           const LiveForeignKey& key) {
    for (size_t i = 0; i < key.columns.size(); ++i) {
      const int from = table.find_column(key.columns[i]);
      const int to = parent.find_column(key.to_columns[i]);
      if (from < 0 || to < 0 || table.columns[from].type != parent.columns[to].type ||
          table.columns[from].type == ScalarType::unsupported)
        return false;
    }
    return true;
  }

  using Place = std::pair<std::string, int>;  // oid of a table, number of its column
  struct NamedPlace {
    std::string table;
    std::string column;
  };

  // What a view shows as it is has the keys that it has below, through views of views too.
  result<void> read_views() {
    TRIVET_TRY(const auto views, query(views_sql));
    if (views.empty()) return {};
    TRIVET_TRY(const auto numbers, query(numbers_sql));
    std::map<Place, NamedPlace> names;
    for (const CatalogRow& row : numbers) names[{row[0], std::stoi(row[1])}] = {row[2], row[3]};
    std::map<Place, Place> origins;
    for (const CatalogRow& row : views)
      for (ViewColumn& column : view_columns(row[3]))
        origins[{row[0], column.number}] = {std::move(column.table), column.table_number};
    for (const CatalogRow& row : views) {
      LiveTable* view = find(row[1]);
      if (view == nullptr) continue;
      const ViewRows rows = is_true(row[2]) ? ViewRows::of_base : ViewRows::any;
      for (const auto& [base, from] : columns_below(row[0], origins, names))
        inherit_keys(*find(base), from, rows, *view);
    }
    return {};
  }

  // By table: the view's column for each of the table's, or an empty name.
  std::map<std::string, std::vector<std::string>> columns_below(const std::string& view,
                                                                const std::map<Place, Place>& origins,
                                                                const std::map<Place, NamedPlace>& names) {
    std::map<std::string, std::vector<std::string>> below;
    for (auto at = origins.lower_bound({view, 0}); at != origins.end() && at->first.first == view; ++at) {
      Place place = at->second;
      for (auto next = origins.find(place); next != origins.end(); next = origins.find(place)) place = next->second;
      const auto own = names.find(at->first);
      const auto found = names.find(place);
      if (own == names.end() || found == names.end()) continue;
      const LiveTable* base = find(found->second.table);
      if (base == nullptr || base->is_view) continue;
      const int column = base->find_column(found->second.column);
      std::vector<std::string>& from = below[base->name];
      from.resize(base->columns.size());
      if (column >= 0 && from[static_cast<size_t>(column)].empty())
        from[static_cast<size_t>(column)] = own->second.column;
    }
    return below;
  }

  result<void> warn_of_constraints() {
    TRIVET_TRY(const auto rows, query(constraints_sql));
    for (const CatalogRow& row : rows)
      if (find(row[0]) != nullptr) warn(row[0], row[1] + " is in force, and not in the schema");
    return {};
  }

  Catalog& catalog_;
  std::string only_;  // schema, where there aren't several
  std::string list_;  // of schemas, as an array's text
  LiveDatabase live_;
};

}  // namespace

result<LiveDatabase> read_postgres(const std::string& url, const std::vector<std::string>& schemas) {
  const PostgresUrl split = split_url(url);
  TRIVET_TRY(const auto catalog, Catalog::open(split.url));
  return Reader(*catalog, schemas, split.schema).read();
}

}  // namespace trivet::store::introspect
