// Which parts of an earlier schema are which parts of the database: the same table, the same
// column, the same foreign key. What is matched keeps the name that the schema gave it.
#pragma once

#include <vector>

#include "schema/schema.h"
#include "store/introspect/live.h"

namespace trivet::store::introspect {

// Indexes into the schema, -1 where it lacks the thing. `schema` is null without an earlier one.
struct Matches {
  const schema::Schema* schema = nullptr;
  std::vector<int> models;                   // of each table
  std::vector<std::vector<int>> fields;      // of each column of each table, in its model
  std::vector<std::vector<int>> references;  // relation of each foreign key of each table
  std::vector<int> joins;                    // many-to-many relation of each table
  std::vector<int> enums;                    // of each enum

  [[nodiscard]] const schema::Model* model(int table) const {
    return models[table] < 0 ? nullptr : &schema->models[models[table]];
  }
  [[nodiscard]] const schema::Field* field(int table, int column) const {
    const int at = fields[table][column];
    return at < 0 ? nullptr : &schema->models[models[table]].fields[at];
  }
};

[[nodiscard]] Matches match(const LiveDatabase& live, const schema::Schema* schema);

}  // namespace trivet::store::introspect
