// Finding the relationship that an embed means (dialects/rest.md, section 5): foreign keys, their inverses, junctions,
// implicit many-to-many tables; by table, constraint, column, junction, or (ours) the schema's relation field.
//
// Pure; errors are PGRST200 and PGRST201.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/resolve/catalog.h"
#include "base/error.h"
#include "store/expr.h"

namespace trivet::api::rest {

enum class Cardinality : uint8_t { one_to_many, many_to_one, one_to_one, many_to_many };

struct Relationship {
  Cardinality cardinality = Cardinality::one_to_many;
  int target = -1;  // model
  store::Link link;
  int origin_field = -1;    // relation field of the origin model that it is declared by; -1 = none
  std::string constraint;   // foreign key name; junction table for many-to-many
  std::string origin_column;  // of single-column keys, else empty
  std::string target_column;
  std::string description;  // for PGRST201: "billing using orders(billing_id) and addresses(id)"
  bool self = false;

  [[nodiscard]] bool to_one() const {
    return cardinality == Cardinality::many_to_one || cardinality == Cardinality::one_to_one;
  }
};

// All relationships of a model, in upstream's order of listing.
[[nodiscard]] std::vector<Relationship> list_relationships(const Catalog& catalog, int origin);

struct EmbedName {
  std::string_view target;
  std::string_view hint;  // empty = none
};
[[nodiscard]] result<Relationship> find_relationship(const Catalog& catalog, int origin,
                                                     EmbedName name);

}  // namespace trivet::api::rest
