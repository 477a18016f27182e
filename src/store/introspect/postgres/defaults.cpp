#include <algorithm>
#include <cctype>
#include <optional>

#include "store/introspect/postgres/types.h"

namespace trivet::store::introspect {

namespace {

using schema::DefaultKind;
using schema::ScalarType;

// Reads what the server writes for constants: 'text'::type, 5, '-1'::integer, true,
// ARRAY['a'::text].
class Constant {
 public:
  explicit Constant(std::string_view text) : rest_(text) {}

  std::optional<std::string> value() {
    std::optional<std::string> read;
    const bool enclosed = take('(');
    if (!rest_.empty() && rest_.front() == '\'') {
      read = quoted();
    } else {
      const size_t end = rest_.find_first_of(":,])");
      read = std::string(rest_.substr(0, end));
      rest_ = end == rest_.npos ? std::string_view() : rest_.substr(end);
      if (!is_number(*read) && *read != "true" && *read != "false") return std::nullopt;
    }
    if (enclosed && !take(')')) return std::nullopt;
    if (!read || !casts()) return std::nullopt;
    return read;
  }

  bool take(char c) {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool ends() const { return rest_.empty(); }

 private:
  static bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0 &&
           text.find_first_not_of("0123456789.") == text.npos && text.back() != '.';
  }

  std::optional<std::string> quoted() {
    std::string text;
    for (size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\'' && (i + 1 >= rest_.size() || rest_[i + 1] != '\'')) {
        rest_.remove_prefix(i + 1);
        return text;
      }
      if (rest_[i] == '\'') ++i;
      text += rest_[i];
    }
    return std::nullopt;
  }

  // ::character varying(20)[] and the like, each one a name.
  bool casts() {
    while (rest_.starts_with("::")) {
      rest_.remove_prefix(2);
      bool in_quotes = false;
      size_t end = 0;
      for (; end < rest_.size(); ++end) {
        const char c = rest_[end];
        if (c == '"') in_quotes = !in_quotes;
        const bool part = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
                          c == ' ' || c == '.' || c == '"';
        if (!in_quotes && !part) break;
      }
      rest_.remove_prefix(end);
      if (rest_.starts_with('('))
        rest_.remove_prefix(std::min(rest_.find(')'), rest_.size() - 1) + 1);
      if (rest_.starts_with("[]")) rest_.remove_prefix(2);
    }
    return rest_.empty() || rest_.front() == ',' || rest_.front() == ']' || rest_.front() == ')';
  }

  std::string_view rest_;
};

std::optional<std::vector<std::string>> items_of(std::string_view text) {
  std::vector<std::string> items;
  if (!text.starts_with("ARRAY[")) {
    const auto whole = Constant(text).value();
    return whole == "{}" ? std::optional(items) : std::nullopt;
  }
  Constant rest(text.substr(6));
  while (!rest.take(']')) {
    (void)rest.take(' ');
    const auto item = rest.value();
    if (!item) return std::nullopt;
    items.push_back(*item);
    (void)rest.take(',');
  }
  return items;
}

bool is_now(std::string_view text) {
  return text == "CURRENT_TIMESTAMP" || text == "now()" || text.starts_with("CURRENT_TIMESTAMP(") ||
         text.starts_with("(now())::") || text == "pg_catalog.now()";
}

// '\x6869' → base64, as the schema writes bytes.
std::optional<std::string> base64_of(const std::string& text) {
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (size_t i = 2; i < text.size(); i += 2) {
    const auto digit = [&](char c) {
      return std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    };
    if (digit(text[i]) > 15 || digit(text[i + 1]) > 15) return std::nullopt;
    bits = bits << 8 | static_cast<unsigned>(digit(text[i]) * 16 + digit(text[i + 1]));
    for (count += 8; count >= 6; count -= 6) out += letters[bits >> (count - 6) & 63];
  }
  if (count > 0) out += letters[bits << (6 - count) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::optional<std::string> literal_of(const LiveColumn& column, const std::string& value) {
  switch (column.type) {
    case ScalarType::bytes:
      return base64_of(value);
    case ScalarType::datetime:
    case ScalarType::unsupported:
      return std::nullopt;
    default:
      return value;
  }
}

}  // namespace

LiveDefault postgres_default(const LiveColumn& column, const std::string& expression) {
  LiveDefault value;
  value.sql = expression;
  if (expression.empty()) return value;
  value.kind = DefaultKind::dbgenerated;
  if (expression.starts_with("nextval(")) {
    value.kind = DefaultKind::autoincrement;
  } else if (column.is_list) {
    if (auto items = items_of(expression)) {
      value.kind = DefaultKind::list;
      value.items = *std::move(items);
    }
  } else if (column.type == ScalarType::datetime && is_now(expression)) {
    value.kind = DefaultKind::now;
  } else {
    Constant constant(expression);
    const auto text = constant.value();
    const auto literal = text && constant.ends() ? literal_of(column, *text) : std::nullopt;
    if (literal) {
      value.kind = DefaultKind::literal;
      value.text = *literal;
    }
  }
  return value;
}

}  // namespace trivet::store::introspect
