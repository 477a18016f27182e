// The relations of a live database: one for each foreign key and for each join table, with the
// names of its fields by the rules of Prisma's introspection. Pure.
//
// A relation that the earlier schema has keeps its names. A new one is called after the models that
// it joins; where that says too little (two relations between the same models, or a column of that
// name) its columns are part of the names.
#pragma once

#include <string>
#include <vector>

#include "store/introspect/live.h"
#include "store/introspect/matches.h"
#include "store/introspect/names.h"

namespace trivet::store::introspect {

// A field of type Other on each side. Tables are indexes in LiveDatabase::tables.
struct LiveRelation {
  int key = -1;       // foreign key: its index in the table `from`; -1: many to many
  int join = -1;      // many to many: the join table
  int previous = -1;  // relation of the earlier schema
  int from = -1;      // the table with the key; many to many: what "A" points to
  int to = -1;
  std::string name;        // of @relation; empty = none needed
  std::string from_field;  // field of model `from`
  std::string to_field;
  bool one_to_one = false;
  bool optional = false;  // the field of model `from` is optional
};

// Foreign keys in table order, then join tables.
[[nodiscard]] std::vector<LiveRelation> make_relations(const LiveDatabase& live,
                                                       const Matches& matches, Names& names);

// Whether it is, in every detail, the table that an implicit many-to-many relation has.
[[nodiscard]] bool is_join_table(const LiveDatabase& live, const Matches& matches,
                                 const Names& names, int table);

}  // namespace trivet::store::introspect
