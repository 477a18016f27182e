#include "api/rest/request/cursor.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <charconv>

namespace trivet::api::rest {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

size_t code_points(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace

std::unexpected<Error> Cursor::failure(std::string_view expected) const {
  std::string found = "end of input";
  if (!at_end()) {
    size_t length = 1;
    while (position_ + length < text_.size() &&
           (static_cast<unsigned char>(text_[position_ + length]) & 0xC0) == 0x80)
      ++length;
    found = fmt::format("\"{}\"", text_.substr(position_, length));
  }
  return fail(ErrorCode::bad_query_string,
              fmt::format("\"failed to parse {} ({})\" (line 1, column {})", what_, raw_,
                          code_points(text_.substr(0, position_)) + 1),
              fmt::format("unexpected {} expecting {}", found, expected));
}

result<void> Cursor::expect(std::string_view token) {
  if (!take(token)) return failure(fmt::format("\"{}\"", token));
  return {};
}

result<void> Cursor::expect_end() {
  if (!at_end()) return failure("end of input");
  return {};
}

std::string_view Cursor::take_until(std::string_view stops) {
  const std::string_view taken = rest().substr(0, rest().find_first_of(stops));
  position_ += taken.size();
  return taken;
}

result<void> Cursor::enter() {
  if (++depth_ > nesting_max)
    return fail(ErrorCode::too_complex, "query is too deeply nested");
  return {};
}

size_t Cursor::identifier_length(size_t from) const {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text_.data());
  const auto size = static_cast<int32_t>(text_.size());
  auto at = static_cast<int32_t>(from);
  while (at < size) {
    int32_t next = at;
    UChar32 c = 0;
    U8_NEXT(bytes, next, size, c);
    if (c < 0 || !(c == '_' || c == '$' || c == ' ' || u_isalpha(c) || u_isdigit(c))) break;
    at = next;
  }
  return static_cast<size_t>(at) - from;
}

result<std::string> Cursor::identifier() {
  const size_t length = identifier_length(position_);
  if (length == 0) return failure("field name (* or [a..z0..9_$])");
  std::string found(trim(text_.substr(position_, length)));
  position_ += length;
  return found;
}

result<std::string> Cursor::quoted() {
  std::string out;
  advance();
  while (!at_end()) {
    const char c = peek();
    advance();
    if (c == '"') return out;
    if (c == '\\') {
      if (at_end()) break;
      out += peek();
      advance();
      continue;
    }
    out += c;
  }
  return failure("\"\\\"\"");
}

result<std::string> Cursor::name() {
  if (peek() == '"') return quoted();
  TRIVET_TRY(std::string name, identifier());
  while (peek() == '-' && !next_is("->")) {
    advance();
    TRIVET_TRY(const std::string part, identifier());
    name += '-';
    name += part;
  }
  return name;
}

// An index only when the step ends after the digits; else the digits begin a key.
bool Cursor::json_index(JsonStep& step) {
  size_t at = position_;
  if (at < text_.size() && text_[at] == '-') ++at;
  const size_t digits = at;
  while (at < text_.size() && is_digit(text_[at])) ++at;
  if (at == digits) return false;
  const std::string_view after = text_.substr(at);
  if (!(after.empty() || after.starts_with("->") || after.starts_with("::") || after[0] == '.' ||
        after[0] == ','))
    return false;
  const auto [end, error] =
      std::from_chars(text_.data() + position_, text_.data() + at, step.index);
  if (error != std::errc{}) return false;
  step.is_index = true;
  position_ = at;
  return true;
}

result<JsonStep> Cursor::json_operand(bool as_text) {
  JsonStep step{.as_text = as_text, .is_index = false, .index = 0, .key = {}};
  if (json_index(step)) return step;
  if (peek() == '"') {
    TRIVET_TRY(step.key, quoted());
    return step;
  }
  while (true) {
    const std::string_view part = take_until("(-:.,>)");
    if (part.empty()) return failure("any non reserved character different from: .,>()");
    step.key += trim(part);
    if (peek() != '-' || next_is("->")) return step;
    advance();
    step.key += '-';
  }
}

result<std::vector<JsonStep>> Cursor::json_path() {
  std::vector<JsonStep> path;
  while (next_is("->")) {
    const bool as_text = next_is("->>");
    advance(as_text ? 3 : 2);
    TRIVET_TRY(JsonStep step, json_operand(as_text));
    path.push_back(std::move(step));
  }
  return path;
}

result<FieldRef> Cursor::field() {
  FieldRef field;
  TRIVET_TRY(field.name, name());
  TRIVET_TRY(field.path, json_path());
  return field;
}

}  // namespace trivet::api::rest
