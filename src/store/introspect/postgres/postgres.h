// A PostgreSQL database in the schema's terms. Blocking; changes nothing.
#pragma once

#include <string>

#include "base/error.h"
#include "store/introspect/live.h"

namespace trivet::store::introspect {

// `url`: postgresql://…, with ?schema=NAME for another schema than "public", as Prisma has it.
// Tables, then views and materialised views, by name. Left out: what an extension made, partitions
// of a table, and other schemas; keys to those get a warning.
[[nodiscard]] result<LiveDatabase> read_postgres(const std::string& url);

}  // namespace trivet::store::introspect
