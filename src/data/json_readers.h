// RowReaders over NDJSON and JSON. Made by make_row_reader().
#pragma once

#include "data/object_row.h"
#include "data/row_reader.h"
#include "data/window.h"

namespace trivet::data {

// What both have: a window, the current object, its line.
class JsonRowReader : public RowReader {
 public:
  JsonRowReader(std::unique_ptr<ByteSource> source, const RowReaderOptions& options);
  [[nodiscard]] std::span<const std::string_view> names() const override { return row_.names(); }
  [[nodiscard]] std::span<const Cell> cells() const override { return row_.cells(); }
  [[nodiscard]] uint64_t names_version() const override { return row_.names_version(); }
  [[nodiscard]] uint64_t line() const override { return line_; }
  [[nodiscard]] const Error& bad_row() const override { return bad_row_; }
  [[nodiscard]] uint64_t bytes_read() const override {
    return window_.bytes_read() - window_.view().size();
  }

 protected:
  // The object in `text` becomes the row, or the row is bad.
  [[nodiscard]] ReadStep take_object(std::string_view text);
  [[nodiscard]] ReadStep set_bad(std::string message);
  [[nodiscard]] result<void> skip_byte_order_mark();

  RowReaderOptions options_;
  Window window_;
  ObjectRow row_;
  uint64_t line_ = 0;
  uint64_t next_line_ = 1;
  bool started_ = false;
  Error bad_row_{ErrorCode::bad_body, ""};
};

// One object a line; blank lines are skipped.
class NdjsonReader final : public JsonRowReader {
 public:
  using JsonRowReader::JsonRowReader;
  [[nodiscard]] result<ReadStep> next() override;

 private:
  [[nodiscard]] result<ReadStep> skip_overlong();
};

// An array of objects, or objects after each other. A bad element is stepped over as long as its
// brackets and quotes match.
class JsonArrayReader final : public JsonRowReader {
 public:
  using JsonRowReader::JsonRowReader;
  [[nodiscard]] result<ReadStep> next() override;

 private:
  enum class Place : uint8_t { start, bare, first_element, behind_element, ended };

  // Finds where an element begins; false at the end of everything.
  [[nodiscard]] result<bool> find_element();
  [[nodiscard]] result<size_t> find_element_end();
  [[nodiscard]] result<char> peek_nonblank();
  void consume(size_t bytes);
  [[nodiscard]] std::unexpected<Error> broken(std::string_view what) const;

  Place place_ = Place::start;
};

}  // namespace trivet::data
