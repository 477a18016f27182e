// One word of a query, and a test by which most words of documents are told from it as they are
// written: without folding, stemming or allocating. Immutable; any thread.
#pragma once

#include <string>
#include <string_view>

#include "store/text_search/words.h"

namespace trivet::store {

enum class LeafKind : uint8_t { word, prefix };

class TextLeaf {
 public:
  // `lexeme`: folded and stemmed, not empty.
  TextLeaf(std::string_view lexeme, LeafKind kind, Language language);

  // False only if the lexeme of `word` can't be this one.
  [[nodiscard]] bool may_be(std::string_view word) const;
  [[nodiscard]] bool is(std::string_view lexeme) const {
    return kind_ == LeafKind::prefix ? lexeme.starts_with(lexeme_) : lexeme == lexeme_;
  }

 private:
  std::string lexeme_;
  std::string_view hint() const { return std::string_view(lexeme_).substr(0, hint_size_); }
  size_t hint_size_;  // so many bytes of the lexeme are in every word that it stands for
  LeafKind kind_;
};

}  // namespace trivet::store
