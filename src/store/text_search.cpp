#include "store/text_search.h"

namespace trivet::store {
struct TextQuery::Node {};
TextQuery::TextQuery(std::unique_ptr<Node> root, bool english) : root_(std::move(root)), english_(english) {}
TextQuery::~TextQuery() = default;
TextQuery::TextQuery(TextQuery&&) noexcept = default;
TextQuery& TextQuery::operator=(TextQuery&&) noexcept = default;
result<TextQuery> TextQuery::compile(std::string_view, std::string_view, std::string_view) {
  return fail(ErrorCode::missing_capability, "Feature not implemented", "text search");
}
bool TextQuery::matches(std::string_view) const { return false; }
}  // namespace trivet::store
