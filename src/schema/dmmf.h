// A schema in the form of Prisma's DMMF ("data model meta format"), as JSON text: what Prisma's own tools would say of it.
// Pure. What DMMF has no word for (rules, mixins, validation) is left out, as are ignored models and fields.
#pragma once

#include <string>

#include "schema/schema.h"

namespace trivet::schema {

// {"datamodel":{"enums":[…],"models":[…],"types":[…],"indexes":[…]}}
[[nodiscard]] std::string render_dmmf(const Schema& schema);

}  // namespace trivet::schema
