#include "value/json_reader.h"

#include <simdjson.h>

#include <array>
#include <vector>

#include "base/unicode.h"
#include "value/json/json_scan.h"
#include "value/text/hex.h"

namespace trivet {
namespace {

// The kinds of the containers around a position, a bit each.
class Nesting {
 public:
  explicit Nesting(uint32_t depth_max) : depth_max_(depth_max) {}
  [[nodiscard]] bool full() const { return depth_ == depth_max_; }
  [[nodiscard]] bool empty() const { return depth_ == 0; }
  [[nodiscard]] bool in_object() const { return (word_ & 1) != 0; }
  void push(bool object) {
    if (depth_ % 64 == 0) outer_.push_back(word_);
    word_ = (word_ << 1) | uint64_t{object};
    ++depth_;
  }
  void pop() {
    --depth_;
    word_ >>= 1;
    if (depth_ % 64 == 0) {
      word_ = outer_.back();
      outer_.pop_back();
    }
  }

 private:
  uint32_t depth_max_;
  uint32_t depth_ = 0;
  uint64_t word_ = 0;
  std::vector<uint64_t> outer_;
};

// One pass over the text; no recursion, so that depth costs no stack.
class Checker {
 public:
  Checker(std::string_view text, uint32_t depth_max)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), nesting_(depth_max) {}

  std::optional<JsonFault> check() {
    bool more = check_value();
    while (more) {
      skip_blanks();
      more = nesting_.empty() ? check_end() : check_separator();
    }
    return fault_;
  }

 private:
  using Reason = JsonFault::Reason;

  bool fail_at(Reason reason) { return fail_at(reason, at_); }
  bool fail_at(Reason reason, const char* where) {
    fault_ = JsonFault{reason, static_cast<size_t>(where - begin_)};
    return false;
  }
  bool unexpected() { return fail_at(at_ == end_ ? Reason::unterminated : Reason::unexpected); }
  void skip_blanks() { at_ = skip_json_blanks(at_, end_); }
  [[nodiscard]] bool next_is(char c) const { return at_ != end_ && *at_ == c; }

  // True: a value ended and more text may follow; false: fault, or all is done.
  bool check_value() {
    while (true) {
      skip_blanks();
      if (at_ == end_) return unexpected();
      switch (*at_) {
        case '{':
          if (!open(true)) return false;
          if (next_is('}')) return close();
          if (!check_key()) return false;
          continue;
        case '[':
          if (!open(false)) return false;
          if (next_is(']')) return close();
          continue;
        case '"':
          return check_string();
        case 't':
          return check_word("true");
        case 'f':
          return check_word("false");
        case 'n':
          return check_word("null");
        default:
          return *at_ == '-' || is_digit(*at_) ? check_number() : unexpected();
      }
    }
  }

  bool open(bool object) {
    if (nesting_.full()) return fail_at(Reason::too_deep);
    nesting_.push(object);
    ++at_;
    skip_blanks();
    return true;
  }

  bool close() {
    nesting_.pop();
    ++at_;
    return true;
  }

  bool check_separator() {
    const bool object = nesting_.in_object();
    if (next_is(object ? '}' : ']')) return close();
    if (!next_is(',')) return unexpected();
    ++at_;
    if (object) {
      skip_blanks();
      if (!check_key()) return false;
    }
    return check_value();
  }

  bool check_end() {
    if (at_ != end_) fail_at(Reason::trailing);
    return false;
  }

  bool check_key() {
    if (!next_is('"')) return unexpected();
    if (!check_string()) return false;
    skip_blanks();
    if (!next_is(':')) return unexpected();
    ++at_;
    return true;
  }

  bool check_word(std::string_view word) {
    if (!std::string_view(at_, static_cast<size_t>(end_ - at_)).starts_with(word)) {
      return fail_at(Reason::bad_literal);
    }
    at_ += word.size();
    return true;
  }

  bool check_number() {
    const char* const start = at_;
    at_ += *at_ == '-';
    if (next_is('0')) {
      ++at_;
    } else if (!check_digits()) {
      return fail_at(Reason::bad_number, start);
    }
    if (next_is('.') && (++at_, !check_digits())) return fail_at(Reason::bad_number, start);
    if (next_is('e') || next_is('E')) {
      ++at_;
      if (next_is('+') || next_is('-')) ++at_;
      if (!check_digits()) return fail_at(Reason::bad_number, start);
    }
    // 01 and 1x: what follows must not look like more of the number.
    const bool glued = at_ != end_ && (is_digit(*at_) || *at_ == '.' || *at_ == '-' || *at_ == '+');
    return glued ? fail_at(Reason::bad_number, start) : true;
  }

  bool check_digits() {
    const char* const start = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != start;
  }

  bool check_string() {
    const char* const start = at_++;
    while (true) {
      at_ = find_json_string_stop(at_, end_);
      if (at_ == end_) return fail_at(Reason::unterminated, start);
      if (*at_ == '"') {
        ++at_;
        return true;
      }
      if (*at_ != '\\') return fail_at(Reason::control_character);
      if (!check_escape()) return false;
    }
  }

