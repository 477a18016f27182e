// A PostgreSQL database in the schema's terms. Blocking; changes nothing.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/introspect/live.h"

namespace trivet::store::introspect {

// `url`: postgresql://…, with ?schema=NAME for another schema than "public", as Prisma has it.
// With `schemas`, those, and all that is in them is named with its own.
// Tables, then views and materialised views, by name. Left out: what an extension made, partitions
// of a table, and other schemas; keys to those get a warning.
[[nodiscard]] result<LiveDatabase> read_postgres(const std::string& url,
                                                 const std::vector<std::string>& schemas = {});

}  // namespace trivet::store::introspect
