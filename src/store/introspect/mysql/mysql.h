// A MariaDB database in the schema's terms. Blocking; changes nothing.
#pragma once

#include <string>

#include "base/error.h"
#include "schema/schema.h"
#include "store/introspect/live.h"

namespace trivet::store::introspect {

// `url`: mysql://… (store/mysql/layout/url.h). Tables, then views, by name. `present`: the schema of
// before, whose names enums keep; may be null.
[[nodiscard]] result<LiveDatabase> read_mysql(const std::string& url, const schema::Schema* present);

}  // namespace trivet::store::introspect
