// A document or a piece of a query as words with their positions. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::store {

struct Word {
  std::string text;  // folded, stemmed
  int position = 0;  // 1…; words that were dropped count
};

enum class Language : uint8_t { simple, english };

// Walks the runs of letters and digits of a text, which outlives it. Allocates nothing.
class WordScanner {
 public:
  explicit WordScanner(std::string_view text) : text_(text) {}
  // The next run as it is written; nullopt at the end.
  [[nodiscard]] std::optional<std::string_view> next();

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// What a written word is searched by: folded, stemmed; empty for stop words.
[[nodiscard]] std::string lexeme_of(std::string_view word, Language language);

[[nodiscard]] std::vector<Word> split_words(std::string_view text, Language language);

}  // namespace trivet::store
