#include "store/postgres/layout/difference.h"

#include <algorithm>

#include "store/postgres/layout/ddl.h"
#include "store/postgres/layout/losses.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {

namespace {

using sql::quote_identifier;
using sql::quote_literal;

// Tables that belong to tools and not to the schema.
bool is_of_tool(const std::string& table) {
  const std::string_view name = schema::split_name(table).name;
  return name == "_prisma_migrations" || name.starts_with("_trivet");
}

std::string column_text(const LayoutColumn& column) {
  std::string type = column.type;
  if (column.counts_up)
    type = type == "bigint" ? "BIGSERIAL" : type == "smallint" ? "SMALLSERIAL" : "SERIAL";
  std::string text = quote_identifier(column.name) + " " + type;
  if (column.required) text += " NOT NULL";
  if (!column.default_sql.empty()) text += default_clause(column.default_sql);
  return text;
}

std::string create_table(const LayoutTable& table) {
  std::string text = "CREATE TABLE " + quote_identifier(table.name) + " (";
  for (size_t i = 0; i < table.columns.size(); ++i)
    text += (i == 0 ? "\n    " : ",\n    ") + column_text(table.columns[i]);
  if (!table.primary_key.name.empty())
    text += ",\n    CONSTRAINT " + quote_identifier(table.primary_key.name) + " " +
            table.primary_key.definition;
  return text + "\n)";
}

std::string create_index(const LayoutTable& table, const LayoutIndex& index) {
  return std::string(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") +
         quote_identifier(index.name) + " ON " + quote_identifier(table.name) + " " +
         index.definition;
}

// Whatever it is called, it does the same.
bool same_index(const LayoutIndex& left, const LayoutIndex& right) {
  return left.unique == right.unique && left.definition == right.definition;
}

template <class Item, class Same>
bool has_like(const std::vector<Item>& items, const Item& wanted, Same same) {
  return std::ranges::any_of(items, [&](const Item& item) { return same(item, wanted); });
}

bool same_constraint(const LayoutConstraint& left, const LayoutConstraint& right) {
  return left.definition == right.definition;
}

// Join tables of older Prisma versions have a unique index where newer ones have the key.
bool is_key_as_index(const LayoutTable& from, const LayoutTable& to) {
  if (!from.primary_key.name.empty() || !to.primary_key.name.ends_with("_AB_pkey")) return false;
  return std::ranges::any_of(from.indexes, [](const LayoutIndex& index) {
    return index.unique && index.name.ends_with("_AB_unique");
  });
}

class Differ {
 public:
  Differ(Session& session, const Difference& difference, Migration& migration)
      : from_(difference.from),
        to_(difference.to),
        extras_(difference.extras),
        migration_(migration),
        losses_(session, migration.losses) {}

  result<void> run() {
    for (const LayoutEnum& type : to_.enums) TRIVET_CHECK(add_enum(type));
    for (const LayoutTable& table : to_.tables)
      if (from_.find_table(table.name) == nullptr) add_table(table);
    for (const LayoutTable& table : to_.tables)
      if (const LayoutTable* old = from_.find_table(table.name))
        TRIVET_CHECK(change_table(*old, table));
    for (const LayoutTable& table : to_.tables) add_foreign_keys(table);
    if (extras_ == Extras::keep) return {};
    for (const LayoutTable& table : from_.tables)
      if (to_.find_table(table.name) == nullptr && !is_of_tool(table.name))
        TRIVET_CHECK(drop_table(table));
    for (const LayoutEnum& type : from_.enums)
      if (to_.find_enum(type.name) == nullptr)
        add("drop enum " + quote_identifier(type.name),
            {"DROP TYPE " + quote_identifier(type.name)});
    return {};
  }

 private:
  void add(std::string title, std::vector<std::string> sql) {
    if (!sql.empty()) migration_.steps.push_back({std::move(title), std::move(sql)});
  }

  static std::string create_enum(const std::string& name, const LayoutEnum& type) {
    std::string text = "CREATE TYPE " + quote_identifier(name) + " AS ENUM (";
    for (size_t i = 0; i < type.values.size(); ++i)
      text += (i == 0 ? "" : ", ") + quote_literal(type.values[i]);
    return text + ")";
  }

  result<void> add_enum(const LayoutEnum& type) {
    const std::string title = " enum " + quote_identifier(type.name);
    const LayoutEnum* old = from_.find_enum(type.name);
    if (old == nullptr) {
      add("create" + title, {create_enum(type.name, type)});
      return {};
    }
    if (old->values == type.values) return {};
    std::vector<std::string> removed;
    std::vector<std::string> left;  // of the new ones, those that were there
    for (const std::string& value : old->values)
      if (std::ranges::find(type.values, value) == type.values.end()) removed.push_back(value);
    for (const std::string& value : type.values)
      if (std::ranges::find(old->values, value) != old->values.end()) left.push_back(value);
    if (extras_ == Extras::keep && left.size() == type.values.size()) return {};
    if (left == old->values && !is_new_default(*old, type)) {
      add("change" + title, add_values(*old, type));
      return {};
    }
    return replace_enum(type, removed);
  }

  // Whether a column's default is a value that the type gets only now: a value can't be used in the
  // transaction that adds it.
  [[nodiscard]] bool is_new_default(const LayoutEnum& old, const LayoutEnum& type) const {
    for (const LayoutTable& table : to_.tables)
      for (const LayoutColumn& column : table.columns)
        for (const std::string& value : type.values)
          if (std::ranges::find(old.values, value) == old.values.end() &&
              column.default_sql.find(quote_literal(value)) != std::string::npos)
            return true;
    return false;
  }

  static std::vector<std::string> add_values(const LayoutEnum& old, const LayoutEnum& type) {
    std::vector<std::string> sql;
    for (size_t i = 0; i < type.values.size(); ++i) {
      if (std::ranges::find(old.values, type.values[i]) != old.values.end()) continue;
      std::string text = "ALTER TYPE " + quote_identifier(type.name) + " ADD VALUE " +
                         quote_literal(type.values[i]);
      if (i > 0)
        text += " AFTER " + quote_literal(type.values[i - 1]);
      else
        text += " BEFORE " + quote_literal(old.values.front());
      sql.push_back(std::move(text));
    }
    return sql;
  }

  // A type of its own with the new values takes the place of the old one.
  result<void> replace_enum(const LayoutEnum& type, const std::vector<std::string>& removed) {
    const std::string name = quote_identifier(type.name);
    const std::string made = quote_identifier(type.name + "_new");
    std::vector<std::string> sql = {create_enum(type.name + "_new", type)};
    for (const LayoutTable& table : from_.tables)
      for (const LayoutColumn& column : table.columns) {
        const bool list = column.type.ends_with("[]");
        if (!is_of_enum(column.type, type.name)) continue;
        TRIVET_CHECK(losses_.begin(table));
        TRIVET_CHECK(losses_.drop_values(column, removed));
        const std::string alter = "ALTER TABLE " + quote_identifier(table.name) + " ALTER COLUMN " +
                                  quote_identifier(column.name);
        const std::string brackets = list ? "[]" : "";
        if (!column.default_sql.empty()) sql.push_back(alter + " DROP DEFAULT");
        sql.push_back(alter + " TYPE " + made + brackets + " USING (" +
                      quote_identifier(column.name) + "::text" + brackets + "::" + made + brackets +
                      ")");
        const LayoutTable* wanted = to_.find_table(table.name);
        const LayoutColumn* kept = wanted == nullptr ? nullptr : wanted->find_column(column.name);
        if (kept != nullptr && !kept->default_sql.empty()) late_defaults_.push_back({&table, kept});
      }
    sql.push_back("DROP TYPE " + name);
    sql.push_back("ALTER TYPE " + made + " RENAME TO " + quote_identifier(schema::split_name(type.name).name));
    for (const auto& [table, column] : late_defaults_)
      sql.push_back("ALTER TABLE " + quote_identifier(table->name) + " ALTER COLUMN " +
                    quote_identifier(column->name) + " SET DEFAULT " + column->default_sql);
    late_defaults_.clear();
    add("replace enum " + name, std::move(sql));
    return {};
  }

  void add_table(const LayoutTable& table) {
    std::vector<std::string> sql = {create_table(table)};
    for (const LayoutIndex& index : table.indexes) sql.push_back(create_index(table, index));
    add("create table " + quote_identifier(table.name), std::move(sql));
  }

  result<void> change_table(const LayoutTable& old, const LayoutTable& table) {
    std::vector<std::string> sql;
    const std::string alter = "ALTER TABLE " + quote_identifier(table.name) + " ";
    TRIVET_CHECK(losses_.begin(old));
    drop_what_hangs(old, table, sql);
    for (const LayoutColumn& column : old.columns) {
      const bool in_nobodys_way =
          extras_ == Extras::keep &&
          (!column.required || column.counts_up || !column.default_sql.empty());
      if (table.find_column(column.name) != nullptr || in_nobodys_way) continue;
      TRIVET_CHECK(losses_.drop_column(column));
      sql.push_back(alter + "DROP COLUMN " + quote_identifier(column.name));
    }
    for (const LayoutColumn& column : table.columns) {
      const LayoutColumn* before = old.find_column(column.name);
      if (before == nullptr) {
        losses_.add_column(column);
        sql.push_back(alter + "ADD COLUMN " + column_text(column));
      } else if (*before != column) {
        TRIVET_CHECK(change_column(table, *before, column, sql));
      }
    }
    const bool same_key =
        old.primary_key.definition == table.primary_key.definition || is_key_as_index(old, table);
    if (!same_key && !table.primary_key.name.empty())
      sql.push_back(alter + "ADD CONSTRAINT " + quote_identifier(table.primary_key.name) + " " +
                    table.primary_key.definition);
    for (const LayoutIndex& index : table.indexes) {
      if (has_like(old.indexes, index, same_index)) continue;
      TRIVET_CHECK(losses_.add_unique(index));
      sql.push_back(create_index(table, index));
    }
    add("change table " + quote_identifier(table.name), std::move(sql));
    return {};
  }

  // Constraints and indexes that the table shall not have any more.
  void drop_what_hangs(const LayoutTable& old, const LayoutTable& table,
                       std::vector<std::string>& sql) {
    const std::string drop = "ALTER TABLE " + quote_identifier(table.name) + " DROP CONSTRAINT ";
    const bool key_goes = old.primary_key.definition != table.primary_key.definition &&
                          !old.primary_key.name.empty() && !is_key_as_index(old, table);
    if (extras_ == Extras::drop) {
      for (const LayoutConstraint& key : old.foreign_keys)
        if (!has_like(table.foreign_keys, key, same_constraint))
          sql.push_back(drop + quote_identifier(key.name));
      for (const LayoutIndex& index : old.indexes) {
        if (has_like(table.indexes, index, same_index)) continue;
        if (is_key_as_index(old, table) && index.name.ends_with("_AB_unique")) continue;
        sql.push_back(index.of_constraint ? drop + quote_identifier(index.name)
                                          : "DROP INDEX " + quote_identifier(schema::place_name(
                                                               {schema::split_name(table.name).db_schema, index.name})));
      }
    }
    if (key_goes) sql.push_back(drop + quote_identifier(old.primary_key.name) + " CASCADE");
  }

  result<void> change_column(const LayoutTable& table, const LayoutColumn& from,
                             const LayoutColumn& to, std::vector<std::string>& sql) {
    TRIVET_CHECK(losses_.change_column(from, to));
    const std::string name = quote_identifier(to.name);
    const std::string alter =
        "ALTER TABLE " + quote_identifier(table.name) + " ALTER COLUMN " + name + " ";
    const bool new_type = from.type != to.type;
    const bool had_default = !from.default_sql.empty() || (from.counts_up && !to.counts_up);
    const bool new_default = from.default_sql != to.default_sql || new_type;
    if (had_default && new_default) sql.push_back(alter + "DROP DEFAULT");
    if (new_type)
      sql.push_back(alter + "TYPE " + to.type + " USING (" + name + "::text::" + to.type + ")");
    if (!to.default_sql.empty() && new_default)
      sql.push_back(alter + "SET DEFAULT " + to.default_sql);
    if (to.counts_up && !from.counts_up) {
      const std::string sequence = quote_identifier(table.name + "_" + to.name + "_seq");
      sql.push_back("CREATE SEQUENCE " + sequence + " OWNED BY " + quote_identifier(table.name) +
                    "." + name);
      sql.push_back("SELECT setval(" + quote_literal(sequence) + ", greatest(max(" + name +
                    "), 1), max(" + name + ") IS NOT NULL) FROM " + quote_identifier(table.name));
      sql.push_back(alter + "SET DEFAULT nextval(" + quote_literal(sequence) + ")");
    }
    if (from.required != to.required)
      sql.push_back(alter + (to.required ? "SET NOT NULL" : "DROP NOT NULL"));
    return {};
  }

  void add_foreign_keys(const LayoutTable& table) {
    const LayoutTable* old = from_.find_table(table.name);
    std::vector<std::string> sql;
    for (const LayoutConstraint& key : table.foreign_keys)
      if (old == nullptr || !has_like(old->foreign_keys, key, same_constraint))
        sql.push_back("ALTER TABLE " + quote_identifier(table.name) + " ADD CONSTRAINT " +
                      quote_identifier(key.name) + " " + key.definition);
    add("add foreign keys of table " + quote_identifier(table.name), std::move(sql));
  }

  result<void> drop_table(const LayoutTable& table) {
    TRIVET_CHECK(losses_.begin(table));
    losses_.drop_table();
    add("drop table " + quote_identifier(table.name),
        {"DROP TABLE " + quote_identifier(table.name) + " CASCADE"});
    return {};
  }

  const Layout& from_;
  const Layout& to_;
  const Extras extras_;
  Migration& migration_;
  LossFinder losses_;
  std::vector<std::pair<const LayoutTable*, const LayoutColumn*>> late_defaults_;
};

}  // namespace

result<void> add_differences(Session& session, const Difference& difference, Migration& migration) {
  return Differ(session, difference, migration).run();
}

}  // namespace trivet::store::postgres
