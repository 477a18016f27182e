// A row of a file by the names of its columns, as text: CSV cells, or members of a JSON object. A value that owns
// what it holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "data/row_reader.h"

namespace trivet::auth {

class SourceRow {
 public:
  // What `reader` is at.
  explicit SourceRow(const data::RowReader& reader);
  // `object` is one.
  explicit SourceRow(JsonValue object);

  [[nodiscard]] bool has(std::string_view name) const;
  // By name in any letter case. nullopt: no such column, null, or nothing (in CSV also the bare words NULL and \N).
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  // µs since 1970, of a time in ISO form (UTC where it says nothing) or of digits: seconds, or milliseconds
  // from twelve digits on. 0: nothing there. Errors (bad_config) name the column.
  [[nodiscard]] result<int64_t> time(std::string_view name) const;
  [[nodiscard]] result<std::optional<bool>> flag(std::string_view name) const;
  // A JSON object; "{}": nothing there.
  [[nodiscard]] result<std::string> object(std::string_view name) const;

 private:
  void add(std::string_view name, const data::Cell& cell);
  [[nodiscard]] const std::string* find(std::string_view name) const;

  std::vector<std::pair<std::string, std::string>> columns_;  // those with something in them
  std::vector<std::string> names_;
};

}  // namespace trivet::auth
