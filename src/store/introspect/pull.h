// The schema of a live database: written anew, or an earlier schema brought up to date. Pure.
//
// An earlier schema is changed only where the database differs from it: names, rules, comments, the
// order of fields and everything else that is no part of the layout stay as they were written.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "store/introspect/live.h"

namespace trivet::store::introspect {

struct ModelChange {
  enum class Kind : uint8_t { added, changed, removed } kind;
  std::string name;                  // of the model, view or enum
  std::vector<std::string> details;  // changed: a phrase each, "+ views Int"
};

struct Pulled {
  std::vector<schema::SourceFile> files;  // all of the schema's, also those without a change
  std::vector<ModelChange> changes;
  std::vector<std::string> warnings;
};

// A new schema: `head` (the datasource), then a model for each table. The file is `path`.
[[nodiscard]] Pulled write_schema(const LiveDatabase& live, const std::string& head,
                                  const std::string& path);

// The earlier schema, which must be valid, brought up to date. bad_schema if something that was
// written by hand, such as a rule, needs what the database no longer has: it says what and where.
[[nodiscard]] result<Pulled> update_schema(const LiveDatabase& live,
                                           const schema::CheckResult& previous);

}  // namespace trivet::store::introspect
