// A reading position in one decoded parameter, and the names of the grammar (dialects/rest.md, section 2). What can't be read
// becomes PGRST100 with upstream's wording. Holds views: the text must outlive it.
#pragma once

#include <string>
#include <string_view>

#include "api/rest/request/query.h"
#include "base/error.h"

namespace trivet::api::rest {

class Cursor {
 public:
  // `what` is the kind of text for the message: "select parameter", "filter", ….
  Cursor(std::string_view what, std::string_view text) : what_(what), raw_(text), text_(text) {}
  // Reads `text` but names `raw` in messages.
  Cursor(std::string_view what, std::string_view raw, std::string_view text)
      : what_(what), raw_(raw), text_(text) {}

  [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[position_]; }
  [[nodiscard]] bool next_is(std::string_view token) const {
    return text_.substr(position_).starts_with(token);
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(position_); }
  [[nodiscard]] size_t position() const { return position_; }
  void move_to(size_t position) { position_ = position; }
  void advance(size_t count = 1) { position_ += count; }
  bool take(std::string_view token) {
    if (!next_is(token)) return false;
    position_ += token.size();
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++position_;
  }
  result<void> expect(std::string_view token);
  result<void> expect_end();
  // Takes characters until one of `stops` or the end.
  std::string_view take_until(std::string_view stops);

  result<std::string> name();
  result<std::string> quoted();  // at the opening quote
  result<std::string> identifier();
  result<std::vector<JsonStep>> json_path();
  result<FieldRef> field();

  // Nesting of parentheses, so that hostile input can't exhaust the stack.
  result<void> enter();
  void leave() { --depth_; }

  [[nodiscard]] std::unexpected<Error> failure(std::string_view expected) const;

 private:
  [[nodiscard]] size_t identifier_length(size_t from) const;
  result<JsonStep> json_operand(bool as_text);
  bool json_index(JsonStep& step);

  std::string_view what_;
  std::string_view raw_;
  std::string_view text_;
  size_t position_ = 0;
  int depth_ = 0;
};

inline constexpr int nesting_max = 64;  // parentheses in one parameter

}  // namespace trivet::api::rest
