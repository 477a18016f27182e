// HTTP/1 request heads: bytes to http::Request and its framing. No I/O, no allocation beyond the list of fields.
//
// HeadScanner finds where a head ends in a growing buffer; parse_head reads one that is complete. What another parser
// could read differently is refused (RFC 9112, 11.2): a bare LF or CR, a folded line, a blank before the colon, two
// lengths, a doubtful length, an unknown coding. Leaves out: bodies (body.h), what the request means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "http/h1/fault.h"
#include "http/message.h"

namespace trivet::http::h1 {

enum class Persistence : uint8_t { close, keep };
enum class BodyKind : uint8_t { none, fixed, chunked };

// How the message is delimited and what the connection does after it.
struct Framing {
  int minor_version = 1;  // HTTP/1.x
  Persistence persistence = Persistence::keep;
  BodyKind body = BodyKind::none;
  uint64_t content_length = 0;  // of a fixed body
  bool expect_continue = false;
};

class HeadScanner {
 public:
  explicit HeadScanner(const Limits& limits) : limits_(limits) {}

  // `buffer` starts where the head starts and only ever grows between calls until reset(). Bytes of the head, its
  // empty line included; 0 = not complete yet. A fault is found as early as its line.
  [[nodiscard]] parsed<size_t> scan(std::string_view buffer);
  void reset() { scanned_ = lines_ = line_start_ = 0; }

 private:
  [[nodiscard]] parsed<size_t> more(std::string_view buffer) const;

  const Limits& limits_;
  size_t scanned_ = 0;
  size_t line_start_ = 0;
  size_t lines_ = 0;
};

// `head` is one whole head, as found by the scanner. Fills every text view and the fields of `request` (views into
// `head`), reusing its storage; leaves body, peer, id and deadline alone.
[[nodiscard]] parsed<Framing> parse_head(std::string_view head, const Limits& limits,
                                         Request& request);

}  // namespace trivet::http::h1
