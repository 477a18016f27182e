// The four query languages of full-text search as one tree. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/text_search/words.h"

namespace trivet::store {

struct TextNode {
  enum class Kind : uint8_t { word, and_, or_, not_, phrase } kind = Kind::word;
  std::string word;
  bool prefix = false;
  int leaf = -1;                   // word: its number among the query's words
  int distance = 1;                // phrase: right is this many words behind left
  std::unique_ptr<TextNode> left;  // not_: the only one
  std::unique_ptr<TextNode> right;
};

// Null if nothing is left of the query without its stop words.
[[nodiscard]] result<std::unique_ptr<TextNode>> parse_text_query(std::string_view query,
                                                                 std::string_view mode,
                                                                 Language language);

}  // namespace trivet::store
