#include "data/object_row.h"

#include <algorithm>
#include <unordered_map>

namespace trivet::data {

void ObjectRow::assign(JsonValue object) {
  if (!assign_same_shape(object)) assign_new_shape(object);
}

bool ObjectRow::assign_same_shape(JsonValue object) {
  size_t count = 0;
  cells_.resize(names_.size());
  for (const JsonMember& member : object.members()) {
    if (count == names_.size() || !member.key.equals(names_[count])) return false;
    cells_[count].json = member.value;
    cells_[count].kind = CellKind::json;
    ++count;
  }
  return count == names_.size();
}

void ObjectRow::assign_new_shape(JsonValue object) {
  arena_.clear();
  cells_.clear();
  std::vector<std::string_view> keys;
  std::unordered_map<std::string_view, size_t> places;
  for (const JsonMember& member : object.members()) {
    const std::string_view key = member.key.text(arena_);
    const auto [place, fresh] = places.try_emplace(key, keys.size());
    if (fresh) {
      keys.push_back(key);
      cells_.emplace_back();
    }
    Cell& cell = cells_[place->second];
    cell.kind = CellKind::json;
    cell.json = member.value;
  }
  if (std::ranges::equal(keys, names_)) return;
  // keys may view the names that are about to go only through the document, never through owned_.
  owned_.assign(keys.begin(), keys.end());
  names_.assign(owned_.begin(), owned_.end());
  ++version_;
}

}  // namespace trivet::data
