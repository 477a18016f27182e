#include "data/json_readers.h"

#include <algorithm>

#include "base/unicode.h"

namespace trivet::data {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// How far a scan for the end of an element has come; goes on when more bytes have arrived.
class ElementScan {
 public:
  // Offset behind the element, or npos while it goes on behind `text`. Scalars end before a
  // separator.
  size_t find_end(std::string_view text) {
    for (; at_ < text.size(); ++at_) {
      const char c = text[at_];
      if (in_string_) {
        scan_in_string(c);
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        if (depth_ == 0) return at_;
        if (--depth_ == 0) return at_ + 1;
      } else if (depth_ == 0 && (c == ',' || (blanks.contains(c) && at_ > 0))) {
        return at_;
      }
    }
    return std::string_view::npos;
  }

 private:
  void scan_in_string(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
  }

  size_t at_ = 0;
  size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace

JsonRowReader::JsonRowReader(std::unique_ptr<ByteSource> source, const RowReaderOptions& options)
    : options_(options), window_(std::move(source), options.chunk_bytes, options.row_bytes_max) {}

ReadStep JsonRowReader::set_bad(std::string message) {
  bad_row_ = Error(ErrorCode::bad_body, std::move(message));
  return ReadStep::bad_row;
}

ReadStep JsonRowReader::take_object(std::string_view text) {
  const auto parsed = parse_json(text, options_.json_depth_max);
  if (!parsed) {
    return set_bad(std::string(json_fault_text(parsed.error().reason)) + " (byte " +
                   std::to_string(parsed.error().offset + 1) + " of the row)");
  }
  if (parsed->kind() != JsonKind::object) return set_bad("row is not a JSON object");
  row_.assign(*parsed);
  if (row_.names().size() > options_.columns_max) {
    return set_bad("more than " + std::to_string(options_.columns_max) + " keys");
  }
  return ReadStep::row;
}

result<void> JsonRowReader::skip_byte_order_mark() {
  started_ = true;
  while (window_.view().size() < 3) {
    TRIVET_TRY(const bool grown, window_.more());
    if (!grown) break;
  }
  if (window_.view().starts_with("\xef\xbb\xbf")) window_.consume(3);
  return {};
}

result<ReadStep> NdjsonReader::next() {
  if (!started_) TRIVET_CHECK(skip_byte_order_mark());
  size_t searched = 0;
  while (true) {
    const std::string_view view = window_.view();
    size_t end = view.find('\n', searched);
    if (end == std::string_view::npos) {
      searched = view.size();
      if (window_.overfull()) return skip_overlong();
      TRIVET_TRY(const bool grown, window_.more());
      if (grown) continue;
      if (view.empty()) return ReadStep::end;
      end = window_.view().size();
    }
    const std::string_view row = window_.view().substr(0, end);
    line_ = next_line_++;
    window_.consume(std::min(end + 1, window_.view().size()));
    searched = 0;
    if (row.find_first_not_of(blanks) != std::string_view::npos) return take_object(row);
  }
}

result<ReadStep> NdjsonReader::skip_overlong() {
  line_ = next_line_++;
  while (true) {
    window_.consume(window_.view().size());
    TRIVET_TRY(const bool grown, window_.more());
    const size_t end = window_.view().find('\n');
    if (end == std::string_view::npos && grown) continue;
    window_.consume(end == std::string_view::npos ? window_.view().size() : end + 1);
    return set_bad("row is longer than " + std::to_string(options_.row_bytes_max) + " bytes");
  }
}

std::unexpected<Error> JsonArrayReader::broken(std::string_view what) const {
  return fail(ErrorCode::bad_body, "line " + std::to_string(next_line_) + ": " + std::string(what));
}

void JsonArrayReader::consume(size_t bytes) {
  next_line_ += static_cast<uint64_t>(std::ranges::count(window_.view().substr(0, bytes), '\n'));
  window_.consume(bytes);
}

// The first byte that isn't blank, made the first of the window; '\0' at the end.
result<char> JsonArrayReader::peek_nonblank() {
  while (true) {
    const size_t found = window_.view().find_first_not_of(blanks);
    if (found != std::string_view::npos) {
      consume(found);
      return window_.view().front();
    }
    consume(window_.view().size());
    TRIVET_TRY(const bool grown, window_.more());
    if (!grown) return '\0';
  }
}

result<bool> JsonArrayReader::find_element() {
  while (place_ != Place::ended) {
    TRIVET_TRY(const char c, peek_nonblank());
    switch (place_) {
      case Place::start:
        if (c == '\0') return broken("the file is empty");
        place_ = c == '[' ? Place::first_element : Place::bare;
        if (c == '[') consume(1);
        break;
      case Place::bare:
        if (c == '\0') return false;
        return true;
      case Place::first_element:
        if (c != ']') return c == '\0' ? result<bool>(broken("the array is not closed")) : true;
        consume(1);
        place_ = Place::ended;
        break;
      case Place::behind_element:
        if (c != ',' && c != ']')
          return broken(c == '\0' ? "the array is not closed" : "a comma is missing");
        consume(1);
        if (c == ']') {
          place_ = Place::ended;
          break;
        }
        TRIVET_CHECK(peek_nonblank());
        return true;
      case Place::ended:
        break;
    }
  }
  TRIVET_TRY(const char rest, peek_nonblank());
  if (rest != '\0') return broken("text behind the array");
  return false;
}

result<size_t> JsonArrayReader::find_element_end() {
  ElementScan scan;
  while (true) {
    const size_t end = scan.find_end(window_.view());
    if (end != std::string_view::npos) return end;
    if (window_.overfull()) {
      return broken("row is longer than " + std::to_string(options_.row_bytes_max) + " bytes");
    }
    TRIVET_TRY(const bool grown, window_.more());
    if (grown) continue;
    if (place_ == Place::bare) return window_.view().size();
    return broken("the array is not closed");
  }
}

result<ReadStep> JsonArrayReader::next() {
  if (!started_) TRIVET_CHECK(skip_byte_order_mark());
  TRIVET_TRY(const bool found, find_element());
  if (!found) return ReadStep::end;
  line_ = next_line_;
  TRIVET_TRY(const size_t size, find_element_end());
  if (size == 0) return broken("a value is missing");
  const std::string_view element = window_.view().substr(0, size);
  consume(size);
  if (place_ != Place::bare) place_ = Place::behind_element;
  return take_object(element);
}

}  // namespace trivet::data
