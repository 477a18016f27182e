#include "store/introspect/warnings.h"

#include <algorithm>
#include <iterator>

#include "store/introspect/conventions/conventions.h"

namespace trivet::store::introspect {

namespace {

// By a table of another schema: then its model is named with its own.
bool is_shared(const Draft& draft, const std::string& name) {
  return std::ranges::count_if(draft.live.tables, [&](const LiveTable& table) {
           return bare_name(table.name) == bare_name(name);
         }) > 1;
}

void add_renames(const Draft& draft, int table, std::vector<std::string>& warnings) {
  const LiveTable& live = draft.live.tables[table];
  const std::string& model = draft.names.models[table];
  if (model != bare_name(live.name) && !is_shared(draft, live.name))
    warnings.push_back((live.is_view ? "view \"" : "table \"") + schema::told_name(live.name) + "\" is called " +
                       model + " here: its own name can't be a model's");
  for (size_t i = 0; i < live.columns.size(); ++i)
    if (draft.names.fields[table][i] != live.columns[i].name)
      warnings.push_back("column \"" + schema::told_name(live.name) + "\".\"" + live.columns[i].name +
                         "\" is called " + draft.names.fields[table][i] +
                         " here: its own name can't be a field's");
}

void add_types(const Draft& draft, int table, std::vector<std::string>& warnings) {
  const LiveTable& live = draft.live.tables[table];
  for (const LiveColumn& column : live.columns)
    if (column.type == schema::ScalarType::unsupported)
      warnings.push_back(
          "column \"" + schema::told_name(live.name) + "\".\"" + column.name + "\" is not in the API: " +
          (column.raw_type.empty() ? "it has no type"
                                   : "nothing is known of the type " + column.raw_type));
}

}  // namespace

std::vector<std::string> warnings_of(const Draft& draft) {
  std::vector<std::string> warnings = draft.live.warnings;
  for (size_t i = 0; i < draft.live.tables.size(); ++i) {
    const int table = static_cast<int>(i);
    if (draft.matches.model(table) != nullptr || is_join(draft, table)) continue;
    add_renames(draft, table, warnings);
    add_types(draft, table, warnings);
    std::ranges::copy(convention_warnings(draft.live, table), std::back_inserter(warnings));
    if (is_frameworks_own(draft.live, table)) continue;
    if (is_ignored(draft, table) && !draft.live.tables[i].has_null_keys)
      warnings.push_back("table \"" + schema::told_name(draft.live.tables[i].name) +
                         "\" has no key by which its rows can be told apart: it is not in the API");
  }
  return warnings;
}

}  // namespace trivet::store::introspect
