#include "schema/format.h"

#include <algorithm>
#include <array>

#include "schema/format/table.h"
#include "schema/format/tokens.h"
#include "schema/parse/parser.h"

namespace trivet::schema {
namespace {

using tree::Attribute;
using tree::Declaration;
using tree::DeclarationKind;
using tree::TokenSpan;

// Position in the given order; unknown names come after all of it.
template <size_t N>
size_t rank(const std::array<std::string_view, N>& order, std::string_view name) {
  return static_cast<size_t>(std::find(order.begin(), order.end(), name) - order.begin());
}

constexpr std::array<std::string_view, 7> field_order = {"id", "unique", "default", "updatedAt", "map", "relation", "ignore"};
constexpr std::array<std::string_view, 7> block_order = {"id", "unique", "index", "fulltext", "map", "ignore", "schema"};

size_t field_rank(const Attribute& attribute) {
  const auto name = attribute.name.text;
  const bool native = name.find('.') != std::string_view::npos && !name.starts_with("prisma.");
  return native ? field_order.size() + 1 : rank(field_order, name);
}

class Formatter {
 public:
  Formatter(std::string_view text, const TokenStream& stream, const tree::File& file, FileKind kind)
      : printer_(text, stream), file_(file), kind_(kind) {}

  std::string run() {
    std::vector<Item> items;
    for (const auto& import : file_.imports) items.push_back({import.tokens, nullptr});
    for (const auto& declaration : file_.declarations) items.push_back({declaration.tokens, &declaration});
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.tokens.first < b.tokens.first; });
    for (const auto& item : items) top_level(item);
    top_comments(printer_.end_index(), false);
    return std::move(out_);
  }

 private:
  struct Item {
    TokenSpan tokens;
    const Declaration* declaration;  // null: an import
  };
  // A field, value, setting or block attribute.
  struct Member {
    TokenSpan tokens;
    const tree::Field* field = nullptr;
    const tree::Entry* entry = nullptr;
    const Attribute* attribute = nullptr;
  };

  void blank_line() {
    if (!out_.empty() && !out_.ends_with("\n\n") && !out_.ends_with("{\n")) out_ += '\n';
  }

  // Comments at the top level before the token at `index`. Those that trail the last item stay on its line.
  void top_comments(uint32_t index, bool blank_first) {
    bool first = true;
    for (const auto& comment : printer_.comments_before(index)) {
      if (!comment.newline_before && !out_.empty() && first && index > 0) {
        if (out_.ends_with('\n')) out_.pop_back();
        out_ += " " + printer_.comment_text(comment) + "\n";
        continue;
      }
      if (first ? blank_first || after_block_ : false) blank_line();
      if (printer_.blank_before(comment.begin)) blank_line();
      first = false;
      after_block_ = false;
      out_ += printer_.comment_text(comment) + "\n";
      commented_ = true;
    }
  }

  void top_level(const Item& item) {
    const bool block = item.declaration != nullptr && item.declaration->body.last > item.declaration->body.first;
    commented_ = false;
    top_comments(item.tokens.first, block);
    const bool blank = printer_.blank_before(printer_.token(item.tokens.first).begin);
    if (blank || after_block_ || (block && !commented_)) blank_line();
    if (block) this->block(*item.declaration);
    else out_ += printer_.print(item.tokens) + "\n";
    after_block_ = block;
  }

