// One project's schema as two databases have it, and what the target can't keep, field by field.
//
// The schema is written for one kind of database. For the other it is read with that provider's name
// and, where native types (@db.…) would be another database's, without them. Models, fields and
// relations have the same indexes in both. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "value/type.h"

namespace trivet::app {

enum class Weight : uint8_t {
  note,  // something is different there
  stop,  // it can't be moved
};

struct Finding {
  Weight weight = Weight::note;
  std::string place;  // "Model.field", or a place in a schema file; empty: the database
  std::string text;
};

struct SchemaPair {
  std::shared_ptr<const schema::Schema> source;
  std::shared_ptr<const schema::Schema> target;
  std::vector<Finding> findings;
};

// Of a database's URL: postgres://, mysql://, else a file.
[[nodiscard]] schema::Provider provider_of_url(std::string_view url);
[[nodiscard]] std::string_view provider_name(schema::Provider provider);

// `written` is the project's. Where a schema can't be said for the other database, its pointer is
// null and findings tell why. Errors: bad_config if it is written for neither.
[[nodiscard]] result<SchemaPair> pair_schemas(const schema::CheckResult& written,
                                              schema::Provider source, schema::Provider target);

// Whether values of one type can be kept as another; both as store::field_type says.
[[nodiscard]] bool can_become(Type from, Type to);
// Whether the field's column keeps milliseconds and no more.
[[nodiscard]] bool keeps_milliseconds(const schema::Schema& schema, const schema::Field& field);

}  // namespace trivet::app
