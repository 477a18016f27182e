#include "store/introspect/live.h"

#include <algorithm>

namespace trivet::store::introspect {

namespace {

std::vector<std::string> names_of(const LiveIndex& index) {
  std::vector<std::string> names;
  for (const LiveIndexColumn& column : index.columns) names.push_back(column.name);
  return names;
}

bool is_usable(const LiveTable& table, const std::vector<std::string>& key) {
  return !key.empty() && std::ranges::all_of(key, [&](const std::string& name) {
    const int column = table.find_column(name);
    return column >= 0 && table.columns[column].required &&
           table.columns[column].type != schema::ScalarType::unsupported;
  });
}

}  // namespace

bool has_usable_key(const LiveTable& table) {
  if (!table.has_null_keys && is_usable(table, table.primary_key)) return true;
  return std::ranges::any_of(table.indexes, [&](const LiveIndex& index) {
    return index.unique && index.where_sql.empty() && is_usable(table, names_of(index));
  });
}

bool is_unique(const LiveTable& table, const std::vector<std::string>& columns) {
  const auto same = [&](std::vector<std::string> key) {
    std::vector<std::string> wanted = columns;
    std::ranges::sort(key);
    std::ranges::sort(wanted);
    return key == wanted;
  };
  return same(table.primary_key) || std::ranges::any_of(table.indexes, [&](const LiveIndex& index) {
           return index.unique && index.where_sql.empty() && same(names_of(index));
         });
}

}  // namespace trivet::store::introspect
