// MariaDB's words for types and defaults → the schema's. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/introspect/live.h"

namespace trivet::store::introspect {

// Sets type, native and raw_type from COLUMN_TYPE: "varchar(20)", "int(10) unsigned". Of an enum the
// type alone. `is_json`: a longtext that a check holds to be JSON.
void set_mysql_type(std::string_view column_type, bool is_json, LiveColumn& column);

// 'a','b' of "enum('a','b')".
[[nodiscard]] std::vector<std::string> mysql_enum_values(std::string_view column_type);

// What COLUMN_DEFAULT says, for the column's type, which is set.
[[nodiscard]] LiveDefault mysql_default(const LiveColumn& column, std::string_view column_type,
                                        const std::string& default_sql);

}  // namespace trivet::store::introspect
