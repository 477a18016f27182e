#include "store/text_search.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "store/text_search/leaf.h"
#include "store/text_search/query.h"
#include "store/text_search/words.h"

namespace trivet::store {

namespace {

using Positions = std::vector<int>;     // ascending
using Found = std::vector<Positions>;  // by leaf; empty: no word of the query was found

Positions unite(const Positions& left, const Positions& right) {
  Positions both;
  std::ranges::set_union(left, right, std::back_inserter(both));
  return both;
}

// Where a phrase's part ends. Inside phrases & means the same place and ! nowhere, as in
// PostgreSQL.
Positions places(const TextNode& node, const Found& found) {
  if (node.kind == TextNode::Kind::word) return found[node.leaf];
  if (node.kind == TextNode::Kind::not_) return {};
  const Positions left = places(*node.left, found);
  const Positions right = places(*node.right, found);
  if (node.kind == TextNode::Kind::or_) return unite(left, right);
  const int distance = node.kind == TextNode::Kind::phrase ? node.distance : 0;
  Positions ends;
  for (const int place : right)
    if (std::ranges::binary_search(left, place - distance)) ends.push_back(place);
  return ends;
}

bool holds(const TextNode& node, const Found& found) {
  switch (node.kind) {
    case TextNode::Kind::word:
      return !found[node.leaf].empty();
    case TextNode::Kind::phrase:
      return !places(node, found).empty();
    case TextNode::Kind::not_:
      return !holds(*node.left, found);
    case TextNode::Kind::and_:
      return holds(*node.left, found) && holds(*node.right, found);
    case TextNode::Kind::or_:
      return holds(*node.left, found) || holds(*node.right, found);
  }
  return false;
}

void number_leaves(TextNode& node, Language language, std::vector<TextLeaf>& leaves) {
  if (node.kind == TextNode::Kind::word) {
    node.leaf = static_cast<int>(leaves.size());
    leaves.emplace_back(node.word, node.prefix ? LeafKind::prefix : LeafKind::word, language);
    return;
  }
  if (node.left != nullptr) number_leaves(*node.left, language, leaves);
  if (node.right != nullptr) number_leaves(*node.right, language, leaves);
}

}  // namespace

struct TextQuery::Compiled {
  std::unique_ptr<TextNode> root;
  Language language;
  std::vector<TextLeaf> leaves;
  bool holds_without_words = false;  // of a document that has none of them

  void find(std::string_view word, int position, Found& found) const {
    const auto may_be = [&](const TextLeaf& leaf) { return leaf.may_be(word); };
    if (std::ranges::none_of(leaves, may_be)) return;
    const std::string lexeme = lexeme_of(word, language);
    if (lexeme.empty()) return;
    for (size_t i = 0; i < leaves.size(); ++i) {
      if (!leaves[i].is(lexeme)) continue;
      found.resize(leaves.size());
      found[i].push_back(position);
    }
  }
};

TextQuery::TextQuery(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
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
  if (root == nullptr) return TextQuery(nullptr);
  auto compiled = std::make_unique<Compiled>();
  compiled->language = language;
  number_leaves(*root, language, compiled->leaves);
  compiled->holds_without_words = holds(*root, Found(compiled->leaves.size()));
  compiled->root = std::move(root);
  return TextQuery(std::move(compiled));
}

bool TextQuery::matches(std::string_view document) const {
  if (compiled_ == nullptr) return false;
  Found found;
  int position = 0;
  WordScanner scanner(document);
  while (const auto word = scanner.next()) compiled_->find(*word, ++position, found);
  return found.empty() ? compiled_->holds_without_words : holds(*compiled_->root, found);
}

}  // namespace trivet::store
