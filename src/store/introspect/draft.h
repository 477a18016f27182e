// What a pulled schema says, piece by piece, as text: lines of models and whole blocks. Pure.
//
// Lines are not aligned: the formatter does that at the end.
#pragma once

#include <string>
#include <vector>

#include "store/introspect/live.h"
#include "store/introspect/matches.h"
#include "store/introspect/names.h"
#include "store/introspect/relations.h"

namespace trivet::store::introspect {

// A database with all of its names. Views `live`, which must outlive it.
struct Draft {
  const LiveDatabase& live;
  Matches matches;
  Names names;
  std::vector<LiveRelation> relations;
};
[[nodiscard]] Draft make_draft(const LiveDatabase& live, const schema::Schema* previous);

enum class Side : uint8_t { from, to };

// "views Int? @default(0)"; documentation is on lines of its own before it.
[[nodiscard]] std::string column_line(const Draft& draft, int table, int column);
[[nodiscard]] std::string relation_line(const Draft& draft, const LiveRelation& relation,
                                        Side side);
// "@@index([a, b(sort: Desc)], map: \"i\")"; also of a unique index that its field's line says.
[[nodiscard]] std::string index_line(const Draft& draft, int table, const LiveIndex& index);
[[nodiscard]] std::string key_line(const Draft& draft, int table);  // "@@id([a, b])"

// Parts of a line.
[[nodiscard]] std::string type_text(const Draft& draft, const LiveColumn& column);  // "Int?"
[[nodiscard]] std::string default_text(const Draft& draft,
                                       const LiveColumn& column);  // "@default(0)" or empty
[[nodiscard]] std::string native_text(const LiveColumn& column);   // "@db.Uuid" or empty
[[nodiscard]] std::string id_text(const Draft& draft, int table);  // "@id", of a sole column
// "@unique" with its arguments, if the index is one of a sole column and no other of the column
// says it.
[[nodiscard]] std::string unique_text(const Draft& draft, int table, const LiveIndex& index);
// "onDelete: Cascade, onUpdate: NoAction": those that aren't the defaults.
[[nodiscard]] std::vector<std::string> action_texts(const Draft& draft,
                                                    const LiveRelation& relation);

[[nodiscard]] bool is_ignored(const Draft& draft, int table);
[[nodiscard]] bool is_join(const Draft& draft, int table);
[[nodiscard]] std::string model_text(const Draft& draft, int table);
[[nodiscard]] std::string enum_text(const Draft& draft, int live_enum);
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace trivet::store::introspect
