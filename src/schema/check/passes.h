// The passes of the checker in the order in which check_schema() runs them. Each reads what the ones before it made,
// reports what is wrong, and goes on: later passes skip what an earlier one marked as unresolved.
#pragma once

#include "schema/check/context.h"

namespace trivet::schema {

void resolve_imports(Context& context);       // which file sees which
void collect_declarations(Context& context);  // the table of names; shells of models, types, enums
void check_datasource(Context& context);
void check_enums(Context& context);
void expand_shapes(Context& context);         // mixins and bases: the list of fields of each model and type
void resolve_types(Context& context);         // type and modifiers of every field
void bind_attributes(Context& context);       // names, arguments, targets
void check_columns(Context& context);         // @map, @ignore, @updatedAt, @json, @omit, @computed, …
void check_native_types(Context& context);
void check_defaults(Context& context);
void check_keys(Context& context);            // @id, @unique, @@id, @@unique
void check_indexes(Context& context);         // @@index, @@fulltext
void check_autoincrements(Context& context);  // after keys and indexes
void check_relations(Context& context);
void check_delegates(Context& context);
void check_names(Context& context);           // physical names: limits and clashes
void check_auth(Context& context);            // the type of auth()
void check_policies(Context& context);        // @@allow, @@deny, @allow, @deny
void check_validation(Context& context);      // @length …, @@validate
void check_signatures(Context& context);      // functions, procedures, attribute declarations
void finish_schema(Context& context);         // column order, maps, fingerprint

// Does `field` come first in some key or index?
[[nodiscard]] bool leads_a_key(const Model& model, int field);

}  // namespace trivet::schema
