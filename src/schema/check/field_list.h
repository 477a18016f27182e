// `[a, b(sort: Desc)]`: the lists of fields in keys, indexes and relations.
#pragma once

#include <vector>

#include "schema/check/context.h"

namespace trivet::schema {

struct FieldListUse {
  const AttributeUse& use;
  const tree::Node* list;     // may be null
  DiagnosticKind wrong;       // kind for empty lists, repetitions and things that are no fields
  bool options = true;        // are (sort:, length:, ops:) allowed?
};

// `where:` of an index as SQL over physical columns; empty after reporting.
[[nodiscard]] std::string read_index_condition(Context& context, const Shape& shape, const tree::Node& node);

// Resolves the names in `shape`. False if anything was reported; `out` then holds what was understood.
[[nodiscard]] bool read_field_list(Context& context, const Shape& shape, const FieldListUse& what,
                                   std::vector<KeyColumn>& out);

// MySQL keys and indexes reach into long text and bytes up to a given length only.
void check_length_given(Context& context, const AttributeUse& use, const Field& field, const KeyColumn& column);

// The options of one column: those of an `f(…)` in a list, or the named arguments of @id and @unique.
struct ColumnOptions {
  const tree::Node* sort = nullptr;
  const tree::Node* length = nullptr;
  const tree::Node* ops = nullptr;
};
void apply_column_options(Context& context, const Shape& shape, const ColumnOptions& options, KeyColumn& column);

}  // namespace trivet::schema
