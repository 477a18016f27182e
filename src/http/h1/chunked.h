// Decoder of the chunked transfer coding (RFC 9112, 7.1). No I/O: bytes in, body bytes out, at any split.
//
// Strict where readers differ: CRLF only, no blanks around the size, no size that overflows. Extensions and trailers
// are checked, limited and dropped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "http/h1/fault.h"

namespace trivet::http::h1 {

class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(const Limits& limits) : limits_(&limits) {}

  enum class Progress : uint8_t { more, done };
  struct Step {
    size_t consumed;  // of the input; the rest belongs to the next message
    Progress progress;
  };

  // Appends decoded bytes to `body`. Faults: 400 for bad framing, 413 when the body exceeds its limit.
  [[nodiscard]] parsed<Step> feed(std::string_view input, std::string& body);

 private:
  enum class State : uint8_t {
    size_first, size_rest, extension, size_lf, data, data_cr, data_lf, trailer_start, trailer, trailer_lf,
    end_lf, done
  };

  [[nodiscard]] parsed<void> step(char c);
  [[nodiscard]] parsed<void> on_size(char c);
  [[nodiscard]] parsed<void> on_trailer(char c);
  [[nodiscard]] parsed<void> expect(char c, char expected, State next);

  const Limits* limits_;
  State state_ = State::size_first;
  uint64_t size_ = 0;
  unsigned size_digits_ = 0;
  size_t overhead_ = 0;  // bytes of extensions and trailers so far
  size_t trailers_ = 0;
  std::string line_;  // the trailer line being read
};

}  // namespace trivet::http::h1
