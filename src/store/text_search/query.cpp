#include "store/text_search/query.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace trivet::store {

namespace {

using Node = std::unique_ptr<TextNode>;
using Kind = TextNode::Kind;

// Nesting of parentheses and nots.
constexpr int depth_max = 100;

Node join(Kind kind, Node left, Node right, int distance = 1) {
  if (left == nullptr) return right;
  if (right == nullptr) return left;
  auto node = std::make_unique<TextNode>();
  node->kind = kind;
  node->distance = distance;
  node->left = std::move(left);
  node->right = std::move(right);
  return node;
}

Node negate(Node operand) {
  if (operand == nullptr) return nullptr;
  auto node = std::make_unique<TextNode>();
  node->kind = Kind::not_;
  node->left = std::move(operand);
  return node;
}

Node words_node(std::string_view text, Kind kind, Language language, bool prefix) {
  Node all;
  int last = 0;
  for (Word& word : split_words(text, language)) {
    auto node = std::make_unique<TextNode>();
    node->word = std::move(word.text);
    node->prefix = prefix;
    // A dropped word between two others widens their distance.
    all = join(kind, std::move(all), std::move(node), word.position - last);
    last = word.position;
  }
  return all;
}

// to_tsquery: `!` over `<->` over `&` over `|`.
class Parser {
 public:
  Parser(std::string_view text, Language language) : text_(text), language_(language) {}

  result<Node> parse() {
    TRIVET_TRY(Node root, alternatives());
    skip();
    if (at_ < text_.size()) return syntax_error();
    return root;
  }

 private:
  std::unexpected<Error> syntax_error() const {
    return fail(ErrorCode::bad_text_representation,
                "syntax error in tsquery: \"" + std::string(text_) + "\"");
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r')))
      ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  result<Node> alternatives() {
    TRIVET_TRY(Node left, conjunction());
    while (take('|')) {
      TRIVET_TRY(Node right, conjunction());
      left = join(Kind::or_, std::move(left), std::move(right));
    }
    return left;
  }

  result<Node> conjunction() {
    TRIVET_TRY(Node left, phrase());
    while (take('&')) {
      TRIVET_TRY(Node right, phrase());
      left = join(Kind::and_, std::move(left), std::move(right));
    }
    return left;
  }

  result<Node> phrase() {
    TRIVET_TRY(Node left, operand());
    while (take('<')) {
      int distance = 1;
      const size_t end = text_.find('>', at_);
      if (end == text_.npos) return syntax_error();
      const std::string_view inside = text_.substr(at_, end - at_);
      const auto parsed = std::from_chars(inside.data(), inside.data() + inside.size(), distance);
      const bool is_number =
          parsed.ec == std::errc{} && parsed.ptr == inside.data() + inside.size();
      if (inside != "-" && (!is_number || distance < 0 || distance > 16384)) return syntax_error();
      at_ = end + 1;
      TRIVET_TRY(Node right, operand());
      left = join(Kind::phrase, std::move(left), std::move(right), distance);
    }
    return left;
  }

  result<Node> operand() {
    if (++depth_ > depth_max)
      return fail(ErrorCode::too_complex, "the text search query is too complex");
    auto node = inner_operand();
    --depth_;
    return node;
  }

  result<Node> inner_operand() {
    if (take('!')) {
      TRIVET_TRY(Node inner, operand());
      return negate(std::move(inner));
    }
    if (take('(')) {
      TRIVET_TRY(Node inner, alternatives());
      if (!take(')')) return syntax_error();
      return inner;
    }
    skip();
    std::string word;
    if (at_ < text_.size() && text_[at_] == '\'') {
      if (!quoted(word)) return syntax_error();
    } else {
      while (at_ < text_.size() &&
             std::string_view(" \t\n\r&|!()<:'").find(text_[at_]) == std::string_view::npos)
        word += text_[at_++];
      if (word.empty()) return syntax_error();
    }
    bool prefix = false;
    if (at_ < text_.size() && text_[at_] == ':')
      for (++at_; at_ < text_.size() &&
                  std::string_view("*abcdABCD").find(text_[at_]) != std::string_view::npos;
           ++at_)
        prefix = prefix || text_[at_] == '*';
    return words_node(word, Kind::phrase, language_, prefix);
  }

  bool quoted(std::string& word) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\'' && (at_ + 1 == text_.size() || text_[at_ + 1] != '\'')) {
        ++at_;
        return true;
      }
      if (text_[at_] == '\'' || (text_[at_] == '\\' && at_ + 1 < text_.size())) ++at_;
      word += text_[at_];
    }
    return false;
  }

  std::string_view text_;
  Language language_;
  size_t at_ = 0;
  int depth_ = 0;
};

// websearch_to_tsquery: "phrases", -not, or; never a syntax error.
Node parse_websearch(std::string_view text, Language language) {
  Node alternatives;
  Node conjunction;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r')) {
      ++at;
      continue;
    }
    const bool negated = text[at] == '-';
    if (negated) ++at;
    Node node;
    if (at < text.size() && text[at] == '"') {
      const size_t end = std::min(text.find('"', at + 1), text.size());
      node = words_node(text.substr(at + 1, end - at - 1), Kind::phrase, language, false);
      at = std::min(end + 1, text.size());
    } else {
      const size_t end = std::min(text.find_first_of(" \t\n\v\f\r\"", at), text.size());
      const std::string_view word = text.substr(at, end - at);
      at = end;
      if (!negated && (word == "or" || word == "OR" || word == "Or" || word == "oR")) {
        alternatives = join(Kind::or_, std::move(alternatives), std::move(conjunction));
        conjunction = nullptr;
        continue;
      }
      node = words_node(word, Kind::phrase, language, false);
    }
    conjunction = join(Kind::and_, std::move(conjunction),
                       negated ? negate(std::move(node)) : std::move(node));
  }
  return join(Kind::or_, std::move(alternatives), std::move(conjunction));
}

}  // namespace

result<Node> parse_text_query(std::string_view query, std::string_view mode, Language language) {
  if (mode == "plain") return words_node(query, Kind::and_, language, false);
  if (mode == "phrase") return words_node(query, Kind::phrase, language, false);
  if (mode == "websearch") return parse_websearch(query, language);
  if (query.find_first_not_of(" \t\n\v\f\r") == query.npos) return Node();
  return Parser(query, language).parse();
}

}  // namespace trivet::store
