// Request ids: the client's own if it is harmless to log and echo, else one of ours. Not thread-safe: one per session.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace trivet::http {

// 1 to 128 letters, digits and "._:-".
[[nodiscard]] bool is_sane_request_id(std::string_view id);

class RequestIds {
 public:
  // Sessions with different seeds give different ids.
  explicit RequestIds(uint64_t seed) : state_(seed) {}

  // 16 hexadecimal digits; the view lives until the next call.
  [[nodiscard]] std::string_view next();

 private:
  uint64_t state_;
  std::array<char, 16> text_{};
};

}  // namespace trivet::http
