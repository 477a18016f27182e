// Bodies and write preferences → WriteSpec (dialects/rest.md, section 8), and our nested writes: a JSON object, or an array of
// them, inside a relation field creates or connects.
//
// PGRST105, 204, 21000, 42P10 and the database's errors of literals. Values view the body and the parameters' arena.
#pragma once

#include "api/rest/request/body.h"
#include "api/rest/request/request.h"
#include "api/rest/resolve/expressions.h"
#include "engine/operation.h"

namespace trivet::api::rest {

// One cell of a body as a value of its column.
[[nodiscard]] result<Value> coerce_cell(const Column& column, const Cell& cell,
                                        const LiteralContext& context, Arena& arena);

class Writes {
 public:
  Writes(const ApiRequest& request, const Node& root, Expressions& expressions)
      : request_(request),
        root_(root),
        expressions_(expressions),
        catalog_(expressions.context().catalog) {}

  // PUT's filters and the keys of the body: what is checked before columns and literals are looked at.
  result<void> check(const Payload& payload);
  // Fills kind, write and root.where.
  result<void> build(const Payload& payload, engine::Operation& operation);
  // Of the body's keys, those that are columns; known once checked.
  [[nodiscard]] std::vector<Column> body_columns() const;

 private:
  // Where a body key goes.
  struct KeyTarget {
    int field = -1;
    bool relation = false;
  };

  result<void> check_put_filters() const;
  result<void> find_keys(const Payload& payload);
  result<KeyTarget> find_key(int model, std::string_view key) const;
  result<std::vector<int>> cleared_keys(const Payload& payload, const std::vector<int>& given) const;
  result<void> build_rows(const Payload& payload, engine::Operation& operation);
  result<void> build_where(engine::Operation& operation);
  result<void> choose_kind(engine::Operation& operation) const;
  result<std::vector<int>> conflict_fields() const;
  result<Value> cell_value(const Column& column, const Cell& cell);
  result<void> add_nested(std::vector<engine::NestedWrite>& to, uint32_t row, int model, int field,
                          JsonValue value);
  result<engine::NestedWrite> nested_write(int relation_field, int target, JsonValue object);

  const ApiRequest& request_;
  const Node& root_;
  Expressions& expressions_;
  const Catalog& catalog_;
  std::vector<KeyTarget> keys_;
};

}  // namespace trivet::api::rest
