// Window: the part of a source that is in memory: bytes not yet consumed, refilled in chunks. It
// grows to hold one row, up to a limit, and forgets what is consumed. Pointers into it are good
// until the next more(). For the readers of this folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "data/byte_source.h"

namespace trivet::data {

class Window {
 public:
  Window(std::unique_ptr<ByteSource> source, size_t chunk_bytes, size_t row_bytes_max)
      : source_(std::move(source)), chunk_(chunk_bytes), row_max_(row_bytes_max) {}

  // The unread bytes.
  [[nodiscard]] std::string_view view() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(size_t bytes) { begin_ += bytes; }

  // Reads on behind the unread bytes; they may move. False at the end of the source.
  [[nodiscard]] result<bool> more();
  // The unread bytes are one row's, and too many.
  [[nodiscard]] bool overfull() const { return end_ - begin_ > row_max_; }
  [[nodiscard]] bool at_end() const { return ended_; }
  [[nodiscard]] uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::unique_ptr<ByteSource> source_;
  size_t chunk_;
  size_t row_max_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t bytes_read_ = 0;
  bool ended_ = false;
};

}  // namespace trivet::data
