#include "store/mysql/history/dump.h"

#include <algorithm>

#include "store/mysql/history/script.h"
#include "store/sql/ddl.h"
#include "store/sql/render.h"

namespace trivet::store::mysql {

namespace {

using sql::quote_identifier;

std::string quoted(const std::string& name) { return with_backticks(quote_identifier(name)); }

void remove_all(std::string& text, const std::string& what) {
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at))
    text.erase(at, what.size());
}

// Where the next number would go on.
void remove_counter(std::string& text) {
  constexpr std::string_view word = " AUTO_INCREMENT=";
  const size_t at = text.rfind(word);
  if (at == text.npos) return;
  size_t end = at + word.size();
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  text.erase(at, end - at);
}

result<std::string> dump_tables(Session& session) {
  TRIVET_TRY(const auto tables,
             session.query("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                           "DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY BINARY TABLE_NAME"));
  std::string script;
  for (const TextRow& table : tables) {
    if (sql::is_tool_table(table[0])) continue;
    TRIVET_TRY(const auto rows, session.query("SHOW CREATE TABLE " + quoted(table[0])));
    std::string text = rows.at(0).at(1);
    remove_counter(text);
    script += "-- CreateTable\n" + text + ";\n\n";
  }
  if (script.empty()) return script;
  // Tables may point to those that come later.
  return "SET foreign_key_checks = 0;\n\n" + script + "SET foreign_key_checks = 1;\n";
}

struct View {
  std::string name;
  std::string text;
};

// A view comes behind those that it names.
void sort_views(std::vector<View>& views) {
  std::vector<View> sorted;
  while (!views.empty()) {
    const auto ready = std::ranges::find_if(views, [&](const View& view) {
      return std::ranges::none_of(views, [&](const View& other) {
        return other.name != view.name && view.text.find(quoted(other.name)) != std::string::npos;
      });
    });
    const auto next = ready == views.end() ? views.begin() : ready;
    sorted.push_back(std::move(*next));
    views.erase(next);
  }
  views = std::move(sorted);
}

result<std::string> dump_views(Session& session) {
  TRIVET_TRY(const auto rows,
             session.query("SELECT TABLE_NAME, VIEW_DEFINITION, DATABASE() FROM "
                           "information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1"));
  std::vector<View> views;
  for (const TextRow& row : rows) {
    View& view = views.emplace_back(row[0], row[1]);
    remove_all(view.text, quoted(row[2]) + ".");
  }
  sort_views(views);
  std::string script;
  for (const View& view : views)
    script += "\n-- CreateView\nCREATE VIEW " + quoted(view.name) + " AS " + view.text + ";\n";
  return script;
}

result<std::string> dump_triggers(Session& session) {
  TRIVET_TRY(
      const auto rows,
      session.query("SELECT TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, "
                    "ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = "
                    "DATABASE() ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, "
                    "ACTION_ORDER"));
  std::string script;
  for (const TextRow& row : rows)
    script += "\n-- CreateTrigger\nCREATE TRIGGER " + quoted(row[0]) + " " + row[1] + " " + row[2] +
              " ON " + quoted(row[3]) + " FOR EACH ROW " + row[4] + ";\n";
  return script;
}

}  // namespace

result<std::string> dump_layout(Session& session) {
  // Texts as the scripts' mode reads them.
  TRIVET_CHECK(session.execute("SET SESSION sql_mode = ''"));
  TRIVET_TRY(std::string script, dump_tables(session));
  TRIVET_TRY(const std::string views, dump_views(session));
  TRIVET_TRY(const std::string triggers, dump_triggers(session));
  TRIVET_CHECK(session.reset());
  return script + views + triggers;
}

}  // namespace trivet::store::mysql
