#include "store/text_search/words.h"

#include "store/text_search/stem.h"
#include "value/fold.h"

namespace trivet::store {

namespace {

// Letters and digits. Beyond ASCII everything is one but the blocks of punctuation and spaces.
bool is_word_start(std::string_view rest) {
  const auto byte = [&](size_t at) {
    return at < rest.size() ? static_cast<unsigned char>(rest[at]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80)
    return (first >= '0' && first <= '9') || (first >= 'a' && first <= 'z') ||
           (first >= 'A' && first <= 'Z');
  if (first == 0xc2) return byte(1) == 0xaa || byte(1) == 0xb5 || byte(1) == 0xba;  // ª µ º
  if (first == 0xe2)
    return byte(1) > 0x81 && byte(1) != 0xb8 && byte(1) != 0xb9;  // U+2000-207F, U+2E00-2E7F
  if (first == 0xe3) return byte(1) != 0x80;                      // U+3000-303F
  if (first == 0xef)
    return !(byte(1) == 0xbc && byte(2) <= 0x8f) && byte(1) != 0xb8;  // fullwidth marks
  return true;
}

size_t character_size(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

}  // namespace

std::vector<Word> split_words(std::string_view text, Language language) {
  std::vector<Word> words;
  int position = 0;
  for (size_t at = 0; at < text.size();) {
    if (!is_word_start(text.substr(at))) {
      at += character_size(static_cast<unsigned char>(text[at]));
      continue;
    }
    size_t end = at;
    while (end < text.size() && is_word_start(text.substr(end)))
      end += character_size(static_cast<unsigned char>(text[end]));
    end = end < text.size() ? end : text.size();
    std::string word = fold_case(text.substr(at, end - at));
    at = end;
    ++position;
    if (language == Language::english) {
      if (is_english_stop_word(word)) continue;
      word = porter_stem(word);
    }
    words.push_back({std::move(word), position});
  }
  return words;
}

}  // namespace trivet::store
