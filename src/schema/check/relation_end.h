// One relation field, and the joining of two into a relation (dialects/schema.md, section 7).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/check/context.h"

namespace trivet::schema {

struct RelationEnd {
  Shape* shape;
  int index;  // of the field
  const AttributeUse* use;  // @relation; may be null
  Field* field;
  std::optional<ReferentialAction> on_delete = {};
  std::optional<ReferentialAction> on_update = {};
  bool actions_fine = true;

  [[nodiscard]] const FieldSource& source() const { return shape->fields[static_cast<size_t>(index)]; }
  [[nodiscard]] SourceRange where() const;
  [[nodiscard]] const tree::Node* argument(std::string_view name) const { return use ? use->argument(name) : nullptr; }
  [[nodiscard]] bool has_actions() const { return argument("onDelete") || argument("onUpdate"); }
};

// Checks the two ends against each other and adds the relation to the schema, or reports.
void connect_ends(Context& context, RelationEnd& a, RelationEnd& b, const std::string& name);

[[nodiscard]] std::string lower_first(std::string_view name);

}  // namespace trivet::schema