  void block(const Declaration& d) {
    std::vector<Member> members;
    for (const auto& field : d.fields) members.push_back({.tokens = field.tokens, .field = &field});
    for (const auto& entry : d.entries) members.push_back({.tokens = entry.tokens, .entry = &entry});
    for (const auto& attribute : d.attributes) members.push_back({.tokens = attribute.tokens, .attribute = &attribute});
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.tokens.first < b.tokens.first; });
    std::stable_sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return member_rank(a) < member_rank(b); });
    out_ += printer_.print({d.tokens.first, d.body.first}) + trailing(d.body.first) + "\n";
    Table table(d.entries.empty() ? " " : " = ");
    bool any = false;
    const Attribute* last_attribute = nullptr;
    for (const auto& member : members) {
      emit(member, table, any, last_attribute);
      any = true;
      last_attribute = member.attribute;
    }
    closing_comments(d.body.last, table, any);
    table.flush(out_);
    out_ += "}\n";
  }

  static size_t member_rank(const Member& member) { return member.attribute ? 1 + rank(block_order, member.attribute->name.text) : 0; }

  // What follows the token on its line: " // comment", or nothing.
  std::string trailing(uint32_t index) {
    std::string out;
    if (index >= printer_.end_index()) return out;
    for (const auto& comment : printer_.comments_before(index + 1)) {
      if (comment.newline_before) break;
      out += " " + printer_.comment_text(comment);
      if (comment.kind != CommentKind::block) break;
    }
    return out;
  }

  void blank_in_body(Table& table, bool any) {
    table.flush(out_);
    if (any) blank_line();
  }

  void lead_comments(uint32_t index, Table& table, bool& any) {
    for (const auto& comment : printer_.comments_before(index)) {
      if (!comment.newline_before) continue;
      if (printer_.blank_before(comment.begin)) blank_in_body(table, any);
      table.line(printer_.comment_text(comment));
      any = true;
    }
  }

  bool starts_with_blank(const Member& member) const {
    const auto comments = printer_.comments_before(member.tokens.first);
    const auto lead = std::find_if(comments.begin(), comments.end(), [](const Comment& c) { return c.newline_before; });
    return printer_.blank_before(lead == comments.end() ? printer_.token(member.tokens.first).begin : lead->begin);
  }

  void emit(const Member& member, Table& table, bool any, const Attribute* last_attribute) {
    if (member.attribute) {
      const bool other = rank(block_order, member.attribute->name.text) == block_order.size();
      table.flush(out_);
      if (any && (!last_attribute || (other && starts_with_blank(member)))) blank_line();
      bool started = false;
      lead_comments(member.tokens.first, table, started);
      table.flush(out_);
      table.line(printer_.print(member.tokens) + trailing(member.tokens.last));
      table.flush(out_);
      return;
    }
    bool started = any;
    lead_comments(member.tokens.first, table, started);
    if (printer_.blank_before(printer_.token(member.tokens.first).begin)) blank_in_body(table, started);
    auto after = trailing(member.tokens.last);
    if (!after.empty()) after.erase(0, 1);
    table.row(member.field ? field_columns(*member.field) : entry_columns(*member.entry), std::move(after));
  }

  std::vector<std::string> entry_columns(const tree::Entry& entry) const {
    return {std::string(entry.key.text), printer_.print({entry.tokens.first + 2, entry.tokens.last})};
  }

  std::vector<std::string> field_columns(const tree::Field& field) const {
    const uint32_t first = field.tokens.first;
    const uint32_t type_end = field.attributes.empty() ? field.tokens.last : field.attributes[0].tokens.first - 1;
    std::vector<std::string> columns;
    if (field.type.name.text.empty()) {  // an enum value
      columns.push_back(printer_.print({first, type_end}));
    } else {
      uint32_t type_begin = first;
      while (printer_.token(type_begin).begin < field.type.where.begin) ++type_begin;
      columns.push_back(printer_.print({first, type_begin - 1}));
      columns.push_back(printer_.print({type_begin, type_end}));
    }
    columns.push_back(attributes(field.attributes));
    return columns;
  }

  std::string attributes(const std::vector<Attribute>& list) const {
    std::vector<const Attribute*> sorted;
    for (const auto& attribute : list) sorted.push_back(&attribute);
    std::stable_sort(sorted.begin(), sorted.end(), [](const Attribute* a, const Attribute* b) { return field_rank(*a) < field_rank(*b); });
    std::string out;
    for (const auto* attribute : sorted) out += (out.empty() ? "" : " ") + printer_.print(attribute->tokens);
    return out;
  }

  void closing_comments(uint32_t index, Table& table, bool any) {
    for (const auto& comment : printer_.comments_before(index)) {
      if (!comment.newline_before) continue;
      if (printer_.blank_before(comment.begin)) blank_in_body(table, any);
      table.line(printer_.comment_text(comment));
      any = true;
    }
  }

  TokenPrinter printer_;
  const tree::File& file_;
  FileKind kind_;
  std::string out_;
  bool after_block_ = false;
  bool commented_ = false;
};

}  // namespace

FormatResult format_schema(const SourceFile& file) {
  FormatResult result;
  Report report;
  std::string_view text = file.text;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const LexInput input{text, file_kind(file.path), 0};
  if (const auto bad = find_invalid_utf8(text); bad != std::string_view::npos) {
    const auto at = static_cast<uint32_t>(bad);
    report.add(DiagnosticKind::syntax, {0, at, at + 1}, "the file is not valid UTF-8", "save it as UTF-8");
  } else {
    const auto stream = lex(input, report);
    const auto tree = parse(input, stream, report);
    if (report.errors() == 0) result.text = Formatter(text, stream, tree, input.kind).run();
  }
  result.diagnostics = report.take();
  std::erase_if(result.diagnostics, [](const Diagnostic& d) { return d.kind == DiagnosticKind::warning; });
  return result;
}

}  // namespace trivet::schema
