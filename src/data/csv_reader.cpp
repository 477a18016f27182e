#include "data/csv_reader.h"

#include <algorithm>
#include <unordered_set>

#include "base/unicode.h"

namespace trivet::data {
namespace {

std::string_view undouble_quotes(std::string_view text, Arena& arena) {
  auto* const to = static_cast<char*>(arena.allocate(text.size()));
  size_t size = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    to[size++] = text[at];
    if (text[at] == '"') ++at;
  }
  return {to, size};
}

}  // namespace

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, const RowReaderOptions& options)
    : options_(options), window_(std::move(source), options.chunk_bytes, options.row_bytes_max) {}

void CsvReader::set_bad(std::string message, std::string details) {
  bad_row_ = Error(ErrorCode::bad_body, std::move(message), std::move(details));
}

// Finds the next record and steps over it; its text stays readable until the next call.
result<CsvReader::Scanned> CsvReader::scan_record() {
  while (true) {
    const std::string_view view = window_.view();
    if (!view.empty()) {
      const CsvScan scan = scan_csv_record(view, options_.separator, window_.at_end(), record_);
      if (scan != CsvScan::incomplete) {
        text_ = view.substr(0, record_.bytes);
        line_ = next_line_;
        next_line_ += record_.lines;
        window_.consume(record_.bytes);
        if (scan == CsvScan::record) return Scanned::record;
        set_bad(record_.fault);
        return Scanned::bad;
      }
      if (window_.overfull()) return skip_overlong();
    }
    TRIVET_TRY(const bool grown, window_.more());
    if (!grown && window_.view().empty()) return Scanned::end;
  }
}

// Gives up on a record that is longer than allowed, and goes on behind the next line end.
result<CsvReader::Scanned> CsvReader::skip_overlong() {
  line_ = next_line_;
  set_bad("row is longer than " + std::to_string(options_.row_bytes_max) + " bytes");
  while (true) {
    const std::string_view view = window_.view();
    next_line_ += static_cast<uint64_t>(std::ranges::count(view, '\n'));
    window_.consume(view.size());
    TRIVET_TRY(const bool grown, window_.more());
    const size_t end = window_.view().find('\n');
    if (end == std::string_view::npos && grown) continue;
    window_.consume(end == std::string_view::npos ? window_.view().size() : end + 1);
    ++next_line_;
    return Scanned::bad;
  }
}

void CsvReader::decode_fields() {
  arena_.clear();
  cells_.resize(record_.fields.size());
  for (size_t i = 0; i < cells_.size(); ++i) {
    const CsvField& field = record_.fields[i];
    const std::string_view raw = text_.substr(field.begin, field.size);
    cells_[i].kind = field.quoted ? CellKind::quoted : CellKind::bare;
    cells_[i].text = field.doubled ? undouble_quotes(raw, arena_) : raw;
  }
}

result<void> CsvReader::read_header() {
  has_header_ = true;
  while (window_.view().size() < 3) {
    TRIVET_TRY(const bool grown, window_.more());
    if (!grown) break;
  }
  if (window_.view().starts_with("\xef\xbb\xbf")) window_.consume(3);
  TRIVET_TRY(const Scanned scanned, scan_record());
  if (scanned == Scanned::end) return {};
  if (scanned == Scanned::bad) return std::unexpected(bad_row_);
  if (!is_valid_utf8(text_)) return fail(ErrorCode::bad_body, "the header is not UTF-8");
  if (record_.fields.size() > options_.columns_max) {
    return fail(ErrorCode::bad_body,
                "more than " + std::to_string(options_.columns_max) + " columns");
  }
  decode_fields();
  std::unordered_set<std::string_view> seen;
  for (const Cell& cell : cells_) {
    if (!seen.insert(cell.text).second) {
      return fail(ErrorCode::bad_body,
                  "column \"" + std::string(cell.text) + "\" appears twice in the header");
    }
    header_.emplace_back(cell.text);
  }
  names_.assign(header_.begin(), header_.end());
  return {};
}

bool CsvReader::fill_cells() {
  if (!is_valid_utf8(text_)) {
    set_bad("row is not UTF-8");
    return false;
  }
  if (record_.fields.size() != names_.size()) {
    set_bad("All lines must have same number of fields",
            "This row has " + std::to_string(record_.fields.size()) + ", the header has " +
                std::to_string(names_.size()) + ".");
    return false;
  }
  decode_fields();
  return true;
}

result<ReadStep> CsvReader::next() {
  if (!has_header_) TRIVET_CHECK(read_header());
  while (true) {
    TRIVET_TRY(const Scanned scanned, scan_record());
    if (scanned == Scanned::end) return ReadStep::end;
    if (scanned == Scanned::bad) return ReadStep::bad_row;
    // An empty line is a row only where a row is a single field.
    const bool blank = record_.fields.size() == 1 && record_.fields.front().size == 0 &&
                       !record_.fields.front().quoted;
    if (blank && names_.size() != 1) continue;
    return fill_cells() ? ReadStep::row : ReadStep::bad_row;
  }
}

}  // namespace trivet::data
