// A document or a piece of a query as words with their positions. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::store {

struct Word {
  std::string text;  // folded, stemmed
  int position = 0;  // 1…; words that were dropped count
};

enum class Language : uint8_t { simple, english };

[[nodiscard]] std::vector<Word> split_words(std::string_view text, Language language);

}  // namespace trivet::store
