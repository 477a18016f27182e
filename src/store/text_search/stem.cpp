#include "store/text_search/stem.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace trivet::store {

namespace {

// PostgreSQL's english.stop.
constexpr auto stop_words = std::to_array<std::string_view>({
    "a",      "about",  "above", "after", "again",   "against",   "all",        "am",
    "an",     "and",    "any",   "are",   "as",      "at",        "be",         "because",
    "been",   "before", "being", "below", "between", "both",      "but",        "by",
    "can",    "did",    "do",    "does",  "doing",   "don",       "down",       "during",
    "each",   "few",    "for",   "from",  "further", "had",       "has",        "have",
    "having", "he",     "her",   "here",  "hers",    "herself",   "him",        "himself",
    "his",    "how",    "i",     "if",    "in",      "into",      "is",         "it",
    "its",    "itself", "just",  "me",    "more",    "most",      "my",         "myself",
    "no",     "nor",    "not",   "now",   "of",      "off",       "on",         "once",
    "only",   "or",     "other", "our",   "ours",    "ourselves", "out",        "over",
    "own",    "s",      "same",  "she",   "should",  "so",        "some",       "such",
    "t",      "than",   "that",  "the",   "their",   "theirs",    "them",       "themselves",
    "then",   "there",  "these", "they",  "this",    "those",     "through",    "to",
    "too",    "under",  "until", "up",    "very",    "was",       "we",         "were",
    "what",   "when",   "where", "which", "while",   "who",       "whom",       "why",
    "will",   "with",   "you",   "your",  "yours",   "yourself",  "yourselves",
});
static_assert(std::ranges::is_sorted(stop_words));

class Stemmer {
 public:
  explicit Stemmer(std::string_view word) : word_(word) {}

  std::string stem() {
    if (word_.size() <= 2) return word_;
    plurals();
    past_forms();
    if (ends("y") && has_vowel(word_.size() - 1)) word_.back() = 'i';
    replace_first({{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},   {"anci", "ance"},
                   {"izer", "ize"},    {"abli", "able"},   {"alli", "al"},     {"entli", "ent"},
                   {"eli", "e"},       {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
                   {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"}, {"fulness", "ful"},
                   {"ousness", "ous"}, {"aliti", "al"},    {"iviti", "ive"},   {"biliti", "ble"}});
    replace_first({{"icate", "ic"},
                   {"ative", ""},
                   {"alize", "al"},
                   {"iciti", "ic"},
                   {"ical", "ic"},
                   {"ful", ""},
                   {"ness", ""}});
    drop_suffix();
    tidy();
    return std::move(word_);
  }

 private:
  [[nodiscard]] bool ends(std::string_view suffix) const { return word_.ends_with(suffix); }

  [[nodiscard]] bool is_consonant(size_t at) const {
    switch (word_[at]) {
      case 'a':
      case 'e':
      case 'i':
      case 'o':
      case 'u':
        return false;
      case 'y':
        return at == 0 || !is_consonant(at - 1);
      default:
        return true;
    }
  }

  // Vowel-consonant sequences in the first `size` letters: Porter's m.
  [[nodiscard]] int measure(size_t size) const {
    int count = 0;
    bool vowel = false;
    for (size_t i = 0; i < size; ++i) {
      const bool consonant = is_consonant(i);
      if (consonant && vowel) ++count;
      vowel = !consonant;
    }
    return count;
  }

  [[nodiscard]] bool has_vowel(size_t size) const {
    for (size_t i = 0; i < size; ++i)
      if (!is_consonant(i)) return true;
    return false;
  }

  [[nodiscard]] bool doubled() const {
    const size_t n = word_.size();
    return n >= 2 && word_[n - 1] == word_[n - 2] && is_consonant(n - 1);
  }

  // consonant-vowel-consonant, the last not w, x or y.
  [[nodiscard]] bool short_end(size_t size) const {
    if (size < 3 || !is_consonant(size - 1) || is_consonant(size - 2) || !is_consonant(size - 3))
      return false;
    const char last = word_[size - 1];
    return last != 'w' && last != 'x' && last != 'y';
  }

  void cut(size_t letters) { word_.resize(word_.size() - letters); }

  void plurals() {
    if (ends("sses") || ends("ies"))
      cut(2);
    else if (ends("s") && !ends("ss"))
      cut(1);
  }

  void past_forms() {
    if (ends("eed")) {
      if (measure(word_.size() - 3) > 0) cut(1);
      return;
    }
    const size_t suffix = ends("ed") ? 2 : ends("ing") ? 3 : 0;
    if (suffix == 0 || !has_vowel(word_.size() - suffix)) return;
    cut(suffix);
    if (ends("at") || ends("bl") || ends("iz"))
      word_ += 'e';
    else if (doubled() && !ends("l") && !ends("s") && !ends("z"))
      cut(1);
    else if (measure(word_.size()) == 1 && short_end(word_.size()))
      word_ += 'e';
  }

  void replace_first(std::initializer_list<std::pair<std::string_view, std::string_view>> rules) {
    for (const auto& [suffix, replacement] : rules) {
      if (!ends(suffix)) continue;
      if (measure(word_.size() - suffix.size()) > 0) {
        cut(suffix.size());
        word_ += replacement;
      }
      return;
    }
  }

  void drop_suffix() {
    static constexpr auto suffixes = std::to_array<std::string_view>(
        {"al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion",
         "ou", "ism", "ate", "iti", "ous", "ive", "ize"});
    for (const std::string_view suffix : suffixes) {
      if (!ends(suffix)) continue;
      const size_t rest = word_.size() - suffix.size();
      const bool ion =
          suffix == "ion" && (rest == 0 || (word_[rest - 1] != 's' && word_[rest - 1] != 't'));
      if (!ion && measure(rest) > 1) cut(suffix.size());
      return;
    }
  }

  void tidy() {
    if (ends("e")) {
      const int m = measure(word_.size() - 1);
      if (m > 1 || (m == 1 && !short_end(word_.size() - 1))) cut(1);
    }
    if (doubled() && ends("l") && measure(word_.size()) > 1) cut(1);
  }

  std::string word_;
};

}  // namespace

std::string porter_stem(std::string_view word) {
  if (!std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; }))
    return std::string(word);
  return Stemmer(word).stem();
}

bool is_english_stop_word(std::string_view word) {
  return std::ranges::binary_search(stop_words, word);
}

}  // namespace trivet::store
