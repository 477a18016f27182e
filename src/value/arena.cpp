#include "value/arena.h"

#include <algorithm>

namespace trivet {

void Arena::grow(size_t bytes) {
  const size_t size = std::max(bytes, std::clamp<size_t>(last_block_size_ * 2, 4096, 1 << 20));
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
  next_ = blocks_.back().get();
  end_ = next_ + size;
  last_block_size_ = size;
  reserved_ += size;
}

void Arena::clear() {
  if (blocks_.empty()) return;
  std::swap(blocks_.front(), blocks_.back());
  blocks_.resize(1);
  next_ = blocks_.front().get();
  end_ = next_ + last_block_size_;
  reserved_ = last_block_size_;
}

}  // namespace trivet
