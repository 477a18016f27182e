#include "store/text_search.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/text_search/query.h"
#include "store/text_search/words.h"

namespace trivet::store {

namespace {

using Positions = std::vector<int>;
using Index = std::map<std::string, Positions, std::less<>>;

Positions unite(const Positions& left, const Positions& right) {
  Positions both;
  std::ranges::set_union(left, right, std::back_inserter(both));
  return both;
}

Positions word_positions(const TextNode& node, const Index& index) {
  if (!node.prefix) {
    const auto found = index.find(node.word);
    return found == index.end() ? Positions{} : found->second;
  }
  Positions all;
  for (auto at = index.lower_bound(node.word);
       at != index.end() && at->first.starts_with(node.word); ++at)
    all = unite(all, at->second);
  return all;
}

// Where a phrase's part ends. Inside phrases & means the same place and ! nowhere, as in
// PostgreSQL.
Positions places(const TextNode& node, const Index& index) {
  if (node.kind == TextNode::Kind::word) return word_positions(node, index);
  if (node.kind == TextNode::Kind::not_) return {};
  const Positions left = places(*node.left, index);
  const Positions right = places(*node.right, index);
  if (node.kind == TextNode::Kind::or_) return unite(left, right);
  const int distance = node.kind == TextNode::Kind::phrase ? node.distance : 0;
  Positions found;
  for (const int place : right)
    if (std::ranges::binary_search(left, place - distance)) found.push_back(place);
  return found;
}

bool holds(const TextNode& node, const Index& index) {
  switch (node.kind) {
    case TextNode::Kind::word:
    case TextNode::Kind::phrase:
      return !places(node, index).empty();
    case TextNode::Kind::not_:
      return !holds(*node.left, index);
    case TextNode::Kind::and_:
      return holds(*node.left, index) && holds(*node.right, index);
    case TextNode::Kind::or_:
      return holds(*node.left, index) || holds(*node.right, index);
  }
  return false;
}

}  // namespace

TextQuery::TextQuery(std::unique_ptr<TextNode> root, Language language)
    : root_(std::move(root)), language_(language) {}
TextQuery::~TextQuery() = default;
TextQuery::TextQuery(TextQuery&&) noexcept = default;
TextQuery& TextQuery::operator=(TextQuery&&) noexcept = default;

result<TextQuery> TextQuery::compile(std::string_view query, std::string_view mode,
                                     std::string_view configuration) {
  Language language = Language::english;
  if (configuration == "simple" || configuration == "pg_catalog.simple")
    language = Language::simple;
  else if (!configuration.empty() && configuration != "english" &&
           configuration != "pg_catalog.english")
    return fail(ErrorCode::undefined_object,
                "text search configuration \"" + std::string(configuration) + "\" does not exist",
                {}, "this store has \"english\" and \"simple\"");
  TRIVET_TRY(auto root, parse_text_query(query, mode, language));
  return TextQuery(std::move(root), language);
}

bool TextQuery::matches(std::string_view document) const {
  if (root_ == nullptr) return false;
  Index index;
  for (Word& word : split_words(document, language_))
    index[std::move(word.text)].push_back(word.position);
  return holds(*root_, index);
}

}  // namespace trivet::store
