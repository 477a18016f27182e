#include <algorithm>

#include "base/unicode.h"
#include "value/coerce.h"

namespace trivet {
namespace {

using Cell = std::optional<std::string_view>;

// array_in() of PostgreSQL for one dimension.
class ArrayScanner {
 public:
  ArrayScanner(std::string_view literal, Arena& arena) : literal_(literal), arena_(arena) {}

  result<std::vector<Cell>> scan() {
    skip_space();
    if (peek() != '{') {
      return malformed("Array value must start with \"{\" or dimension information.");
    }
    ++at_;
    std::vector<Cell> cells;
    skip_space();
    if (peek() == '}') {
      ++at_;
    } else {
      TRIVET_CHECK(scan_cells(cells));
    }
    skip_space();
    if (at_ != literal_.size()) return malformed("Junk after closing right brace.");
    return cells;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < literal_.size() ? literal_[at_] : '\0'; }
  [[nodiscard]] bool at_end() const { return at_ == literal_.size(); }
  void skip_space() {
    while (!at_end() && is_space(literal_[at_])) ++at_;
  }
  std::unexpected<Error> malformed(std::string details) const {
    std::string_view shown = literal_;
    while (!shown.empty() && is_space(shown.front())) shown.remove_prefix(1);
    return fail(ErrorCode::bad_text_representation,
                "malformed array literal: \"" + std::string(shown) + "\"", std::move(details));
  }

  result<void> scan_cells(std::vector<Cell>& cells) {
    while (true) {
      skip_space();
      TRIVET_TRY(const Cell cell, peek() == '"' ? scan_quoted() : scan_bare());
      cells.push_back(cell);
      skip_space();
      if (at_end()) return malformed("Unexpected end of input.");
      const char c = literal_[at_++];
      if (c == '}') return {};
      if (c != ',') return malformed("Unexpected array element.");
    }
  }

  result<Cell> scan_quoted() {
    const size_t begin = ++at_;
    bool escaped = false;
    while (!at_end() && peek() != '"') {
      if (peek() == '\\') {
        escaped = true;
        ++at_;
      }
      if (!at_end()) ++at_;
    }
    if (at_end()) return malformed("Unexpected end of input.");
    const std::string_view body = literal_.substr(begin, at_ - begin);
    ++at_;
    return escaped ? unescape(body) : body;
  }

  result<Cell> scan_bare() {
    const size_t begin = at_;
    size_t end = at_;  // behind the last character that isn't a blank
    bool escaped = false;
    while (!at_end() && peek() != ',' && peek() != '}') {
      if (peek() == '"') return malformed("Unexpected array element.");
      if (peek() == '{') {
        return begin == at_ ? malformed("Only arrays of one dimension are supported.")
                            : malformed("Unexpected \"{\" character.");
      }
      const bool blank = is_space(peek());
      if (peek() == '\\') {
        escaped = true;
        ++at_;
      }
      if (!at_end()) ++at_;
      if (!blank) end = at_;
    }
    if (at_end()) return malformed("Unexpected end of input.");
    const std::string_view body = literal_.substr(begin, end - begin);
    if (body.empty()) return malformed(std::string("Unexpected \"") + peek() + "\" character.");
    if (!escaped && lower_ascii(body) == "null") return Cell();
    return escaped ? unescape(body) : body;
  }

  std::string_view unescape(std::string_view body) {
    auto* const to = static_cast<char*>(arena_.allocate(body.size()));
    size_t size = 0;
    for (size_t i = 0; i < body.size(); ++i) {
      if (body[i] == '\\' && i + 1 < body.size()) ++i;
      to[size++] = body[i];
    }
    return {to, size};
  }

  std::string_view literal_;
  Arena& arena_;
  size_t at_ = 0;
};

result<void> check_size(size_t size, const CoerceContext& context) {
  if (size <= context.list_values_max) return {};
  return fail(ErrorCode::too_complex, "array size exceeds the maximum allowed (" +
                                          std::to_string(context.list_values_max) + ")");
}

}  // namespace

result<std::vector<Cell>> split_array_literal(std::string_view literal, Arena& arena) {
  return ArrayScanner(literal, arena).scan();
}

result<std::vector<Value>> parse_array_literal(std::string_view literal, Type element,
                                               const CoerceContext& context, Arena& arena) {
  TRIVET_TRY(const std::vector<Cell> cells, split_array_literal(literal, arena));
  TRIVET_CHECK(check_size(cells.size(), context));
  std::vector<Value> values;
  values.reserve(cells.size());
  for (const Cell& cell : cells) {
    if (!cell) {
      values.push_back(Value::null());
      continue;
    }
    TRIVET_TRY(const Value value, coerce_text(*cell, element, context, arena));
    values.push_back(value);
  }
  return values;
}

result<Value> coerce_text_list(std::string_view literal, Type element, const CoerceContext& context,
                               Arena& arena) {
  TRIVET_TRY(const std::vector<Value> values,
             parse_array_literal(literal, element, context, arena));
  return arena.copy_list(values);
}

result<Value> coerce_json_list(JsonValue value, Type element, const CoerceContext& context,
                               Arena& arena) {
  if (value.is_null()) return Value::null();
  if (value.kind() == JsonKind::string) {
    return coerce_text_list(value.as_string().text(arena), element, context, arena);
  }
  if (value.kind() != JsonKind::array) {
    return fail(ErrorCode::bad_text_representation, "expected JSON array");
  }
  std::vector<Value> values;
  for (const JsonValue& item : value.elements()) {
    TRIVET_CHECK(check_size(values.size() + 1, context));
    TRIVET_TRY(const Value coerced, coerce_json(item, element, context, arena));
    values.push_back(coerced);
  }
  return arena.copy_list(values);
}

}  // namespace trivet
