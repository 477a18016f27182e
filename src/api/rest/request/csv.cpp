#include "api/rest/request/csv.h"

#include <algorithm>
#include <string>

namespace trivet::api::rest {
namespace {

class Reader {
 public:
  Reader(std::string_view text, Arena& arena) : text_(text), arena_(arena) {}
  [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }

  // One line's fields, its end consumed.
  result<void> line(std::vector<std::string_view>& fields) {
    while (true) {
      TRIVET_TRY(const std::string_view field, field_text());
      fields.push_back(field);
      if (at_end()) return {};
      const char c = text_[position_++];
      if (c == ',') continue;
      if (c == '\r' && !at_end() && text_[position_] == '\n') ++position_;
      return {};
    }
  }

 private:
  result<std::string_view> field_text() {
    if (!at_end() && text_[position_] == '"') return quoted();
    const size_t begin = position_;
    position_ = std::min(text_.find_first_of(",\r\n", begin), text_.size());
    return text_.substr(begin, position_ - begin);
  }

  result<std::string_view> quoted() {
    const size_t begin = ++position_;
    std::string unescaped;
    bool doubled = false;
    while (true) {
      const size_t quote = text_.find('"', position_);
      if (quote == text_.npos) return fail(ErrorCode::bad_body, "Unterminated quoted CSV field");
      unescaped.append(text_, position_, quote - position_);
      position_ = quote + 1;
      if (at_end() || text_[position_] != '"') break;
      doubled = true;
      unescaped += '"';
      ++position_;
    }
    if (!at_end() && text_[position_] != ',' && text_[position_] != '\n' && text_[position_] != '\r')
      return fail(ErrorCode::bad_body, "Text after a quoted CSV field");
    if (doubled) return arena_.copy(unescaped);
    return text_.substr(begin, position_ - 1 - begin);
  }

  std::string_view text_;
  Arena& arena_;
  size_t position_ = 0;
};

}  // namespace

result<CsvTable> parse_csv(std::string_view text, Arena& arena) {
  Reader reader(text, arena);
  CsvTable table;
  if (reader.at_end()) return fail(ErrorCode::bad_body, "Empty or invalid csv");
  TRIVET_CHECK(reader.line(table.header));
  while (!reader.at_end()) {
    const size_t before = table.fields.size();
    TRIVET_CHECK(reader.line(table.fields));
    if (table.fields.size() - before != table.header.size())
      return fail(ErrorCode::bad_body, "All lines must have same number of fields");
    ++table.rows;
  }
  return table;
}

}  // namespace trivet::api::rest
