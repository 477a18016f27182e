#include "schema/format/table.h"

#include <algorithm>

#include "schema/format/tokens.h"

namespace trivet::schema {

void Table::row(std::vector<std::string> columns, std::string trailing) {
  while (!columns.empty() && columns.back().empty()) columns.pop_back();
  rows_.push_back({std::move(columns), std::move(trailing), false});
}

void Table::line(std::string text) { rows_.push_back({{std::move(text)}, {}, true}); }

std::string Table::render(const Row& row, const std::vector<size_t>& widths) const {
  std::string out;
  for (size_t i = 0; i < row.columns.size(); ++i) {
    out += row.columns[i];
    if (i + 1 == row.columns.size()) break;
    out += std::string(widths[i] - width(row.columns[i]), ' ') + separator_;
  }
  if (!row.trailing.empty()) out += (out.empty() ? "" : " ") + row.trailing;
  return out;
}

void Table::flush(std::string& out) {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    if (row.plain) continue;
    widths.resize(std::max(widths.size(), row.columns.size()), 0);
    for (size_t i = 0; i < row.columns.size(); ++i) widths[i] = std::max(widths[i], width(row.columns[i]));
  }
  for (const auto& row : rows_) out += "  " + (row.plain ? row.columns[0] : render(row, widths)) + "\n";
  rows_.clear();
}

}  // namespace trivet::schema
