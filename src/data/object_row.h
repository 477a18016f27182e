// ObjectRow: a JSON object as names and cells. Keeps the names of the row before, so that rows of
// one shape are recognised by comparing keys only. For the JSON readers of this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/row_reader.h"
#include "value/arena.h"
#include "value/json_reader.h"

namespace trivet::data {

class ObjectRow {
 public:
  // Views the object's text.
  void assign(JsonValue object);
  [[nodiscard]] std::span<const std::string_view> names() const { return names_; }
  [[nodiscard]] std::span<const Cell> cells() const { return cells_; }
  [[nodiscard]] uint64_t names_version() const { return version_; }

 private:
  [[nodiscard]] bool assign_same_shape(JsonValue object);
  void assign_new_shape(JsonValue object);

  Arena arena_;
  std::vector<std::string> owned_;  // what names_ views; each once
  std::vector<std::string_view> names_;
  std::vector<Cell> cells_;
  uint64_t version_ = 1;
};

}  // namespace trivet::data
