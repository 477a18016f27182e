#include "data/csv_scan.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace trivet::data {
namespace {

constexpr size_t none = std::string_view::npos;

// The next separator, line feed or quote, or text.size().
size_t find_bare_stop(std::string_view text, size_t at, char separator) {
#ifdef __SSE2__
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(separator)),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
    const int mask =
        _mm_movemask_epi8(_mm_or_si128(ends, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))));
    if (mask != 0) return at + static_cast<size_t>(std::countr_zero(static_cast<unsigned>(mask)));
  }
#endif
  while (at < text.size() && text[at] != separator && text[at] != '\n' && text[at] != '"') ++at;
  return at;
}

class RecordScanner {
 public:
  RecordScanner(std::string_view text, char separator, bool last, CsvRecord& record)
      : text_(text), separator_(separator), last_(last), record_(record) {}

  CsvScan scan() {
    record_.fields.clear();
    record_.lines = 0;
    while (true) {
      const Step step = at_ < text_.size() && text_[at_] == '"' ? scan_quoted() : scan_bare();
      switch (step) {
        case Step::field:
          continue;
        case Step::record:
          record_.bytes = at_;
          return CsvScan::record;
        case Step::incomplete:
          return CsvScan::incomplete;
        case Step::bad:
          return skip_line();
      }
    }
  }

 private:
  enum class Step : unsigned char { field, record, incomplete, bad };

  Step scan_bare() {
    const size_t begin = at_;
    const size_t stop = find_bare_stop(text_, at_, separator_);
    if (stop == text_.size()) {
      if (!last_) return Step::incomplete;
      add({begin, stop - begin, false, false});
      at_ = stop;
      return Step::record;
    }
    if (text_[stop] == '"') {
      record_.fault = "a quote inside an unquoted field";
      return Step::bad;
    }
    at_ = stop + 1;
    if (text_[stop] == separator_) {
      add({begin, stop - begin, false, false});
      return Step::field;
    }
    const bool carriage_return = stop > begin && text_[stop - 1] == '\r';
    add({begin, stop - begin - carriage_return, false, false});
    ++record_.lines;
    return Step::record;
  }

  Step scan_quoted() {
    const size_t begin = at_ + 1;
    size_t quote = begin;
    bool doubled = false;
    while (true) {
      quote = text_.find('"', quote);
      if (quote == none) return unclosed();
      if (quote + 1 == text_.size() && !last_) return Step::incomplete;
      if (quote + 1 == text_.size() || text_[quote + 1] != '"') break;
      doubled = true;
      quote += 2;
    }
    add({begin, quote - begin, true, doubled});
    record_.lines += count_lines(begin, quote);
    at_ = quote + 1;
    return end_quoted();
  }

  Step unclosed() {
    if (!last_) return Step::incomplete;
    record_.fault = "a quoted field that is never closed";
    return Step::bad;
  }

  // Behind a closing quote.
  Step end_quoted() {
    if (at_ == text_.size()) return Step::record;
    if (text_[at_] == separator_) {
      ++at_;
      return Step::field;
    }
    const bool carriage_return = text_[at_] == '\r';
    if (carriage_return && at_ + 1 == text_.size() && !last_) return Step::incomplete;
    if (text_.substr(at_).starts_with(carriage_return ? "\r\n" : "\n")) {
      at_ += carriage_return ? 2 : 1;
      ++record_.lines;
      return Step::record;
    }
    record_.fault = "text behind the closing quote of a field";
    return Step::bad;
  }

  CsvScan skip_line() {
    const size_t end = text_.find('\n', at_);
    if (end == none && !last_) return CsvScan::incomplete;
    record_.bytes = end == none ? text_.size() : end + 1;
    record_.lines = count_lines(0, record_.bytes);
    return CsvScan::bad;
  }

  size_t count_lines(size_t begin, size_t end) const {
    return static_cast<size_t>(std::ranges::count(text_.substr(begin, end - begin), '\n'));
  }

  void add(const CsvField& field) { record_.fields.push_back(field); }

  std::string_view text_;
  char separator_;
  bool last_;
  CsvRecord& record_;
  size_t at_ = 0;
};

}  // namespace

CsvScan scan_csv_record(std::string_view text, char separator, bool last, CsvRecord& record) {
  return RecordScanner(text, separator, last, record).scan();
}

}  // namespace trivet::data
