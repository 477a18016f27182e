// How one level's cells become text: prepared once for each shape of request, with the key texts rendered, so that encoding is
// a walk over cells. Spread levels are already flattened into their parent.
//
// Immutable once made; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "value/type.h"

namespace trivet::api::rest {

struct LevelCodec;

// A step from a row into an embedded level that is spread: `many` gives an array of what follows.
struct SpreadStep {
  uint32_t cell = 0;
  bool many = false;
};

struct CodecItem {
  // fields: an object made of cells of this very row, null where `cell` isn't true.
  enum class Kind : uint8_t { value, object, array, fields };
  Kind kind = Kind::value;
  Type type = Type::unknown;
  uint32_t cell = 0;
  std::vector<SpreadStep> steps;
  std::string name;
  std::string key;  // `"name":`, escaped
  std::shared_ptr<const LevelCodec> level;  // all but value; shared by the items of one plan only
};

struct LevelCodec {
  std::vector<CodecItem> items;
};

[[nodiscard]] CodecItem make_codec_item(CodecItem::Kind kind, std::string name, uint32_t cell);

}  // namespace trivet::api::rest
