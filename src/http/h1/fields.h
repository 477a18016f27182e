// Header fields: one line to a name and a value, and the few fields that decide framing (RFC 9112, 6).
#pragma once

#include <string_view>

#include "http/h1/fault.h"
#include "http/h1/head.h"
#include "http/message.h"

namespace trivet::http::h1 {

// Takes one field line, CRLF included, off the front of `rest`, which holds a whole line.
[[nodiscard]] parsed<HeaderView> take_field(std::string_view& rest);

// Collects what the framing fields say, and judges them together at the end.
class FieldReader {
 public:
  explicit FieldReader(int minor_version) { framing_.minor_version = minor_version; }

  [[nodiscard]] parsed<void> read(const HeaderView& field);
  [[nodiscard]] parsed<Framing> finish();

 private:
  [[nodiscard]] parsed<void> read_host(std::string_view value);
  [[nodiscard]] parsed<void> read_length(std::string_view value);
  [[nodiscard]] parsed<void> read_coding(std::string_view value);
  [[nodiscard]] parsed<void> read_expect(std::string_view value);
  void read_connection(std::string_view value);
  [[nodiscard]] parsed<void> check_codings() const;

  Framing framing_;
  unsigned hosts_ = 0;
  unsigned lengths_ = 0;
  unsigned coding_fields_ = 0;
  unsigned codings_ = 0;
  unsigned chunked_ = 0;
  bool chunked_last_ = false;
  bool asks_close_ = false;
  bool asks_keep_ = false;
};

}  // namespace trivet::http::h1
