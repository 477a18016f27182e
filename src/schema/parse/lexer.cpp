#include "schema/parse/lexer.h"

#include <array>

namespace trivet::schema {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || is_high(c); }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hex digits at `at`, or -1.
int hex4(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

class Lexer {
 public:
  Lexer(const LexInput& input, Report& report) : input_(input), text_(input.text), report_(report) {}

  TokenStream run() {
    stream_.tokens.reserve(text_.size() / 5 + 8);
    while (at_ < text_.size()) step();
    push(TokenKind::end, at_);
    return std::move(stream_);
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool prisma() const { return input_.kind == FileKind::prisma; }

  void push(TokenKind kind, size_t begin) {
    stream_.tokens.push_back({kind, newline_, static_cast<uint32_t>(begin),
                              static_cast<uint32_t>(at_),
                              static_cast<uint32_t>(stream_.comments.size())});
    newline_ = false;
  }

  void error(size_t begin, size_t end, std::string message, std::string hint = {}) {
    report_.add(DiagnosticKind::syntax, range(begin, end), std::move(message), std::move(hint));
  }

  SourceRange range(size_t begin, size_t end) const {
    return {input_.file, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  }

  void step() {
    const char c = peek();
    if (c == '\n') {
      newline_ = true;
      ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '/' && (peek(1) == '/' || peek(1) == '*')) {
      comment();
    } else if (is_digit(c) || ((c == '-' || (c == '+' && !prisma())) && is_digit(peek(1)))) {
      number();
    } else if (is_word(c)) {
      word();
    } else if (c == '"' || c == '\'') {
      string(c);
    } else {
      punctuation(c);
    }
  }

  void comment() {
    const size_t begin = at_;
    const bool fresh = newline_ || stream_.tokens.empty();
    if (peek(1) == '*') {
      const auto close = text_.find("*/", at_ + 2);
      if (close == std::string_view::npos) {
        error(begin, begin + 2, "this comment is never closed", "write `*/` after it");
        at_ = text_.size();
      } else {
        at_ = close + 2;
      }
      stream_.comments.push_back({CommentKind::block, fresh, static_cast<uint32_t>(begin),
                                  static_cast<uint32_t>(at_)});
      return;
    }
    const bool doc = peek(2) == '/';
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    size_t end = at_;
    while (end > begin && (text_[end - 1] == '\r' || text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
    stream_.comments.push_back({doc ? CommentKind::doc : CommentKind::line, fresh,
                                static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  }

  void number() {
    const size_t begin = at_;
    ++at_;
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if (is_word(peek())) {
      while (is_word(peek())) ++at_;
      error(begin, at_, "`" + std::string(text_.substr(begin, at_ - begin)) + "` is neither a number nor a name",
            "a name starts with a letter; a number has no exponent");
      push(TokenKind::invalid, begin);
      return;
    }
    push(TokenKind::number, begin);
  }

  void word() {
    const size_t begin = at_;
    bool plain = true;
    while (is_word(peek())) {
      if (is_high(peek())) plain = false;
      ++at_;
    }
    const auto word = std::string(text_.substr(begin, at_ - begin));
    if (!plain) {
      error(begin, at_, "the name `" + word + "` has letters outside of A-Z, a-z, 0-9 and _",
            "keep the other spelling in the database with @map(\"" + word + "\")");
    } else if (prisma() && word[0] == '_') {
      error(begin, at_, "a name can't start with `_` in a .prisma file",
            "keep that spelling in the database with @map(\"" + word + "\")");
    }
    push(TokenKind::identifier, begin);
  }

  void string(char quote) {
    const size_t begin = at_;
    if (prisma() && quote == '\'') {
      error(begin, begin + 1, "strings in a .prisma file are written with double quotes");
    }
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote) {
      const char c = text_[at_];
      if (c == '\n' && prisma()) break;
      if (prisma() && static_cast<unsigned char>(c) < 0x20 && c != '\r') {
        error(at_, at_ + 1, "a control character in a string", "write it as \\t or \\u0001");
      }
      if (c == '\\') escape();
      else ++at_;
    }
    if (peek() == quote) {
      ++at_;
    } else {
      at_ = std::min(text_.find('\n', begin), text_.size());
      error(begin, at_, "this string is never closed");
      push(TokenKind::invalid, begin);
      return;
    }
    push(TokenKind::string, begin);
  }

  void escape() {
    const size_t begin = at_;
    const char c = peek(1);
    at_ = std::min(at_ + 2, text_.size());
    if (c == 'u') {
      if (hex4(text_, at_) < 0) error(begin, at_, "\\u needs four hexadecimal digits");
      else at_ += 4;
      return;
    }
    const std::string_view known = prisma() ? "\"\\/bfnrt" : "\"'\\/bfnrtv0%";
    if (c != '\0' && known.find(c) != std::string_view::npos) return;
    if (prisma()) {
      error(begin, at_, "unknown escape in a string", "use \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u0041");
    } else {
      report_.add(DiagnosticKind::warning, range(begin, at_), "unknown escape: the backslash is dropped");
    }
  }

  void punctuation(char c) {
    struct Spelling {
      std::string_view text;
      TokenKind kind;
    };
    using enum TokenKind;
    static constexpr std::array spellings = {
        Spelling{"@@@", at_at_at}, Spelling{"@@", at_at}, Spelling{"@", at}, Spelling{"&&", and_and},
        Spelling{"||", or_or}, Spelling{"==", equal}, Spelling{"!=", not_equal}, Spelling{"<=", less_equal},
        Spelling{">=", greater_equal}, Spelling{"<", less}, Spelling{">", greater}, Spelling{"=", assign},
        Spelling{"{", left_brace}, Spelling{"}", right_brace}, Spelling{"[", left_bracket},
        Spelling{"]", right_bracket}, Spelling{"(", left_paren}, Spelling{")", right_paren},
        Spelling{",", comma}, Spelling{".", dot}, Spelling{":", colon}, Spelling{";", semicolon},
        Spelling{"?", question}, Spelling{"!", exclamation}, Spelling{"^", caret}};
    const size_t begin = at_;
    for (const auto& spelling : spellings) {
      if (text_.substr(at_, spelling.text.size()) == spelling.text) {
        at_ += spelling.text.size();
        push(spelling.kind, begin);
        return;
      }
    }
    ++at_;
    std::string hint;
    if (c == '-') hint = "names have no `-`, and there is no arithmetic";
    error(begin, at_, c > ' ' && c < 127 ? std::string("unexpected `") + c + "`" : "unexpected character", hint);
    push(invalid, begin);
  }

  const LexInput& input_;
  std::string_view text_;
  Report& report_;
  TokenStream stream_;
  size_t at_ = 0;
  bool newline_ = true;
};

}  // namespace

FileKind file_kind(std::string_view path) {
  return path.ends_with(".prisma") ? FileKind::prisma : FileKind::zmodel;
}

TokenStream lex(const LexInput& input, Report& report) { return Lexer(input, report).run(); }

std::string decode_string(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 >= raw.size()) {
      out += raw[i];
      continue;
    }
    const char c = raw[++i];
    switch (c) {
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'v': out += '\v'; break;
      case '0': out += '\0'; break;
      case '%': out += "\\%"; break;  // the id formats' own escape, section 5
      case 'u': {
        int unit = hex4(raw, i + 1);
        if (unit < 0) {
          out += c;
          break;
        }
        i += 4;
        uint32_t point = static_cast<uint32_t>(unit);
        if (unit >= 0xD800 && unit < 0xDC00 && raw.substr(i + 1, 2) == "\\u") {
          const int low = hex4(raw, i + 3);
          if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + ((point - 0xD800) << 10) + (static_cast<uint32_t>(low) - 0xDC00);
            i += 6;
          }
        }
        append_utf8(out, point >= 0xD800 && point < 0xE000 ? 0xFFFD : point);
        break;
      }
      default: out += c;
    }
  }
  return out;
}

size_t find_invalid_utf8(std::string_view text) {
  size_t i = 0;
  const auto tail = [&](size_t k) {
    return k < text.size() && (static_cast<unsigned char>(text[k]) & 0xC0) == 0x80;
  };
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    size_t length = 1;
    if (c < 0x80) {
      ++i;
      continue;
    }
    if (c >= 0xC2 && c < 0xE0) length = 2;
    else if (c >= 0xE0 && c < 0xF0) length = 3;
    else if (c >= 0xF0 && c < 0xF5) length = 4;
    else return i;
    for (size_t k = 1; k < length; ++k) {
      if (!tail(i + k)) return i;
    }
    const auto second = static_cast<unsigned char>(text[i + 1]);
    // Overlong forms, surrogates and what is beyond U+10FFFF (RFC 3629, section 4).
    if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90) ||
        (c == 0xF4 && second > 0x8F)) {
      return i;
    }
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace trivet::schema
