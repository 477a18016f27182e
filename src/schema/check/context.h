// What the passes of the checker share: the trees, the Schema being made, and the table of names.
//
// models[i], types[i] and enums[i] describe schema.models[i], schema.types[i] and schema.enums[i]; the fields of a shape
// are parallel to those of its model or type. Views point into the source files, which outlive the context.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "schema/check/attribute_table.h"
#include "schema/check/provider.h"
#include "schema/parse/lexer.h"
#include "schema/parse/tree.h"
#include "schema/report.h"
#include "schema/schema.h"

namespace trivet::schema {

// An attribute with its arguments bound to the parameters of its declaration.
struct AttributeUse {
  const tree::Attribute* node = nullptr;
  const AttributeInfo* info = nullptr;
  std::array<const tree::Node*, parameters_max> arguments{};  // by position in info->parameters
  uint32_t file = 0;
  bool inherited = false;

  [[nodiscard]] AttributeId id() const { return info->id; }
  // The argument for the parameter called `name`; null if absent.
  [[nodiscard]] const tree::Node* argument(std::string_view name) const;
};

struct FieldSource {
  const tree::Field* node = nullptr;
  uint32_t file = 0;
  bool from_mixin = false;
  bool from_base = false;
  bool unresolved = false;  // its type is unknown: reported, say no more
  int target = -1;          // relation fields: index of the model
  std::vector<AttributeUse> attributes;

  [[nodiscard]] const AttributeUse* find(AttributeId id) const;
};

enum class ShapeKind : uint8_t { model, view, type };

struct Shape {
  const tree::Declaration* node = nullptr;
  uint32_t file = 0;
  ShapeKind kind = ShapeKind::model;
  int index = -1;
  int base = -1;  // extends
  bool used_as_type = false;
  bool has_broken_key = false;  // a key was refused: say no more about a missing one
  std::vector<FieldSource> fields;
  std::vector<AttributeUse> attributes;
  std::unordered_map<std::string_view, int> by_name;

  [[nodiscard]] const AttributeUse* find(AttributeId id) const;
  [[nodiscard]] int find_field(std::string_view name) const;
  [[nodiscard]] std::string_view name() const { return node->name.text; }
};

struct EnumSource {
  const tree::Declaration* node = nullptr;
  uint32_t file = 0;
  std::unordered_map<std::string_view, int> by_name;
};

struct Symbol {
  const tree::Declaration* node = nullptr;
  uint32_t file = 0;
  int index = -1;  // in models, types or enums
};

struct Context {
  Context(Report& report_, Schema& schema_) : report(report_), schema(schema_) {}

  Report& report;
  Schema& schema;
  std::vector<SourceFile> files;
  std::vector<FileKind> kinds;
  std::vector<tree::File> trees;
  std::vector<std::unordered_set<uint32_t>> imports;  // by file: the files whose names it sees

  std::unordered_map<std::string_view, Symbol> symbols;
  std::vector<Shape> models;
  std::vector<Shape> types;
  std::vector<EnumSource> enums;
  std::unordered_map<std::string_view, std::vector<std::pair<int, int>>> enum_values;  // name → (enum, value)

  // `attribute @x(…)` declarations.
  std::unordered_map<std::string, AttributeInfo> declared_attributes;
  std::deque<std::vector<ParameterInfo>> declared_parameters;
  std::unordered_map<std::string_view, const tree::Declaration*> functions;

  bool has_datasource = false;
  std::string_view datasource_name = "db";

  [[nodiscard]] const ProviderInfo& provider() const { return provider_info(schema.datasource.provider); }
  [[nodiscard]] bool is(Provider p) const { return schema.datasource.provider == p; }
  [[nodiscard]] bool prisma(uint32_t file) const { return kinds[file] == FileKind::prisma; }

  // The symbol called `name` that `file` may see; null if there is none.
  [[nodiscard]] const Symbol* lookup(std::string_view name, uint32_t file) const;

  [[nodiscard]] Field& field(const Shape& shape, int index);
  [[nodiscard]] std::vector<Field>& fields_of(const Shape& shape);

  void error(DiagnosticKind kind, SourceRange where, std::string message, std::string hint = {}) {
    report.add(kind, where, std::move(message), std::move(hint));
  }
  void warn(SourceRange where, std::string message, std::string hint = {}) {
    report.add(DiagnosticKind::warning, where, std::move(message), std::move(hint));
  }
};

[[nodiscard]] std::string quoted(std::string_view name);
[[nodiscard]] std::string_view scalar_name(ScalarType type);
[[nodiscard]] std::optional<ScalarType> find_scalar(std::string_view name);
[[nodiscard]] std::vector<std::string_view> field_names(const Shape& shape);

}  // namespace trivet::schema
