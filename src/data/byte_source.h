// Where file bytes come from and go to: files, the standard streams, memory. Blocking, for commands
// and for bodies that are already here; never on an event loop with a real file. One thread at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace trivet::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills a part of `to` (not empty); 0 = end. Errors: file_error with the path and the system's
  // reason.
  [[nodiscard]] virtual result<size_t> read(std::span<char> to) = 0;
  // Size where it is known beforehand (regular files, memory), for progress.
  [[nodiscard]] virtual std::optional<uint64_t> size() const { return std::nullopt; }
};

// "-" is standard input.
[[nodiscard]] result<std::unique_ptr<ByteSource>> open_source(const std::string& path);
// Borrows `bytes`.
[[nodiscard]] std::unique_ptr<ByteSource> memory_source(std::string_view bytes);

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  [[nodiscard]] virtual result<void> write(std::string_view bytes) = 0;
  // Makes what was written durable (fsync for regular files) and reports late errors. Call once,
  // last.
  [[nodiscard]] virtual result<void> finish() = 0;
};

// "-" is standard output. An existing file is replaced only by finish(): until then bytes go to
// `path`.part beside it.
[[nodiscard]] result<std::unique_ptr<ByteSink>> open_sink(const std::string& path);
// Appends to a string that the caller keeps.
[[nodiscard]] std::unique_ptr<ByteSink> string_sink(std::string& out);

}  // namespace trivet::data
