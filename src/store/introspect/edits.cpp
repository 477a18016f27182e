#include "store/introspect/edits.h"

#include <algorithm>

#include "schema/format.h"
#include "schema/parse/parser.h"

namespace trivet::store::introspect {

using schema::SourceRange;
using schema::tree::Attribute;
using schema::tree::Declaration;
using schema::tree::Field;

struct Edits::Parsed {
  schema::TokenStream stream;
  schema::tree::File tree;
};

namespace {

std::string_view trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t\r");
  return begin == line.npos ? std::string_view() : line.substr(begin);
}

// "a\nb" → "  a\n  b"
std::string indented(const std::string& lines) {
  std::string text = "  ";
  for (const char c : lines) {
    text += c;
    if (c == '\n') text += "  ";
  }
  return text;
}

}  // namespace

Edits::Edits(const std::vector<schema::SourceFile>& files) : files_(files) {
  for (size_t i = 0; i < files.size(); ++i) {
    schema::Report ignored;
    const schema::LexInput input{files[i].text, schema::file_kind(files[i].path),
                                 static_cast<uint32_t>(i)};
    auto parsed = std::make_unique<Parsed>();
    parsed->stream = schema::lex(input, ignored);
    parsed->tree = schema::parse(input, parsed->stream, ignored);
    parsed_.push_back(std::move(parsed));
  }
}

Edits::~Edits() = default;

const Declaration* Edits::find(SourceRange name) const {
  if (name.file >= parsed_.size()) return nullptr;
  for (const Declaration& declaration : parsed_[name.file]->tree.declarations)
    if (declaration.name.where.begin == name.begin) return &declaration;
  return nullptr;
}

const Declaration* Edits::find_named(std::string_view name,
                                     schema::tree::DeclarationKind kind) const {
  for (const auto& parsed : parsed_)
    for (const Declaration& declaration : parsed->tree.declarations)
      if (declaration.name.text == name && declaration.kind == kind) return &declaration;
  return nullptr;
}

const Field* Edits::find_field(const Declaration& in, std::string_view name) {
  for (const Field& field : in.fields)
    if (field.name.text == name) return &field;
  return nullptr;
}

const Attribute* Edits::find_attribute(const std::vector<Attribute>& in, std::string_view name) {
  for (const Attribute& attribute : in)
    if (attribute.name.text == name) return &attribute;
  return nullptr;
}

std::string_view Edits::text(SourceRange range) const {
  return std::string_view(files_[range.file].text).substr(range.begin, range.end - range.begin);
}

void Edits::replace(SourceRange range, std::string text) {
  edits_.push_back({range, std::move(text)});
}

uint32_t Edits::line_end(uint32_t file, uint32_t at) const {
  return static_cast<uint32_t>(
      std::min(files_[file].text.find('\n', at), files_[file].text.size()));
}

// With the documentation before it, and the whole line if nothing but a comment shares it.
SourceRange Edits::whole_line(SourceRange range) const {
  const std::string_view text = files_[range.file].text;
  const auto line_begin = [&](size_t at) {
    const size_t found = at == 0 ? text.npos : text.rfind('\n', at - 1);
    return found == text.npos ? size_t{0} : found + 1;
  };
  const size_t begin = line_begin(range.begin);
  if (!trimmed(text.substr(begin, range.begin - begin)).empty()) return range;
  range.begin = static_cast<uint32_t>(begin);
  while (range.begin > 0) {
    const size_t above = line_begin(range.begin - 1);
    if (!trimmed(text.substr(above, range.begin - above)).starts_with("///")) break;
    range.begin = static_cast<uint32_t>(above);
  }
  const uint32_t end = line_end(range.file, range.end);
  const std::string_view rest = trimmed(text.substr(range.end, end - range.end));
  if (rest.empty() || rest.starts_with("//"))
    range.end = std::min<uint32_t>(end + 1, static_cast<uint32_t>(text.size()));
  return range;
}

void Edits::remove_member(SourceRange range) { replace(whole_line(range), {}); }

void Edits::remove_attribute(SourceRange range) {
  const std::string_view text = files_[range.file].text;
  while (range.begin > 0 && (text[range.begin - 1] == ' ' || text[range.begin - 1] == '\t'))
    --range.begin;
  replace(range, {});
}

SourceRange Edits::token_range(const Declaration& in, uint32_t token) const {
  const uint32_t file = in.name.where.file;
  const schema::Token& found = parsed_[file]->stream.tokens[token];
  return {file, found.begin, found.end};
}

void Edits::remove_declaration(const Declaration& declaration) {
  SourceRange range = token_range(declaration, declaration.tokens.first);
  range.end = token_range(declaration, declaration.tokens.last).end;
  range = whole_line(range);
  // And the empty line before it.
  const std::string_view text = files_[range.file].text;
  if (range.begin >= 2 && text[range.begin - 1] == '\n' && text[range.begin - 2] == '\n')
    --range.begin;
  replace(range, {});
}

void Edits::add_attribute(const Field& field, const std::string& text) {
  const SourceRange type = field.type.where;
  replace({type.file, type.end, type.end}, " " + text);
}

void Edits::add_field(const Declaration& to, const std::string& lines) {
  const uint32_t last = to.fields.empty() ? to.body.first : to.fields.back().tokens.last;
  const SourceRange token = token_range(to, last);
  const uint32_t end = line_end(token.file, token.end);
  const std::string_view rest =
      trimmed(std::string_view(files_[token.file].text).substr(token.end, end - token.end));
  const bool alone = rest.empty() || rest.starts_with("//");
  const uint32_t at = alone ? end : token.end;
  replace({token.file, at, at}, "\n" + indented(lines) + (alone ? "" : "\n"));
}

void Edits::add_block_attribute(const Declaration& to, const std::string& line) {
  const SourceRange brace = token_range(to, to.body.last);
  const std::string_view before = std::string_view(files_[brace.file].text).substr(0, brace.begin);
  const bool own_line = trimmed(before.substr(before.rfind('\n') + 1)).empty();
  replace({brace.file, brace.begin, brace.begin},
          (own_line ? "" : "\n") + std::string("  ") + line + "\n");
}

void Edits::append(const std::string& declaration) {
  const auto end = static_cast<uint32_t>(files_.front().text.size());
  const bool ended = files_.front().text.ends_with('\n');
  const std::string laid_out = schema::format_schema({"schema.zmodel", declaration}).text;
  replace({0, end, end}, (ended ? "\n" : "\n\n") + (laid_out.empty() ? declaration : laid_out));
}

std::vector<schema::SourceFile> Edits::apply() const {
  std::vector<schema::SourceFile> files = files_;
  std::vector<Edit> edits = edits_;
  // From the end; of edits at one place the later ones come behind.
  std::ranges::stable_sort(edits, [](const Edit& a, const Edit& b) {
    return a.range.begin != b.range.begin ? a.range.begin < b.range.begin
                                          : a.range.end < b.range.end;
  });
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit)
    files[edit->range.file].text.replace(edit->range.begin, edit->range.end - edit->range.begin,
                                         edit->text);
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i].text == files_[i].text || schema::format_schema(files_[i]).text != files_[i].text)
      continue;
    if (std::string text = schema::format_schema(files[i]).text; !text.empty())
      files[i].text = std::move(text);
  }
  return files;
}

}  // namespace trivet::store::introspect
