// Request bodies as rows of cells under keys (dialects/rest.md, section 8): JSON, CSV, forms.
//
// Cells view the body or the arena; nothing is coerced yet. Keys are as sent: whether they are columns is decided later.
// Errors are PGRST102; 54000 for what is too large. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "value/arena.h"
#include "value/json_reader.h"

namespace trivet::api::rest {

struct Cell {
  enum class Kind : uint8_t { absent, null, text, json };
  Kind kind = Kind::absent;
  std::string_view text;
  JsonValue json;
};

struct Payload {
  std::vector<std::string> keys;
  std::vector<Cell> cells;  // row-major, one per key
  uint32_t rows = 0;
  [[nodiscard]] const Cell& at(uint32_t row, size_t key) const {
    return cells[size_t{row} * keys.size() + key];
  }
};

struct BodySource {
  std::string_view content_type;  // empty = JSON
  std::string_view bytes;
  const std::vector<std::string>* columns = nullptr;  // `columns=`: the keys to take
};

[[nodiscard]] result<Payload> parse_body(const BodySource& source, const Limits& limits,
                                         Arena& arena);

}  // namespace trivet::api::rest
