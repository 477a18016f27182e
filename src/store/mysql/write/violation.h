// Which constraint a write broke, in PostgreSQL's words. Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/query.h"

namespace trivet::store::mysql {

struct FailedWrite {
  const schema::Schema& schema;
  const Step& step;
  std::vector<std::vector<Value>> rows;  // cells of the step's fields, for inserts and upserts
  std::span<const Value> params;
};

// `error` with the constraint's name and the caller's own keys, where the server's text (of the
// session's mode) tells which it was.
[[nodiscard]] Error explain_violation(Error error, unsigned number, std::string_view text,
                                      const FailedWrite& write);

// Of a row that can't go or change because others refer to it: the relation that does; null if the
// text names none.
[[nodiscard]] const schema::Relation* referring_relation(const schema::Schema& schema,
                                                         unsigned number, std::string_view text);
// "Key (id)=(1) is still referenced from table "Post"."
[[nodiscard]] std::string referenced_details(const schema::Schema& schema,
                                             const schema::Relation& relation,
                                             std::span<const Value> key);

}  // namespace trivet::store::mysql
