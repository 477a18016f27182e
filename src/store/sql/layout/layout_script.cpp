#include <algorithm>

#include "store/sql/layout/layout_diff.h"
#include "store/sql/render.h"

namespace trivet::store::sql {
namespace {

std::string quoted(const std::string& table, const std::string& column) {
  return quote_identifier(table) + "." + quote_identifier(column);
}

// Statements under Prisma's headings, in an order in which they can run: what frees names first,
// indexes last.
class ScriptWriter {
 public:
  explicit ScriptWriter(const LayoutDiff& diff) : diff_(diff) {}

  std::string write() {
    rename();
    for (const TableChange& change : diff_.changes) alter_indexes(change);
    for (const TableChange& change : diff_.changes) create(change);
    for (const TableChange& change : diff_.changes) add_columns(change);
    rebuild();
    for (const TableChange& change : diff_.changes) drop(change);
    for (const TableChange& change : diff_.changes) create_indexes(change);
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

  void rename() {
    for (const Rename& rename : diff_.renames) {
      heading(rename.column.empty() ? "RenameTable" : "RenameColumn");
      statement("ALTER TABLE " + quote_identifier(rename.table) + " RENAME " +
                (rename.column.empty() ? "" : "COLUMN " + quote_identifier(rename.column) + " ") +
                "TO " + quote_identifier(rename.to));
    }
  }

  void alter_indexes(const TableChange& change) {
    if (change.kind != TableChange::Kind::alter) return;
    for (const IndexDescription& index : change.dropped_indexes) {
      heading("DropIndex");
      statement("DROP INDEX " + quote_identifier(index.name));
    }
  }

  void create(const TableChange& change) {
    if (change.kind != TableChange::Kind::create) return;
    heading("CreateTable");
    statement(render_create_table(*change.to));
  }

  void add_columns(const TableChange& change) {
    if (change.kind != TableChange::Kind::alter || change.added_columns.empty()) return;
    TableChange columns = change;
    columns.added_indexes.clear();
    columns.dropped_indexes.clear();
    heading("AlterTable");
    for (const std::string& text : render_change(columns).sql) statement(text);
  }

  void rebuild() {
    const auto is_rebuild = [](const TableChange& change) {
      return change.kind == TableChange::Kind::rebuild;
    };
    if (std::ranges::none_of(diff_.changes, is_rebuild)) return;
    heading("RedefineTables");
    statement("PRAGMA defer_foreign_keys=ON");
    statement("PRAGMA foreign_keys=OFF");
    // Else a view that names the table would forbid that the new one takes its name.
    statement("PRAGMA legacy_alter_table=ON");
    for (const TableChange& change : diff_.changes)
      if (is_rebuild(change))
        for (const std::string& text : render_change(change).sql) statement(text);
    statement("PRAGMA legacy_alter_table=OFF");
    statement("PRAGMA foreign_keys=ON");
    statement("PRAGMA defer_foreign_keys=OFF");
  }

  void drop(const TableChange& change) {
    if (change.kind != TableChange::Kind::drop) return;
    heading("DropTable");
    statement("PRAGMA foreign_keys=OFF");
    statement("DROP TABLE " + quote_identifier(change.from->name));
    statement("PRAGMA foreign_keys=ON");
  }

  void create_indexes(const TableChange& change) {
    if (change.kind == TableChange::Kind::drop || change.kind == TableChange::Kind::rebuild) return;
    const auto& indexes =
        change.kind == TableChange::Kind::create ? change.to->indexes : change.added_indexes;
    for (const IndexDescription& index : indexes) {
      heading("CreateIndex");
      statement(render_create_index(change.to->name, index));
    }
  }

  const LayoutDiff& diff_;
  std::string script_;
};

void summarize_rebuild(const TableChange& change, std::vector<std::string>& lines) {
  const std::string& table = change.to->name;
  for (const ColumnDescription& column : change.from->columns) {
    const ColumnDescription* to = change.to->find_column(column.name);
    if (to == nullptr) {
      lines.push_back("drop column " + quoted(table, column.name));
    } else if (!same_column(column, *to)) {
      lines.push_back("change column " + quoted(table, column.name));
    }
  }
  if (change.from->primary_key != change.to->primary_key)
    lines.push_back("change the primary key of " + quote_identifier(table));
  lines.push_back("rebuild table " + quote_identifier(table));
}

// What a database changes in place.
void summarize_alter(const TableChange& change, std::vector<std::string>& lines) {
  const std::string& table = change.to->name;
  for (const ColumnDescription& column : change.from->columns)
    if (change.to->find_column(column.name) == nullptr)
      lines.push_back("drop column " + quoted(table, column.name));
  for (const ColumnChange& column : change.changed_columns)
    lines.push_back("change column " + quoted(table, column.to->name));
  if (change.new_primary_key)
    lines.push_back("change the primary key of " + quote_identifier(table));
  for (const ForeignKeyDescription& key : change.dropped_keys)
    lines.push_back("drop foreign key " + quote_identifier(key.name));
  for (const ForeignKeyDescription& key : change.added_keys)
    lines.push_back("add foreign key " + quote_identifier(key.name));
  for (const NameChange& name : change.renamed)
    lines.push_back((name.kind == NameChange::Kind::index ? "rename index " : "rename constraint ") +
                    quote_identifier(name.from) + " to " + quote_identifier(name.to));
}

std::string summary(const EnumChange& change) {
  if (change.from == nullptr) return "create enum " + quote_identifier(change.to->name);
  return (change.to == nullptr ? "drop enum " : "change enum ") +
         quote_identifier(change.from->name);
}

}  // namespace

std::string render_script(const LayoutDiff& diff) { return ScriptWriter(diff).write(); }

std::vector<std::string> summarize(const LayoutDiff& diff) {
  std::vector<std::string> lines;
  for (const Rename& rename : diff.renames)
    lines.push_back((rename.column.empty()
                         ? "rename table " + quote_identifier(rename.table)
                         : "rename column " + quoted(rename.table, rename.column)) +
                    " to " + quote_identifier(rename.to));
  for (const EnumChange& change : diff.enums) lines.push_back(summary(change));
  for (const TableChange& change : diff.changes) {
    if (change.kind == TableChange::Kind::create)
      lines.push_back("create table " + quote_identifier(change.to->name));
    if (change.kind == TableChange::Kind::drop)
      lines.push_back("drop table " + quote_identifier(change.from->name));
    if (change.from == nullptr || change.to == nullptr) continue;
    for (const ColumnDescription& column : change.added_columns)
      lines.push_back("add column " + quoted(change.to->name, column.name));
    if (change.kind == TableChange::Kind::rebuild)
      summarize_rebuild(change, lines);
    else
      summarize_alter(change, lines);
    for (const IndexDescription& index : change.dropped_indexes)
      lines.push_back("drop index " + quote_identifier(index.name));
    for (const IndexDescription& index : change.added_indexes)
      lines.push_back("create index " + quote_identifier(index.name));
  }
  return lines;
}

}  // namespace trivet::store::sql
