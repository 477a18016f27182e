// Internal to update_schema: the state that its steps share, and the steps.
#pragma once

#include <string>
#include <vector>

#include "store/introspect/draft.h"
#include "store/introspect/edits.h"
#include "store/introspect/pull.h"
#include "store/migration.h"

namespace trivet::store::introspect {

struct Update {
  const schema::Schema& schema;
  const Draft& draft;
  Edits& edits;
  const DatabaseDescription& described;  // SQLite: the schema's tables
  std::vector<ModelChange>& changes;
  std::vector<std::string>& warnings;

  // The entry of a model that was changed, made when first asked for.
  [[nodiscard]] ModelChange& change_of(const std::string& model) const;
};

// Whether the field can stay as it is written. Pure.
[[nodiscard]] bool same_type(const Update& update, const schema::Field& field,
                             const LiveColumn& column);
[[nodiscard]] bool same_default_value(const Update& update, int table, const schema::Field& field,
                                      const LiveColumn& column);

// Columns and keys of a table whose model is there.
void update_columns(const Update& update, int table);
void update_keys(const Update& update, int table);
// All relations, of models that are there.
void update_relations(const Update& update);
void update_enums(const Update& update);

}  // namespace trivet::store::introspect
