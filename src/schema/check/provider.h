// What each database can store, as far as the schema language is concerned (dialects/schema.md, sections 4 to 8).
// Static data, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "schema/schema.h"

namespace trivet::schema {

struct ProviderInfo {
  Provider provider;
  std::string_view name;      // as written in `provider = "…"`
  std::string_view title;     // for messages
  size_t identifier_max;      // bytes
  bool scalar_lists;
  bool enums;
  bool fulltext;
  bool partial_indexes;
  bool index_types;
  bool key_length;            // f(length: n)
  bool multi_schema;
  bool global_index_names;    // index and key names are unique in the whole database
  bool global_foreign_keys;   // foreign key names are
  bool named_primary_keys;
};

[[nodiscard]] const ProviderInfo& provider_info(Provider provider);
[[nodiscard]] std::optional<Provider> find_provider(std::string_view name);

}  // namespace trivet::schema
