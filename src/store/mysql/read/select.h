// Levels as SELECT statements of MariaDB. Pure functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "schema/schema.h"
#include "store/query.h"
#include "store/sql/statement.h"
#include "value/type.h"

namespace trivet::store::mysql {

// The outputs as columns of their types, `keys` of the model after them, then a text for each
// embedded level (rows.h).
struct Select {
  sql::Statement statement;
  std::vector<Type> columns;
};

struct SelectExtras {
  std::vector<int> keys{};         // fields
  bool among_rows = false;         // only rows whose key_fields are BindKind::rows
};

[[nodiscard]] Select render_select(const schema::Schema& schema, const Level& level,
                                   const SelectExtras& extras);
// The number of rows of the level, whatever its limit.
[[nodiscard]] Select render_count(const schema::Schema& schema, const Level& level);

// Fields by which a row is told from others: the primary key, or the first key without optional
// fields.
[[nodiscard]] std::vector<int> key_fields(const schema::Model& model);

}  // namespace trivet::store::mysql
