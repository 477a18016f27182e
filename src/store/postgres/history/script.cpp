#include "store/postgres/history/script.h"

#include <algorithm>
#include <set>

#include "store/postgres/history/compare.h"
#include "store/postgres/layout/ddl.h"
#include "store/postgres/layout/describe.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

using sql::ColumnChange;
using sql::EnumChange;
using sql::NameChange;
using sql::quote_identifier;
using sql::quote_literal;
using sql::TableChange;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quote_identifier(name);
  return text;
}

bool holds(const std::vector<std::string>& values, const std::string& value) {
  return std::ranges::find(values, value) != values.end();
}

std::string serial_type(const std::string& type) {
  if (type == "bigint") return "BIGSERIAL";
  return type == "smallint" ? "SMALLSERIAL" : "SERIAL";
}

std::string column_text(const ColumnDescription& column) {
  const bool from_sequence = column.autoincrement && column.default_sql.empty();
  std::string text = quote_identifier(column.name) + " " +
                     (from_sequence ? serial_type(column.type) : column.type);
  if (column.required) text += " NOT NULL";
  if (column.default_sql.empty()) return text;
  return text + (column.autoincrement ? " " + column.default_sql
                                      : default_clause(column.default_sql));
}

std::string create_index(const std::string& table, const IndexDescription& index) {
  std::string text = std::string(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") +
                     quote_identifier(index.name) + " ON " + quote_identifier(table);
  if (!index.method.empty()) text += " USING " + index.method + " ";
  text += "(";
  for (size_t i = 0; i < index.columns.size(); ++i) {
    const IndexColumnDescription& column = index.columns[i];
    text += (i == 0 ? "" : ", ") +
            (column.is_expression ? column.name : quote_identifier(column.name)) +
            (column.options.empty() ? "" : " " + column.options);
  }
  text += ")" + index.extra;
  return index.where_sql.empty() ? text : text + " WHERE " + index.where_sql;
}

std::string add_key(const std::string& table, const ForeignKeyDescription& key) {
  return "ALTER TABLE " + quote_identifier(table) + " ADD CONSTRAINT " +
         quote_identifier(key.name) + " FOREIGN KEY (" + joined(key.columns) + ") REFERENCES " +
         quote_identifier(key.table) + "(" + joined(key.to_columns) + ") ON DELETE " +
         key.on_delete + " ON UPDATE " + key.on_update;
}

bool is_of_type(const ColumnDescription& column, const std::string& type) {
  return is_of_enum(column.type, type);
}

std::string unplaced(const std::string& name) { return quote_identifier(schema::split_name(name).name); }

// An index is in the schema of its table.
std::string index_name(const std::string& table, const std::string& index) {
  return quote_identifier(schema::place_name({schema::split_name(table).db_schema, index}));
}

// Such a column is dropped and made anew, since its expression can't be changed.
bool is_made_anew(const ColumnChange& column) {
  const bool concerns = sql::is_generated(*column.from) || sql::is_generated(*column.to);
  return concerns && (column.from->default_sql != column.to->default_sql ||
                      column.from->type != column.to->type);
}

struct OwnedKey {
  const TableDescription* table;
  const ForeignKeyDescription* key;
};

class ScriptWriter {
 public:
  explicit ScriptWriter(const sql::LayoutDiff& diff) : diff_(diff) {}

  std::string write() {
    create_schemas();
    for (const sql::Rename& change : diff_.renames) rename(change);
    find_keys_in_the_way();
    drop_keys();
    for (const EnumChange& change : diff_.enums) begin_enum(change);
    each(&ScriptWriter::drop_indexes);
    each(&ScriptWriter::rename_parts);
    each(&ScriptWriter::alter);
    for (const TableChange& change : diff_.changes)
      if (change.kind == TableChange::Kind::drop)
        section("DropTable", "DROP TABLE " + quote_identifier(change.from->name));
    for (const EnumChange& change : diff_.enums)
      if (change.to == nullptr)
        section("DropEnum", "DROP TYPE " + quote_identifier(change.from->name));
    for (const TableChange& change : diff_.changes)
      if (change.kind == TableChange::Kind::create)
        section("CreateTable", render_create_table(*change.to));
    for (const TableChange& change : diff_.changes) create_indexes(change);
    add_keys();
    return std::move(script_);
  }

 private:
  void heading(std::string_view text) {
    if (!script_.empty()) script_ += '\n';
    script_ += "-- ";
    script_ += text;
    script_ += '\n';
  }
  void statement(const std::string& text) { script_ += text + ";\n"; }
  void section(std::string_view title, const std::string& text) {
    heading(title);
    statement(text);
  }
  void each(void (ScriptWriter::*part)(const TableChange&)) {
    for (const TableChange& change : diff_.changes)
      if (change.kind == TableChange::Kind::alter) (this->*part)(change);
  }

  // Those of what is made that nothing was in before.
  void create_schemas() {
    std::set<std::string, std::less<>> known{""};
    for (const TableDescription& table : diff_.from->tables) known.emplace(schema::split_name(table.name).db_schema);
    for (const EnumDescription& type : diff_.from->enums) known.emplace(schema::split_name(type.name).db_schema);
    const auto create = [&](const std::string& name) {
      const std::string_view place = schema::split_name(name).db_schema;
      if (known.emplace(place).second)
        section("CreateSchema", "CREATE SCHEMA IF NOT EXISTS " + quote_identifier(place));
    };
    for (const TableDescription& table : diff_.to->tables) create(table.name);
    for (const EnumDescription& type : diff_.to->enums) create(type.name);
  }

  void rename(const sql::Rename& change) {
    section(change.column.empty() ? "RenameTable" : "RenameColumn",
            "ALTER TABLE " + quote_identifier(change.table) + " RENAME " +
                (change.column.empty() ? "" : "COLUMN " + quote_identifier(change.column) + " ") +
                "TO " + (change.column.empty() ? unplaced(change.to) : quote_identifier(change.to)));
  }

  [[nodiscard]] const TableChange* change_of(const std::string& table) const {
    const auto found = std::ranges::find_if(diff_.changes, [&](const TableChange& change) {
      return change.from != nullptr && change.from->name == table;
    });
    return found == diff_.changes.end() ? nullptr : &*found;
  }

  // Whether the type of one of these columns changes.
  [[nodiscard]] bool changes_type(const std::string& table,
                                  const std::vector<std::string>& columns) const {
    const TableChange* const change = change_of(table);
    return change != nullptr &&
           std::ranges::any_of(change->changed_columns, [&](const ColumnChange& column) {
             return column.from->type != column.to->type && holds(columns, column.from->name);
           });
  }

  // Foreign keys that go; and those that stay, but only come back once their columns are changed.
  void find_keys_in_the_way() {
    for (const TableDescription& table : diff_.from->tables) {
      const TableChange* const change = change_of(table.name);
      for (const ForeignKeyDescription& key : table.foreign_keys) {
        const bool goes = change != nullptr && (change->to == nullptr || is_dropped(*change, key));
        const TableChange* const target = change_of(key.table);
        const bool is_touched = changes_type(table.name, key.columns) ||
                                changes_type(key.table, key.to_columns) ||
                                (target != nullptr && target->new_primary_key);
        if (goes || is_touched) dropped_.push_back({&table, &key});
        if (!goes && is_touched) restored_.push_back({&table, &key});
      }
    }
  }

  static bool is_dropped(const TableChange& change, const ForeignKeyDescription& key) {
    return std::ranges::any_of(change.dropped_keys, [&](const ForeignKeyDescription& dropped) {
      return dropped.name == key.name;
    });
  }

  void drop_keys() {
    for (const OwnedKey& key : dropped_)
      section("DropForeignKey", "ALTER TABLE " + quote_identifier(key.table->name) +
                                    " DROP CONSTRAINT " + quote_identifier(key.key->name));
  }

  void add_keys() {
    for (const OwnedKey& key : restored_)
      section("AddForeignKey", add_key(key.table->name, renamed_key(key)));
    for (const TableChange& change : diff_.changes) {
      if (change.to == nullptr) continue;
      const auto& keys = change.kind == TableChange::Kind::create ? change.to->foreign_keys
                                                                  : change.added_keys;
      for (const ForeignKeyDescription& key : keys)
        section("AddForeignKey", add_key(change.to->name, key));
    }
  }

  // What comes back does so under its new name.
  [[nodiscard]] ForeignKeyDescription renamed_key(const OwnedKey& key) const {
    ForeignKeyDescription made = *key.key;
    if (const TableChange* const change = change_of(key.table->name))
      for (const NameChange& name : change->renamed)
        if (name.kind == NameChange::Kind::constraint && name.from == made.name) made.name = name.to;
    return made;
  }

  void begin_enum(const EnumChange& change) {
    if (change.to == nullptr) return;
    if (change.from == nullptr)
      return section("CreateEnum", render_create_enum(change.to->name, *change.to));
    std::vector<std::string> kept;  // in the new order
    for (const std::string& value : change.to->values)
      if (holds(change.from->values, value)) kept.push_back(value);
    heading("AlterEnum");
    if (kept == change.from->values && !is_new_default(change))
      add_values(change);
    else
      replace_enum(change);
  }

  // A value can't be used in the transaction that adds it to a type which was there before.
  [[nodiscard]] bool is_new_default(const EnumChange& change) const {
    for (const TableDescription& table : diff_.to->tables)
      for (const ColumnDescription& column : table.columns)
        for (const std::string& value : change.to->values)
          if (!holds(change.from->values, value) && is_of_type(column, change.to->name) &&
              column.default_sql.find(quote_literal(value)) != std::string::npos)
            return true;
    return false;
  }

  void add_values(const EnumChange& change) {
    const std::vector<std::string>& values = change.to->values;
    for (size_t i = 0; i < values.size(); ++i) {
      if (holds(change.from->values, values[i])) continue;
      statement("ALTER TYPE " + quote_identifier(change.to->name) + " ADD VALUE " +
                quote_literal(values[i]) +
                (i > 0 ? " AFTER " + quote_literal(values[i - 1])
                       : " BEFORE " + quote_literal(change.from->values.front())));
    }
  }

  // A type of its own with the new values takes the place of the old one.
  void replace_enum(const EnumChange& change) {
    const std::string name = quote_identifier(change.to->name);
    const std::string made = quote_identifier(change.to->name + "_new");
    statement(render_create_enum(change.to->name + "_new", *change.to));
    for (const TableDescription& table : diff_.from->tables)
      for (const ColumnDescription& column : table.columns)
        if (is_of_type(column, change.to->name)) convert(table, column, made);
    statement("DROP TYPE " + name);
    statement("ALTER TYPE " + made + " RENAME TO " + unplaced(change.to->name));
    for (const TableDescription& table : diff_.from->tables)
      for (const ColumnDescription& column : table.columns)
        if (is_of_type(column, change.to->name)) restore_default(table, column, *change.to);
  }

  void convert(const TableDescription& table, const ColumnDescription& column,
               const std::string& made) {
    const std::string brackets = column.type.ends_with("[]") ? "[]" : "";
    const std::string name = quote_identifier(column.name);
    const std::string alter = "ALTER COLUMN " + name;
    statement("ALTER TABLE " + quote_identifier(table.name) + " " +
              (column.default_sql.empty() ? "" : alter + " DROP DEFAULT, ") + alter + " TYPE " +
              made + brackets + " USING (" + name + "::text" + brackets + "::" + made + brackets +
              ")");
  }

  // A default that the new table keeps; one that changes is set where the table is altered.
  void restore_default(const TableDescription& table, const ColumnDescription& column,
                       const EnumDescription& type) {
    if (column.default_sql.empty()) return;
    const TableDescription* const wanted = diff_.to->find_table(table.name);
    const ColumnDescription* const to =
        wanted == nullptr ? nullptr : wanted->find_column(column.name);
    if (to == nullptr || to->default_sql.empty() || !is_of_type(*to, type.name)) return;
    statement("ALTER TABLE " + quote_identifier(table.name) + " ALTER COLUMN " +
              quote_identifier(column.name) + " SET DEFAULT " + to->default_sql);
  }

  void drop_indexes(const TableChange& change) {
    for (const IndexDescription& index : change.dropped_indexes)
      section("DropIndex", index.of_constraint ? "ALTER TABLE " +
                                                     quote_identifier(change.from->name) +
                                                     " DROP CONSTRAINT " +
                                                     quote_identifier(index.name)
                                               : "DROP INDEX " + index_name(change.from->name, index.name));
  }

  void rename_parts(const TableChange& change) {
    for (const NameChange& name : change.renamed) {
      const bool is_back_later = std::ranges::any_of(restored_, [&](const OwnedKey& key) {
        return key.table == change.from && key.key->name == name.from;
      });
      if (is_back_later) continue;
      const std::string to = " TO " + quote_identifier(name.to);
      if (name.kind == NameChange::Kind::index)
        section("RenameIndex", "ALTER INDEX " + index_name(change.to->name, name.from) + " RENAME" + to);
      else
        section("RenameConstraint", "ALTER TABLE " + quote_identifier(change.to->name) +
                                        " RENAME CONSTRAINT " + quote_identifier(name.from) + to);
    }
  }

  void alter(const TableChange& change) {
    std::vector<std::string> clauses;
    if (change.new_primary_key && !change.from->primary_key_name.empty())
      clauses.push_back("DROP CONSTRAINT " + quote_identifier(change.from->primary_key_name));
    // What is computed from others goes before them.
    for (const bool computed : {true, false})
      for (const ColumnDescription& column : change.from->columns)
        if (sql::is_generated(column) == computed && change.to->find_column(column.name) == nullptr)
          clauses.push_back("DROP COLUMN " + quote_identifier(column.name));
    for (const ColumnDescription& column : change.added_columns)
      clauses.push_back("ADD COLUMN " + column_text(column));
    std::vector<std::string> sequences;
    for (const ColumnChange& column : change.changed_columns)
      change_column(*change.to, column, clauses, sequences);
    if (change.new_primary_key && !change.to->primary_key.empty())
      clauses.push_back("ADD CONSTRAINT " + quote_identifier(change.to->primary_key_name) +
                        " PRIMARY KEY (" + joined(change.to->primary_key) + ")");
    if (clauses.empty()) return;
    heading("AlterTable");
    for (const std::string& text : sequences) statement(text);
    std::string text = "ALTER TABLE " + quote_identifier(change.to->name) + " ";
    for (size_t i = 0; i < clauses.size(); ++i) text += (i == 0 ? "" : ",\n") + clauses[i];
    statement(text);
  }

  static void change_column(const TableDescription& table, const ColumnChange& column,
                            std::vector<std::string>& clauses,
                            std::vector<std::string>& sequences) {
    const ColumnDescription& from = *column.from;
    const ColumnDescription& to = *column.to;
    const std::string name = quote_identifier(to.name);
    if (is_made_anew(column)) {
      clauses.push_back("DROP COLUMN " + name);
      clauses.push_back("ADD COLUMN " + column_text(to));
      return;
    }
    const std::string alter = "ALTER COLUMN " + name + " ";
    const bool new_type = from.type != to.type;
    const bool stops_counting = from.autoincrement && !to.autoincrement;
    const bool new_default = from.default_sql != to.default_sql || new_type;
    if (stops_counting && !from.default_sql.empty())
      clauses.push_back(alter + "DROP IDENTITY");
    else if (stops_counting || (!from.autoincrement && !from.default_sql.empty() && new_default))
      clauses.push_back(alter + "DROP DEFAULT");
    if (new_type)
      clauses.push_back(alter + "SET DATA TYPE " + to.type +
                        (is_widened(from.type, to.type)
                             ? ""
                             : " USING (" + name + "::text::" + to.type + ")"));
    if (!to.autoincrement && !to.default_sql.empty() && new_default)
      clauses.push_back(alter + "SET DEFAULT " + to.default_sql);
    if (to.autoincrement && !from.autoincrement) {
      const std::string sequence = quote_identifier(table.name + "_" + to.name + "_seq");
      sequences.push_back("CREATE SEQUENCE " + sequence + " AS " + to.type);
      sequences.push_back("SELECT setval(" + quote_literal(sequence) + ", greatest(max(" + name +
                          "), 1), max(" + name + ") IS NOT NULL) FROM " +
                          quote_identifier(table.name));
      sequences.push_back("ALTER SEQUENCE " + sequence + " OWNED BY " +
                          quote_identifier(table.name) + "." + name);
      clauses.push_back(alter + "SET DEFAULT nextval(" + quote_literal(sequence) + ")");
    }
    if (from.required != to.required)
      clauses.push_back(alter + (to.required ? "SET NOT NULL" : "DROP NOT NULL"));
  }

  void create_indexes(const TableChange& change) {
    if (change.to == nullptr) return;
    if (change.kind == TableChange::Kind::create) {
      for (const IndexDescription& index : change.to->indexes)
        section("CreateIndex", create_index(change.to->name, index));
      return;
    }
    for (const IndexDescription& index : change.to->indexes)
      if (is_among(change.added_indexes, index.name) || went_with_column(change, index))
        section("CreateIndex", create_index(change.to->name, index));
  }

  static bool is_among(const std::vector<IndexDescription>& indexes, const std::string& name) {
    return std::ranges::find(indexes, name, &IndexDescription::name) != indexes.end();
  }

  static bool went_with_column(const TableChange& change, const IndexDescription& index) {
    return std::ranges::any_of(change.changed_columns, [&](const ColumnChange& column) {
      return is_made_anew(column) &&
             std::ranges::find(index.columns, column.to->name, &IndexColumnDescription::name) !=
                 index.columns.end();
    });
  }

  const sql::LayoutDiff& diff_;
  std::string script_;
  std::vector<OwnedKey> dropped_;
  std::vector<OwnedKey> restored_;
};

}  // namespace

std::string render_script(const sql::LayoutDiff& diff) { return ScriptWriter(diff).write(); }

std::string render_create_enum(const std::string& name, const EnumDescription& type) {
  std::string text = "CREATE TYPE " + quote_identifier(name) + " AS ENUM (";
  for (size_t i = 0; i < type.values.size(); ++i)
    text += (i == 0 ? "" : ", ") + quote_literal(type.values[i]);
  return text + ")";
}

std::string render_create_table(const TableDescription& table) {
  std::string text = "CREATE TABLE " + quote_identifier(table.name) + " (";
  for (size_t i = 0; i < table.columns.size(); ++i)
    text += (i == 0 ? "\n    " : ",\n    ") + column_text(table.columns[i]);
  if (!table.primary_key.empty())
    text += ",\n\n    CONSTRAINT " + quote_identifier(table.primary_key_name) + " PRIMARY KEY (" +
            joined(table.primary_key) + ")";
  return text + "\n)";
}

}  // namespace trivet::store::postgres
