// PostgreSQL's types and defaults in the schema's terms. Pure.
#pragma once

#include <string>
#include <string_view>

#include "store/introspect/live.h"

namespace trivet::store::introspect {

struct PostgresType {
  std::string name;       // pg_type.typname, of the element for an array: "varchar"
  std::string category;   // pg_type.typtype: 'b' base, 'e' enum, 'd' domain, …
  std::string formatted;  // format_type: "character varying(20)"
  int modifier = -1;      // pg_attribute.atttypmod
  bool is_array = false;
};

// Sets type, native type (where it isn't the field type's default one), enum and list.
void set_postgres_type(const PostgresType& type, LiveColumn& column);

// What pg_get_expr tells of a default. `column` has its type already.
[[nodiscard]] LiveDefault postgres_default(const LiveColumn& column, const std::string& expression);

}  // namespace trivet::store::introspect
