// Index methods and operator classes of PostgreSQL (dialects/schema.md, section 5, `type:` and `ops:`).
#pragma once

#include "schema/check/context.h"

namespace trivet::schema {

// Is `key.type` known, and does it fit the columns and their operator classes?
void check_index_type(Context& context, const Shape& shape, const AttributeUse& use, const Key& key);

}  // namespace trivet::schema
