// Changes of schema files in place: what isn't changed keeps every byte.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "schema/parse/tree.h"
#include "schema/source.h"

namespace trivet::store::introspect {

// The files of a valid schema with their trees, and the edits of their texts. One thread.
class Edits {
 public:
  explicit Edits(const std::vector<schema::SourceFile>& files);
  ~Edits();
  Edits(const Edits&) = delete;
  Edits& operator=(const Edits&) = delete;

  // The declaration whose name stands there (Model::where); null if there is none.
  [[nodiscard]] const schema::tree::Declaration* find(schema::SourceRange name) const;
  [[nodiscard]] const schema::tree::Declaration* find_named(
      std::string_view name, schema::tree::DeclarationKind kind) const;
  [[nodiscard]] static const schema::tree::Field* find_field(const schema::tree::Declaration& in,
                                                             std::string_view name);
  [[nodiscard]] static const schema::tree::Attribute* find_attribute(
      const std::vector<schema::tree::Attribute>& in, std::string_view name);
  [[nodiscard]] std::string_view text(schema::SourceRange range) const;

  void replace(schema::SourceRange range, std::string text);
  // A field or block attribute with its documentation and its line.
  void remove_member(schema::SourceRange range);
  // An attribute of a field, with the space before it.
  void remove_attribute(schema::SourceRange range);
  void remove_declaration(const schema::tree::Declaration& declaration);
  // After the type of the field.
  void add_attribute(const schema::tree::Field& field, const std::string& text);
  // Lines behind the last field; a line may have documentation before it.
  void add_field(const schema::tree::Declaration& to, const std::string& lines);
  void add_block_attribute(const schema::tree::Declaration& to, const std::string& line);
  void append(const std::string& declaration);  // to the first file

  // The files with all edits. A file that the formatter had laid out is laid out again.
  [[nodiscard]] std::vector<schema::SourceFile> apply() const;

 private:
  struct Parsed;
  struct Edit {
    schema::SourceRange range;
    std::string text;
  };
  [[nodiscard]] schema::SourceRange whole_line(schema::SourceRange range) const;
  [[nodiscard]] schema::SourceRange token_range(const schema::tree::Declaration& in,
                                                uint32_t token) const;
  [[nodiscard]] uint32_t line_end(uint32_t file, uint32_t at) const;

  const std::vector<schema::SourceFile>& files_;
  std::vector<std::unique_ptr<Parsed>> parsed_;
  std::vector<Edit> edits_;
};

}  // namespace trivet::store::introspect
