// Regular expressions for `match` and `imatch`: the subset that PostgreSQL's advanced expressions
// and RE2 read alike.
//
// What they'd read differently (back references, look-around, \m \M, \b, named groups, directors,
// \p) is refused with 2201B, never silently different; \y and \Z are translated. As in PostgreSQL
// `.` matches a newline and ^ $ only the ends of the text. Matching is linear in the text. A Regex
// is immutable and may be shared by threads; a RegexCache locks inside.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "value/fold.h"

namespace trivet {

class Regex {
 public:
  // Errors: 2201B `invalid regular expression: <reason>`.
  [[nodiscard]] static result<Regex> compile(std::string_view pattern, CaseRule rule);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  // Unanchored: true if any part matches.
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct State;
  explicit Regex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The RE2 spelling of a PostgreSQL expression, or why it can't be said in both (2201B).
[[nodiscard]] result<std::string> translate_regex(std::string_view pattern);

// Keeps the `capacity` expressions used last. Bad patterns are not kept.
class RegexCache {
 public:
  explicit RegexCache(size_t capacity = 128);
  ~RegexCache();
  RegexCache(const RegexCache&) = delete;
  RegexCache& operator=(const RegexCache&) = delete;
  // Shared, so that a match may outlive the entry's eviction.
  [[nodiscard]] result<std::shared_ptr<const Regex>> find(std::string_view pattern, CaseRule rule);
  [[nodiscard]] size_t size() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trivet
