// Physical names as Prisma Migrate makes them (dialects/schema.md, section 7, Names).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/check/context.h"

namespace trivet::schema {

// "table_c1_c2" cut so that it ends in `suffix` within `limit` bytes, at a UTF-8 boundary.
[[nodiscard]] std::string constraint_name(std::string_view table, const std::vector<std::string_view>& columns,
                                          std::string_view suffix, size_t limit);

// The same for the columns of a key of `model`.
[[nodiscard]] std::string key_name(const Context& context, const Model& model, const std::vector<KeyColumn>& columns,
                                   std::string_view suffix);

// No model, type or enum may have it: scalar types, and words that Prisma's client can't generate.
[[nodiscard]] bool is_reserved_name(std::string_view name);

}  // namespace trivet::schema
