#include "value/arena.h"

#include <algorithm>
#include <new>

namespace trivet {

namespace {

// What most requests need, and what malloc still serves from its cache per thread.
constexpr size_t first_block_bytes = 1000;
constexpr size_t second_block_bytes = 8000;
constexpr size_t block_bytes_max = size_t{1} << 20;

}  // namespace

void Arena::grow(size_t bytes) {
  const size_t usual =
      newest_ == nullptr
          ? first_block_bytes
          : std::clamp<size_t>(newest_->bytes * 2, second_block_bytes, block_bytes_max);
  const size_t size = std::max(bytes, usual);
  use(new (::operator new(sizeof(Block) + size)) Block{newest_, size});
  reserved_ += size;
}

void Arena::use(Block* block) {
  newest_ = block;
  next_ = reinterpret_cast<char*>(block + 1);
  end_ = next_ + block->bytes;
}

void Arena::release(Block* block) {
  while (block != nullptr) {
    Block* const older = block->older;
    ::operator delete(block);
    block = older;
  }
}

void Arena::clear() {
  if (newest_ == nullptr) return;
  release(std::exchange(newest_->older, nullptr));
  use(newest_);
  reserved_ = newest_->bytes;
}

}  // namespace trivet
