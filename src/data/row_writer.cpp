#include "data/row_writer.h"

#include <algorithm>

#include "value/json_writer.h"
#include "value/text_format.h"

namespace trivet::data {
namespace {

constexpr size_t buffer_bytes = 256 * 1024;

// Buffers rows and hands them to the sink in large pieces; the formats say what a row looks like.
class BufferedWriter : public RowWriter {
 public:
  BufferedWriter(std::unique_ptr<ByteSink> sink, std::vector<Column> columns,
                 const FormatOptions& options)
      : columns_(std::move(columns)), options_(options), sink_(std::move(sink)) {}

  result<void> write(std::span<const Value> cells) override {
    TRIVET_ASSERT(cells.size() == columns_.size());
    if (rows_ == 0) begin(buffer_);
    append_row(buffer_, cells, rows_ == 0);
    ++rows_;
    return buffer_.size() < buffer_bytes ? result<void>() : flush();
  }

  result<void> finish() override {
    if (rows_ == 0) begin(buffer_);
    end(buffer_, rows_ == 0);
    TRIVET_CHECK(flush());
    return sink_->finish();
  }

  uint64_t rows_written() const override { return rows_; }
  uint64_t bytes_written() const override { return flushed_ + buffer_.size(); }

 protected:
  virtual void begin(std::string& out) = 0;
  virtual void append_row(std::string& out, std::span<const Value> cells, bool first) = 0;
  virtual void end(std::string& out, bool empty) = 0;

  std::vector<Column> columns_;
  FormatOptions options_;

 private:
  result<void> flush() {
    TRIVET_CHECK(sink_->write(buffer_));
    flushed_ += buffer_.size();
    buffer_.clear();
    return {};
  }

  std::unique_ptr<ByteSink> sink_;
  std::string buffer_;
  uint64_t rows_ = 0;
  uint64_t flushed_ = 0;
};

class CsvWriter final : public BufferedWriter {
 public:
  using BufferedWriter::BufferedWriter;

 private:
  // RFC 4180; and what a reader might take for null is quoted when it is text.
  static void append_field(std::string& out, std::string_view text) {
    const bool quoted =
        text.empty() || text == "NULL" || text.find_first_of(",\"\r\n") != std::string_view::npos;
    if (!quoted) {
      out += text;
      return;
    }
    out += '"';
    for (char c : text) {
      if (c == '"') out += c;
      out += c;
    }
    out += '"';
  }

  void begin(std::string& out) override {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out += ',';
      append_field(out, columns_[i].name);
    }
    out += '\n';
  }

  void append_row(std::string& out, std::span<const Value> cells, bool) override {
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      if (cells[i].is_null()) continue;
      text_.clear();
      append_text_value(text_, cells[i], columns_[i].type, options_);
      append_field(out, text_);
    }
    out += '\n';
  }

  void end(std::string&, bool) override {}

  std::string text_;
};

class JsonLinesWriter : public BufferedWriter {
 public:
  JsonLinesWriter(std::unique_ptr<ByteSink> sink, std::vector<Column> columns,
                  const FormatOptions& options)
      : BufferedWriter(std::move(sink), std::move(columns), options) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      std::string& key = keys_.emplace_back(i == 0 ? "{" : ",");
      append_json_string(key, columns_[i].name);
      key += ':';
    }
  }

 protected:
  void append_object(std::string& out, std::span<const Value> cells) const {
    if (cells.empty()) out += '{';
    for (size_t i = 0; i < cells.size(); ++i) {
      out += keys_[i];
      append_cell(out, cells[i], columns_[i].type);
    }
    out += '}';
  }

  void begin(std::string&) override {}
  void append_row(std::string& out, std::span<const Value> cells, bool) override {
    append_object(out, cells);
    out += '\n';
  }
  void end(std::string&, bool) override {}

 private:
  void append_cell(std::string& out, Value cell, Type type) const {
    const size_t before = out.size();
    append_json_value(out, cell, type, options_);
    if (cell.kind() != ValueKind::json) return;
    // json columns keep their text; as one line only once its line breaks, which are blanks, are
    // gone.
    std::replace_if(
        out.begin() + static_cast<ptrdiff_t>(before), out.end(),
        [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }

  std::vector<std::string> keys_;
};

class JsonArrayWriter final : public JsonLinesWriter {
 public:
  using JsonLinesWriter::JsonLinesWriter;

 private:
  void begin(std::string& out) override { out += '['; }
  void append_row(std::string& out, std::span<const Value> cells, bool first) override {
    out += first ? "\n" : ",\n";
    append_object(out, cells);
  }
  void end(std::string& out, bool empty) override { out += empty ? "]\n" : "\n]\n"; }
};

}  // namespace

std::unique_ptr<RowWriter> make_row_writer(std::unique_ptr<ByteSink> sink, Format format,
                                           std::vector<Column> columns,
                                           const FormatOptions& options) {
  switch (format) {
    case Format::csv:
      return std::make_unique<CsvWriter>(std::move(sink), std::move(columns), options);
    case Format::ndjson:
      return std::make_unique<JsonLinesWriter>(std::move(sink), std::move(columns), options);
    case Format::json:
      return std::make_unique<JsonArrayWriter>(std::move(sink), std::move(columns), options);
  }
  TRIVET_ASSERT(!"no such format");
}

}  // namespace trivet::data
