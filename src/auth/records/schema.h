// The models behind /auth/v1: users, identities, sessions, one-time tokens and audit events, written
// in the schema language like a project's own.
//
// They have a schema and an engine of their own, so that no path of a project's API leads to them;
// their tables are called _trivet_auth_… in the project's database (docs/decisions/0021). The order
// of fields is the order in which records.h reads them. New fields are optional or have a default.
#pragma once

#include <memory>

#include "schema/schema.h"

namespace trivet::auth {

// For the kind of database that the project's schema names.
[[nodiscard]] std::shared_ptr<const schema::Schema> accounts_schema(schema::Provider provider);

}  // namespace trivet::auth
