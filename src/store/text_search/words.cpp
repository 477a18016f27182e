#include "store/text_search/words.h"

#include "store/text_search/stem.h"
#include "value/fold.h"

namespace trivet::store {

namespace {

constexpr bool is_ascii_word(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Beyond ASCII everything belongs to a word but the blocks of punctuation and spaces.
bool is_word_beyond_ascii(std::string_view rest) {
  const auto byte = [&](size_t at) {
    return at < rest.size() ? static_cast<unsigned char>(rest[at]) : 0U;
  };
  const unsigned first = byte(0);
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

bool is_word(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  return first < 0x80 ? is_ascii_word(first) : is_word_beyond_ascii(text.substr(at));
}

}  // namespace

std::optional<std::string_view> WordScanner::next() {
  const auto step = [&] { at_ += character_size(static_cast<unsigned char>(text_[at_])); };
  while (at_ < text_.size() && !is_word(text_, at_)) step();
  if (at_ >= text_.size()) return std::nullopt;
  const size_t begin = at_;
  while (at_ < text_.size() && is_word(text_, at_)) step();
  return text_.substr(begin, at_ - begin);  // a cut character at the end steps behind it
}

std::string lexeme_of(std::string_view word, Language language) {
  std::string folded = fold_case(word);
  if (language == Language::simple) return folded;
  return is_english_stop_word(folded) ? std::string() : porter_stem(folded);
}

std::vector<Word> split_words(std::string_view text, Language language) {
  std::vector<Word> words;
  int position = 0;
  WordScanner scanner(text);
  while (const auto word = scanner.next()) {
    ++position;
    if (std::string lexeme = lexeme_of(*word, language); !lexeme.empty())
      words.push_back({std::move(lexeme), position});
  }
  return words;
}

}  // namespace trivet::store
