// Porter's stemmer (1980) and PostgreSQL's English stop words. Pure.
#pragma once

#include <string>
#include <string_view>

namespace trivet::store {

// `word` is lower-case; words that are not plain ASCII letters stay as they are.
[[nodiscard]] std::string porter_stem(std::string_view word);
[[nodiscard]] bool is_english_stop_word(std::string_view word);

}  // namespace trivet::store
