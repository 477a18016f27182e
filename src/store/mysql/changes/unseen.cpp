#include "store/mysql/changes/unseen.h"

#include <fmt/format.h>

#include <algorithm>

namespace trivet::store::mysql {

void Unseen::fill(int64_t id) {
  const auto found = std::ranges::find_if(
      gaps_, [id](const Gap& gap) { return gap.from <= id && id <= gap.to; });
  if (found == gaps_.end()) return;
  const Gap gap = *found;
  gaps_.erase(found);
  if (gap.from < id) gaps_.push_back({gap.from, id - 1, gap.until});
  if (id < gap.to) gaps_.push_back({id + 1, gap.to, gap.until});
}

void Unseen::saw(const std::vector<int64_t>& ids, Time now, std::chrono::seconds patience) {
  for (const int64_t id : ids) {
    if (id <= last_) {
      fill(id);
      continue;
    }
    if (id > last_ + 1) gaps_.push_back({last_ + 1, id - 1, now + patience});
    last_ = id;
  }
  std::erase_if(gaps_, [now](const Gap& gap) { return gap.until <= now; });
}

std::string Unseen::condition(const std::string& column) const {
  std::string text = fmt::format("{} > {}", column, last_);
  for (const Gap& gap : gaps_)
    text += fmt::format(" OR {} BETWEEN {} AND {}", column, gap.from, gap.to);
  return text;
}

}  // namespace trivet::store::mysql
