// RowReader over CSV. Made by make_row_reader().
#pragma once

#include <string>
#include <vector>

#include "data/csv_scan.h"
#include "data/row_reader.h"
#include "data/window.h"
#include "value/arena.h"

namespace trivet::data {

class CsvReader final : public RowReader {
 public:
  CsvReader(std::unique_ptr<ByteSource> source, const RowReaderOptions& options);

  [[nodiscard]] result<ReadStep> next() override;
  [[nodiscard]] std::span<const std::string_view> names() const override { return names_; }
  [[nodiscard]] std::span<const Cell> cells() const override { return cells_; }
  [[nodiscard]] uint64_t names_version() const override { return 1; }
  [[nodiscard]] uint64_t line() const override { return line_; }
  [[nodiscard]] const Error& bad_row() const override { return bad_row_; }
  [[nodiscard]] uint64_t bytes_read() const override {
    return window_.bytes_read() - window_.view().size();
  }

 private:
  enum class Scanned : uint8_t { record, bad, end };

  [[nodiscard]] result<Scanned> scan_record();
  [[nodiscard]] result<Scanned> skip_overlong();
  [[nodiscard]] result<void> read_header();
  [[nodiscard]] bool fill_cells();
  void decode_fields();
  void set_bad(std::string message, std::string details = {});

  RowReaderOptions options_;
  Window window_;
  CsvRecord record_;
  std::string_view text_;  // of the record
  Arena arena_;            // fields with doubled quotes
  std::vector<std::string> header_;
  std::vector<std::string_view> names_;
  std::vector<Cell> cells_;
  uint64_t line_ = 0;
  uint64_t next_line_ = 1;
  bool has_header_ = false;
  Error bad_row_{ErrorCode::bad_body, ""};
};

}  // namespace trivet::data
