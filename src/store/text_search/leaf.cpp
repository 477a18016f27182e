#include "store/text_search/leaf.h"

#include <algorithm>

namespace trivet::store {

namespace {

bool is_small_letter(char c) { return c >= 'a' && c <= 'z'; }

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// The two characters beyond ASCII that fold into it: KELVIN SIGN and LONG S.
bool folds_to_ascii(std::string_view text) {
  return text.starts_with("\xe2\x84\xaa") || text.starts_with("\xc5\xbf");
}

// Porter's rules cut and replace endings; the longest that they write over letters of the word is
// "le" (biliti → ble), and they leave the first letter alone. Only words of a to z are stemmed.
size_t kept_letters(std::string_view lexeme, Language language) {
  if (language == Language::simple || !std::ranges::all_of(lexeme, is_small_letter))
    return lexeme.size();
  return lexeme.size() > 3 ? lexeme.size() - 2 : 1;
}

}  // namespace

TextLeaf::TextLeaf(std::string_view lexeme, LeafKind kind, Language language)
    : lexeme_(lexeme), hint_size_(kept_letters(lexeme, language)), kind_(kind) {}

bool TextLeaf::may_be(std::string_view word) const {
  const std::string_view wanted = hint();
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (i == word.size()) return false;
    if (is_ascii(word[i])) {
      if (folded(word[i]) != wanted[i]) return false;
    } else {
      // How other characters fold is for lexeme_of to say.
      return !is_ascii(wanted[i]) || folds_to_ascii(word.substr(i));
    }
  }
  return true;
}

}  // namespace trivet::store
