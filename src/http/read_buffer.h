// The bytes received and not yet consumed, in one piece. Grows on demand, gives big storage back.
// Views into it end at the next call of writable or consume.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace trivet::http {

class ReadBuffer {
 public:
  // Small, because each idle connection holds one.
  static constexpr size_t initial_bytes = 4096;

  [[nodiscard]] std::string_view readable() const { return {data_.get() + begin_, end_ - begin_}; }

  // Room behind the readable bytes, at least `room_min` of it.
  [[nodiscard]] std::span<char> writable(size_t room_min = initial_bytes / 2) {
    if (capacity_ - end_ < room_min) make_room(room_min);
    return {data_.get() + end_, capacity_ - end_};
  }

  void commit(size_t bytes) { end_ += bytes; }

  void consume(size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ == 0 && capacity_ > 4 * initial_bytes) release();
  }

  void append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(writable(text.size()).data(), text.data(), text.size());
    commit(text.size());
  }

 private:
  void release() {
    data_.reset();
    capacity_ = 0;
  }

  void make_room(size_t room_min) {
    const size_t used = end_ - begin_;
    if (used + room_min > capacity_) {
      const size_t grown = std::max({initial_bytes, 2 * capacity_, used + room_min});
      auto moved = std::make_unique_for_overwrite<char[]>(grown);
      if (used > 0) std::memcpy(moved.get(), data_.get() + begin_, used);
      data_ = std::move(moved);
      capacity_ = grown;
    } else if (used > 0) {
      std::memmove(data_.get(), data_.get() + begin_, used);
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> data_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace trivet::http
