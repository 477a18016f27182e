// One look at a raw request: the key under which an equal shape was decoded before, and the literals that differ.
//
// The keys of a body are part of the shape, its values are not: whoever reads the body adds them. A `&` part is simple when it is
// `column=[not.]op.literal` with a comparison operator or `in`, or a limit or offset of digits; its literal is left out of the key.
// PUT, and requests with other literals (logic trees, ranges, quotes in names), have no key: they take the general path, whose
// answers are the same. No allocation but for literals with escapes.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "api/rest/request/request.h"
#include "http/message.h"
#include "value/arena.h"

namespace trivet::api::rest {

// The text of an `&` part's literal, decoded.
struct SegmentText {
  int segment = -1;
  std::string_view text;
};

class ShapeScan {
 public:
  // Views `request`; decoded literals are in `arena`.
  ShapeScan(const http::Request& request, const Headers& headers, Arena& arena);

  void add_body_keys(std::span<const std::string> keys);
  void drop_key() { cacheable_ = false; }

  [[nodiscard]] bool has_key() const { return cacheable_; }
  [[nodiscard]] std::string_view key() const { return {buffer_.data(), size_}; }
  [[nodiscard]] std::span<const SegmentText> literals() const { return {literals_.data(), count_}; }

 private:
  void append(std::string_view text);
  void append_headers(const Headers& headers);
  void scan_segment(std::string_view part, int segment, Arena& arena);
  void take_literal(std::string_view head, std::string_view literal, int segment, Arena& arena);

  std::array<char, 1024> buffer_;
  size_t size_ = 0;
  std::array<SegmentText, 16> literals_;
  size_t count_ = 0;
  bool cacheable_ = true;
  bool reads_ = true;
};

}  // namespace trivet::api::rest
