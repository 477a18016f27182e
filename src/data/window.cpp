#include "data/window.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace trivet::data {

result<bool> Window::more() {
  if (ended_) return false;
  if (begin_ > 0) {
    if (end_ > begin_) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  // A row that fills the buffer doubles it, so that a long row is moved and scanned a few times
  // only.
  if (buffer_.size() - end_ < chunk_) buffer_.resize(std::max(buffer_.size() * 2, end_ + chunk_));
  TRIVET_TRY(const size_t got, source_->read(std::span(buffer_).subspan(end_)));
  end_ += got;
  bytes_read_ += got;
  ended_ = got == 0;
  return !ended_;
}

}  // namespace trivet::data
