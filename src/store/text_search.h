// Full-text matching of one document against one query, by words: what `text_search` means in every
// store that has no index of its own for it, and in the evaluator.
//
// Words are runs of letters and digits, case-folded; the configurations "" (= "english") and
// "english" drop PostgreSQL's stop words and reduce words to stems (Porter), "simple" does neither;
// others are refused (42704). Query forms are PostgreSQL's: to_tsquery (& | ! <-> <n>, :* prefix,
// parentheses, quoted words), plainto, phraseto, websearch. An empty query matches nothing.
// Matching reads the document once and allocates only for words that may be among the query's.
// Immutable once compiled; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace trivet::store {

class TextQuery {
 public:
  // mode: "" | "plain" | "phrase" | "websearch". Errors: 22P02 `syntax error in tsquery: "…"`,
  // 42704.
  [[nodiscard]] static result<TextQuery> compile(std::string_view query, std::string_view mode,
                                                 std::string_view configuration);
  ~TextQuery();
  TextQuery(TextQuery&&) noexcept;
  TextQuery& operator=(TextQuery&&) noexcept;
  [[nodiscard]] bool matches(std::string_view document) const;

 private:
  struct Compiled;
  explicit TextQuery(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;  // null: matches nothing
};

}  // namespace trivet::store
