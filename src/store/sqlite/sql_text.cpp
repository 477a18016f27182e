#include "store/sqlite/sql_text.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace trivet::store::sqlite {

namespace {

struct Word {
  enum class Kind : uint8_t { word, quoted, symbol } kind = Kind::symbol;
  size_t begin = 0;
  size_t end = 0;
  int depth = 0;  // of parentheses around it; a parenthesis counts as outside of itself
};

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Words {
 public:
  explicit Words(std::string_view sql) : sql_(sql) {
    while (next()) {
    }
  }

  [[nodiscard]] const std::vector<Word>& all() const { return words_; }
  [[nodiscard]] size_t size() const { return words_.size(); }
  [[nodiscard]] std::string_view text(size_t at) const {
    return at < words_.size() ? sql_.substr(words_[at].begin, words_[at].end - words_[at].begin)
                              : std::string_view();
  }
  // Whether the word is this keyword, not quoted. `keyword` is in upper case.
  [[nodiscard]] bool is(size_t at, std::string_view keyword) const {
    const std::string_view word = text(at);
    if (word.size() != keyword.size() || words_[at].kind == Word::Kind::quoted) return false;
    for (size_t i = 0; i < word.size(); ++i)
      if (std::toupper(static_cast<unsigned char>(word[i])) != keyword[i]) return false;
    return true;
  }
  // A name without its quotes.
  [[nodiscard]] std::string name(size_t at) const {
    const std::string_view word = text(at);
    if (at >= size() || words_[at].kind != Word::Kind::quoted || word.size() < 2)
      return std::string(word);
    const char close = word.front() == '[' ? ']' : word.front();
    std::string name;
    for (size_t i = 1; i + 1 < word.size(); ++i) {
      name += word[i];
      if (word[i] == close) ++i;
    }
    return name;
  }
  // What is between the parenthesis at `open` and its other end.
  [[nodiscard]] std::string inside(size_t open) const {
    const size_t close = closing(open);
    const size_t end = close < size() ? words_[close].begin : sql_.size();
    std::string_view part = sql_.substr(words_[open].end, end - words_[open].end);
    while (!part.empty() && std::isspace(static_cast<unsigned char>(part.front())) != 0)
      part.remove_prefix(1);
    while (!part.empty() && std::isspace(static_cast<unsigned char>(part.back())) != 0)
      part.remove_suffix(1);
    return std::string(part);
  }
  [[nodiscard]] size_t closing(size_t open) const {
    for (size_t i = open + 1; i < size(); ++i)
      if (words_[i].depth == words_[open].depth && is(i, ")")) return i;
    return size();
  }

 private:
  bool next() {
    skip_blanks();
    if (at_ >= sql_.size()) return false;
    Word word{Word::Kind::symbol, at_, at_ + 1, depth_};
    const char c = sql_[at_];
    if (c == '\'' || c == '"' || c == '`' || c == '[') {
      word.kind = Word::Kind::quoted;
      word.end = quote_end(c == '[' ? ']' : c);
    } else if (is_word_character(c)) {
      word.kind = Word::Kind::word;
      while (word.end < sql_.size() && is_word_character(sql_[word.end])) ++word.end;
    } else if (c == '(') {
      ++depth_;
    } else if (c == ')') {
      word.depth = --depth_;
    }
    at_ = word.end;
    words_.push_back(word);
    return true;
  }

  void skip_blanks() {
    for (; at_ < sql_.size(); ++at_) {
      if (sql_.substr(at_, 2) == "--") {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (sql_.substr(at_, 2) == "/*") {
        const size_t end = sql_.find("*/", at_ + 2);
        at_ = end == sql_.npos ? sql_.size() : end + 1;
      } else if (std::isspace(static_cast<unsigned char>(sql_[at_])) == 0) {
        return;
      }
      if (at_ >= sql_.size()) return;
    }
  }

  // A doubled quote stands for itself.
  [[nodiscard]] size_t quote_end(char close) const {
    for (size_t i = at_ + 1; i < sql_.size(); ++i) {
      if (sql_[i] != close) continue;
      if (close == ']' || i + 1 >= sql_.size() || sql_[i + 1] != close) return i + 1;
      ++i;
    }
    return sql_.size();
  }

  std::string_view sql_;
  size_t at_ = 0;
  int depth_ = 0;
  std::vector<Word> words_;
};

bool is_table_constraint(const Words& words, size_t at) {
  return words.is(at, "CONSTRAINT") || words.is(at, "PRIMARY") || words.is(at, "UNIQUE") ||
         words.is(at, "CHECK") || words.is(at, "FOREIGN");
}

}  // namespace

std::string index_condition(std::string_view create_index) {
  const Words words(create_index);
  for (size_t i = 0; i < words.size(); ++i) {
    if (words.all()[i].depth != 0 || !words.is(i, "WHERE")) continue;
    std::string_view rest = create_index.substr(words.all()[i].end);
    while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.front())) != 0)
      rest.remove_prefix(1);
    while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.back())) != 0)
      rest.remove_suffix(1);
    return std::string(rest);
  }
  return {};
}

TableText read_create_table(std::string_view create_table) {
  TableText text;
  const Words words(create_table);
  std::string column;
  bool starts = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const int depth = words.all()[i].depth;
    if (depth == 0) {
      starts = words.is(i, "(");
      if (words.is(i, "WITHOUT") && words.is(i + 1, "ROWID")) text.without_rowid = true;
      continue;
    }
    if (depth != 1) continue;
    if (starts) column = is_table_constraint(words, i) ? std::string() : words.name(i);
    const bool named_here = starts;
    starts = words.is(i, ",");
    if (named_here && !column.empty()) continue;
    if (words.is(i, "AUTOINCREMENT")) text.autoincrement = true;
    const bool opens = words.is(i + 1, "(");
    if (opens && words.is(i, "CHECK")) text.checks.push_back(words.inside(i + 1));
    if (opens && words.is(i, "AS") && !column.empty())
      text.generated.push_back(
          {column, words.inside(i + 1), words.is(words.closing(i + 1) + 1, "STORED")});
  }
  return text;
}

}  // namespace trivet::store::sqlite
