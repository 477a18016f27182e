#include "store/sql/link.h"

#include "base/error.h"

namespace trivet::store::sql {

namespace {

std::vector<std::string> column_names(const schema::Model& model, const std::vector<int>& fields) {
  std::vector<std::string> names;
  for (const int field : fields) names.push_back(model.fields[field].db_name);
  return names;
}

const std::vector<int>& end_fields(const schema::Relation& relation, int side) {
  return side == 0 ? relation.from_fields : relation.to_fields;
}

}  // namespace

ResolvedLink resolve_link(const schema::Schema& schema, const Link& link) {
  ResolvedLink resolved;
  if (link.every >= 0) {
    resolved.target = link.every;
    resolved.function = link.function;
    return resolved;
  }
  const schema::Relation& first = schema.relations[link.relation];
  const int side = link.side;
  resolved.near_fields = end_fields(first, side);
  if (first.kind == schema::RelationKind::many_to_many) {
    TRIVET_ASSERT(link.second < 0);
    resolved.target = first.model[1 - side];
    resolved.junction = schema.join_table(first);
    resolved.far_columns = {side == 0 ? "A" : "B"};
    resolved.junction_columns = {side == 0 ? "B" : "A"};
    resolved.target_columns =
        column_names(schema.models[resolved.target], end_fields(first, 1 - side));
    return resolved;
  }
  const schema::Model& next = schema.models[first.model[1 - side]];
  resolved.far_columns = column_names(next, end_fields(first, 1 - side));
  if (link.second < 0) {
    resolved.target = first.model[1 - side];
    return resolved;
  }
  const schema::Relation& second = schema.relations[link.second];
  const int second_side = link.second_side;
  resolved.target = second.model[1 - second_side];
  resolved.junction = next.table();
  resolved.junction_columns = column_names(next, end_fields(second, second_side));
  resolved.target_columns =
      column_names(schema.models[resolved.target], end_fields(second, 1 - second_side));
  return resolved;
}

}  // namespace trivet::store::sql