  bool check_escape() {
    if (end_ - at_ < 2) return fail_at(Reason::unterminated);
    if (at_[1] == 'u') return check_unicode_escape();
    if (std::string_view("\"\\/bfnrt").find(at_[1]) == std::string_view::npos) {
      return fail_at(Reason::bad_escape);
    }
    at_ += 2;
    return true;
  }

  bool check_unicode_escape() {
    const int first = json_unicode_escape(at_, end_);
    if (first < 0) return fail_at(Reason::bad_escape);
    if (first >= 0xdc00 && first <= 0xdfff) return fail_at(Reason::lone_surrogate);
    if (first >= 0xd800 && first <= 0xdbff) {
      const int second = json_unicode_escape(at_ + 6, end_);
      if (second < 0xdc00 || second > 0xdfff) return fail_at(Reason::lone_surrogate);
      at_ += 6;
    }
    at_ += 6;
    return true;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  Nesting nesting_;
  std::optional<JsonFault> fault_;
};

// Where the first sequence begins that is not UTF-8.
size_t find_bad_utf8(std::string_view text) {
  size_t low = 0;
  size_t high = text.size();
  // A valid prefix that is cut inside a character is invalid too, so look for the last cut that is
  // good.
  while (high - low > 64) {
    size_t middle = low + (high - low) / 2;
    while (middle > low && (static_cast<unsigned char>(text[middle]) & 0xc0) == 0x80) --middle;
    if (middle == low) break;
    if (is_valid_utf8(text.substr(low, middle - low))) {
      low = middle;
    } else {
      high = middle;
    }
  }
  size_t at = low;
  while (at < text.size()) {
    size_t size = 1;
    while (at + size < text.size() && size < 4 &&
           (static_cast<unsigned char>(text[at + size]) & 0xc0) == 0x80) {
      ++size;
    }
    if (!is_valid_utf8(text.substr(at, size))) return at;
    at += size;
  }
  return at;
}

// The code units of an escaped string body, decoded piece by piece.
template <class Append>
void decode_string(std::string_view body, Append append) {
  const char* at = body.data();
  const char* const end = at + body.size();
  while (at != end) {
    const auto* stop =
        static_cast<const char*>(std::memchr(at, '\\', static_cast<size_t>(end - at)));
    if (stop == nullptr) stop = end;
    append(std::string_view(at, static_cast<size_t>(stop - at)));
    if (end - stop < 2) return;
    at = append_json_escape(stop, end, append);
  }
}

}  // namespace

std::string_view JsonString::text(Arena& arena) const {
  if (!escaped_) return body_;
  // Decoding never lengthens: the shortest escape of n bytes has more than n.
  char* const to = static_cast<char*>(arena.allocate(body_.size()));
  size_t size = 0;
  decode_string(body_, [&](std::string_view piece) {
    if (!piece.empty()) std::memcpy(to + size, piece.data(), piece.size());
    size += piece.size();
  });
  return {to, size};
}

void JsonString::append_to(std::string& out) const {
  if (!escaped_) {
    out += body_;
    return;
  }
  decode_string(body_, [&](std::string_view piece) { out += piece; });
}

bool JsonString::equals(std::string_view text) const {
  if (!escaped_) return body_ == text;
  if (text.size() > body_.size()) return false;
  bool same = true;
  decode_string(body_, [&](std::string_view piece) {
    same = same && text.starts_with(piece);
    if (same) text.remove_prefix(piece.size());
  });
  return same && text.empty();
}

std::string_view json_fault_text(JsonFault::Reason reason) {
  using enum JsonFault::Reason;
  switch (reason) {
    case empty:
      return "the text is empty";
    case bad_utf8:
      return "the text is not UTF-8";
    case byte_order_mark:
      return "the text begins with a byte order mark";
    case unexpected:
      return "unexpected character";
    case bad_literal:
      return "unknown word";
    case bad_number:
      return "malformed number";
    case bad_escape:
      return "unknown escape sequence";
    case lone_surrogate:
      return "an escaped surrogate lacks its pair";
    case control_character:
      return "a control character must be escaped";
    case unterminated:
      return "the text ends too early";
    case too_deep:
      return "too deeply nested";
    case trailing:
      return "text after the value";
  }
  return "";
}

std::expected<JsonValue, JsonFault> parse_json(std::string_view text, uint32_t depth_max) {
  using enum JsonFault::Reason;
  if (text.starts_with("\xef\xbb\xbf")) return std::unexpected(JsonFault{byte_order_mark, 0});
  if (skip_json_blanks(text.data(), text.data() + text.size()) == text.data() + text.size()) {
    return std::unexpected(JsonFault{empty, 0});
  }
  if (!simdjson::validate_utf8(text)) {
    return std::unexpected(JsonFault{bad_utf8, find_bad_utf8(text)});
  }
  if (const std::optional<JsonFault> fault = Checker(text, depth_max).check()) {
    return std::unexpected(*fault);
  }
  return JsonValue::trusted(text);
}

}  // namespace trivet
