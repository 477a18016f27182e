#include "store/mysql/history/script.h"

#include "store/mysql/layout/difference.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {

namespace {

using sql::quote_identifier;

std::string_view heading_of(const std::string& title) {
  if (title.starts_with("create table")) return "-- CreateTable\n";
  if (title.starts_with("drop table")) return "-- DropTable\n";
  if (title.starts_with("add foreign key")) return "-- AddForeignKey\n";
  if (title.starts_with("drop foreign key")) return "-- DropForeignKey\n";
  return "-- AlterTable\n";
}

std::string rename_text(const sql::Rename& rename) {
  return "ALTER TABLE " + quote_identifier(rename.table) + " RENAME " +
         (rename.column.empty() ? "" : "COLUMN " + quote_identifier(rename.column) + " ") + "TO " +
         quote_identifier(rename.to);
}

}  // namespace

std::string with_backticks(std::string_view sql) {
  std::string made;
  char quote = 0;
  for (const char c : sql) {
    if (quote == 0) {
      if (c == '\'' || c == '"') quote = c;
      made += c == '"' ? '`' : c;
    } else if (c == quote) {
      made += c == '"' ? '`' : c;  // a doubled one ends and begins again
      quote = 0;
    } else {
      if ((quote == '\'' && c == '\\') || (quote == '"' && c == '`')) made += c;
      made += c;
    }
  }
  return made;
}

std::string render_script(const sql::LayoutDiff& diff) {
  std::string script;
  const auto section = [&](std::string_view heading, const std::string& text) {
    if (!script.empty()) script += '\n';
    script += heading;
    script += with_backticks(text) + ";\n";
  };
  for (const sql::Rename& rename : diff.renames)
    section(rename.column.empty() ? "-- RenameTable\n" : "-- RenameColumn\n", rename_text(rename));
  for (const MigrationStep& step :
       render_differences(compare_layouts(*diff.from, *diff.to, Extras::drop)))
    for (const std::string& text : step.sql) section(heading_of(step.title), text);
  return script;
}

}  // namespace trivet::store::mysql
