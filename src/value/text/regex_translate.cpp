#include <charconv>
#include <optional>

#include "base/unicode.h"
#include "value/regex.h"
#include "value/text/hex.h"

namespace trivet {
namespace {

constexpr int repeat_max = 255;  // PostgreSQL's DUPMAX

// RE2's classes are ASCII, PostgreSQL's follow Unicode.
constexpr std::string_view word_class = "\\pL\\pN_";

struct ClassName {
  std::string_view name;
  std::string_view spelling;  // inside brackets
};
constexpr ClassName class_names[] = {
    {"alpha", "\\pL"},      {"alnum", "\\pL\\pN"},  {"upper", "\\p{Lu}"},
    {"lower", "\\p{Ll}"},   {"digit", "[:digit:]"}, {"space", "[:space:]"},
    {"blank", "[:blank:]"}, {"punct", "[:punct:]"}, {"xdigit", "[:xdigit:]"},
    {"cntrl", "[:cntrl:]"}, {"graph", "[:graph:]"}, {"print", "[:print:]"},
};

class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern) {}

  result<std::string> translate() {
    if (pattern_.starts_with("***")) return refuse("directors are not supported");
    if (!take_options()) return refuse("unsupported embedded option");
    while (at_ < pattern_.size() && reason_.empty()) step();
    if (!reason_.empty()) return refuse(reason_);
    return std::move(out_);
  }

 private:
  static std::unexpected<Error> refuse(std::string_view reason) {
    return fail(ErrorCode::bad_regex, "invalid regular expression: " + std::string(reason));
  }
  [[nodiscard]] char peek(size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }
  void stop(std::string_view reason) { reason_ = reason; }

  // (?i) and the like, which PostgreSQL knows at the very start only.
  bool take_options() {
    if (!pattern_.starts_with("(?") || pattern_.size() < 3 || !(peek(2) >= 'a' && peek(2) <= 'z')) {
      return true;
    }
    const size_t end = pattern_.find(')');
    if (end == std::string_view::npos) return true;
    for (char option : pattern_.substr(2, end - 2)) {
      if (option == 'i') out_ = "(?i)";
      if (option == 'c') out_ = "(?-i)";
      if (option != 'i' && option != 'c' && option != 's' && option != 't' && option != 'e') {
        return false;
      }
    }
    at_ = end + 1;
    return true;
  }

  void step() {
    switch (peek()) {
      case '\\':
        return escape(false);
      case '[':
        return bracket();
      case '(':
        return group();
      case '{':
        return repeat();
      default:
        out_ += pattern_[at_++];
    }
  }

  void group() {
    if (peek(1) != '?') {
      out_ += pattern_[at_++];
      return;
    }
    if (peek(2) != ':') return stop("look-around and group options are not supported");
    out_ += "(?:";
    at_ += 3;
  }

  // {m}, {m,}, {m,n}; a brace before anything but a digit is itself.
  void repeat() {
    out_ += pattern_[at_++];
    if (!is_digit(peek())) {
      out_.insert(out_.size() - 1, "\\");
      return;
    }
    while (at_ < pattern_.size() && peek() != '}') {
      const size_t begin = at_;
      int count = 0;
      while (is_digit(peek()) && at_ - begin < 4) count = count * 10 + (pattern_[at_++] - '0');
      if (count > repeat_max) return stop("invalid repetition count(s)");
      if (peek() == ',') ++at_;
      if (at_ == begin) return stop("invalid repetition count(s)");
      out_ += pattern_.substr(begin, at_ - begin);
    }
    if (at_ == pattern_.size()) return stop("braces {} not balanced");
    out_ += pattern_[at_++];
  }

  void bracket() {
    out_ += pattern_[at_++];
    if (peek() == '^') out_ += pattern_[at_++];
    bool first = true;
    while (at_ < pattern_.size() && (first || peek() != ']') && reason_.empty()) {
      first = false;
      if (peek() == '\\') {
        escape(true);
      } else if (peek() == '[') {
        bracket_class();
      } else {
        if (peek() == ']') out_ += '\\';
        out_ += pattern_[at_++];
      }
    }
    if (!reason_.empty()) return;
    if (at_ == pattern_.size()) return stop("brackets [] not balanced");
    out_ += pattern_[at_++];
  }

  void bracket_class() {
    const char kind = peek(1);
    if (kind == '.' || kind == '=') return stop("collating elements are not supported");
    if (kind != ':') {
      out_ += "\\[";
      ++at_;
      return;
    }
    const size_t end = pattern_.find(":]", at_ + 2);
    const std::string_view name = end == std::string_view::npos
                                      ? std::string_view()
                                      : pattern_.substr(at_ + 2, end - at_ - 2);
    for (const ClassName& known : class_names) {
      if (known.name != name) continue;
      out_ += known.spelling;
      at_ = end + 2;
      return;
    }
    stop("invalid character class");
  }

  void escape(bool in_bracket) {
    const char c = peek(1);
    if (at_ + 1 == pattern_.size()) return stop("invalid escape \\ sequence");
    at_ += 2;
    const bool alphanumeric = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric) {
      out_ += '\\';
      if ((c & 0x80) != 0) out_.pop_back();
      out_ += c;
      return;
    }
    if (c >= '1' && c <= '9') return stop("back references are not supported");
    if (c == 'w' || c == 'W') return word_escape(c, in_bracket);
    if (c == 'x' || c == 'u' || c == 'U') return code_escape(c);
    if (c == 'e') {
      out_ += "\\x1b";
      return;
    }
    if (std::string_view("dsafnrtv").contains(c) || (!in_bracket && (c == 'D' || c == 'S'))) {
      out_ += '\\';
      out_ += c;
      return;
    }
    const std::string_view constraint = in_bracket ? std::string_view() : constraint_escape(c);
    if (constraint.empty()) return stop("invalid escape \\ sequence");
    out_ += constraint;
  }

  // \m, \M and \b mean something else, or nothing, to RE2.
  static std::string_view constraint_escape(char c) {
    switch (c) {
      case 'A':
        return "\\A";
      case 'Z':
        return "\\z";
      case 'y':
        return "\\b";
      case 'Y':
        return "\\B";
      default:
        return {};
    }
  }

  void word_escape(char c, bool in_bracket) {
    if (in_bracket) {
      if (c == 'W') return stop("invalid escape \\ sequence");
      out_ += word_class;
      return;
    }
    out_ += c == 'w' ? "[" : "[^";
    out_ += word_class;
    out_ += ']';
  }

  // \xhhh (any number of digits), \uhhhh, \Uhhhhhhhh.
  void code_escape(char c) {
    const size_t wanted = c == 'u' ? 4 : 8;
    size_t count = 0;
    while (count < wanted && hex_value(peek(count)) >= 0) ++count;
    uint32_t code_point = 0;
    std::from_chars(pattern_.data() + at_, pattern_.data() + at_ + count, code_point, 16);
    if (count == 0 || (c != 'x' && count != wanted) || code_point > 0x10ffff) {
      return stop("invalid escape \\ sequence");
    }
    out_ += "\\x{";
    out_ += pattern_.substr(at_, count);
    out_ += '}';
    at_ += count;
  }

  std::string_view pattern_;
  size_t at_ = 0;
  std::string out_;
  std::string_view reason_;
};

}  // namespace

result<std::string> translate_regex(std::string_view pattern) {
  return Translator(pattern).translate();
}

}  // namespace trivet
