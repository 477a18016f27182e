// Why bytes are not an acceptable HTTP/1 message. A fault always ends the connection: what follows cannot be framed.
#pragma once

#include <expected>
#include <string_view>

namespace trivet::http::h1 {

struct Fault {
  int status = 400;
  std::string_view text;  // static storage, safe to show
};

template <class T>
using parsed = std::expected<T, Fault>;

[[nodiscard]] constexpr std::unexpected<Fault> fault(int status, std::string_view text) {
  return std::unexpected(Fault{status, text});
}

}  // namespace trivet::http::h1
