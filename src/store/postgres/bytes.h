// Big-endian numbers in and out of byte strings. Pure.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace trivet::store::postgres {

template <std::integral Number>
void append_number(std::string& out, Number number) {
  using Bits = std::make_unsigned_t<Number>;
  const auto bits = static_cast<Bits>(number);
  for (int shift = static_cast<int>(sizeof(Number) - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>(bits >> shift & 0xff);
}

// Reads on from the front; what is missing reads as zero and is remembered.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <std::integral Number>
  Number number() {
    const std::string_view bytes = take(sizeof(Number));
    std::make_unsigned_t<Number> bits = 0;
    for (const char c : bytes)
      bits = static_cast<std::make_unsigned_t<Number>>(uint64_t{bits} << 8 |
                                                       static_cast<unsigned char>(c));
    return static_cast<Number>(bits);
  }
  std::string_view take(size_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] size_t size() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace trivet::store::postgres
