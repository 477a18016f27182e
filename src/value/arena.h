// Arena: bump allocation for values that die together. Movable; one thread at a time; addresses hold until clear().
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "value/value.h"

namespace trivet {

class Arena {
 public:
  Arena() = default;
  ~Arena() { release(newest_); }
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    swap(other);
    return *this;
  }

  // Uninitialised memory, aligned to 8 (alignment must be <= 8).
  void* allocate(size_t bytes) {
    bytes = (bytes + 7) & ~size_t{7};
    if (bytes > static_cast<size_t>(end_ - next_)) [[unlikely]]
      grow(bytes);
    char* result = next_;
    next_ += bytes;
    return result;
  }
  template <class T>
  T* allocate_array(size_t count) {
    return static_cast<T*>(allocate(count * sizeof(T)));
  }
  std::string_view copy(std::string_view text) {
    char* to = static_cast<char*>(allocate(text.size()));
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }
  Value copy_list(std::span<const Value> values) {
    Value* to = allocate_array<Value>(values.size());
    if (!values.empty()) std::memcpy(static_cast<void*>(to), values.data(), values.size_bytes());
    return Value::list({to, values.size()});
  }
  // Frees all but the newest block, which is reused.
  void clear();
  [[nodiscard]] size_t bytes_reserved() const { return reserved_; }

 private:
  struct Block {
    Block* older;
    size_t bytes;  // without this header
  };

  void grow(size_t bytes);
  void use(Block* block);
  static void release(Block* block);
  void swap(Arena& other) noexcept {
    std::swap(newest_, other.newest_);
    std::swap(next_, other.next_);
    std::swap(end_, other.end_);
    std::swap(reserved_, other.reserved_);
  }

  Block* newest_ = nullptr;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t reserved_ = 0;
};

}  // namespace trivet
