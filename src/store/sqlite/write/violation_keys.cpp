// Which foreign key a write breaks, found by asking.
#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/sql/renderer.h"
#include "store/sqlite/cells.h"
#include "store/sqlite/prepared.h"
#include "store/sqlite/write/violation.h"
#include "store/store.h"
#include "value/format_options.h"
#include "value/text_format.h"

namespace trivet::store::sqlite {

namespace {

using schema::Relation;
using schema::RelationKind;

// Cascades that are followed in search of the key that stops them.
constexpr size_t chain_max = 5;

struct KeyTexts {
  std::string columns;
  std::string values;
};

// First row of `statement`, whose columns are `fields` of `model`, as texts.
std::optional<KeyTexts> first_row(Connection& connection, sql::Statement statement,
                                  const FailedWrite& write, const schema::Model& model,
                                  const std::vector<int>& fields) {
  const auto prepared = Prepared::make(connection, std::move(statement));
  if (!prepared) return std::nullopt;
  const StatementUse use(prepared->get());
  Arena arena;
  const Sources sources{.params = write.params, .cells = write.cells};
  if (prepared->bind(sources, arena) != SQLITE_OK || sqlite3_step(prepared->get()) != SQLITE_ROW)
    return std::nullopt;
  KeyTexts key;
  for (size_t i = 0; i < fields.size(); ++i) {
    const schema::Field& field = model.fields[fields[i]];
    const auto value = decode_cell(sqlite3_column_value(prepared->get(), static_cast<int>(i)),
                                   field_type(field), arena);
    if (i > 0) key.columns += ", ", key.values += ", ";
    key.columns += field.db_name;
    if (value) append_text_value(key.values, *value, field_type(field), FormatOptions{});
  }
  return key;
}

bool sets_any(const Step& step, const std::vector<int>& fields) {
  return std::ranges::any_of(fields, [&](int field) {
    return std::ranges::find(step.fields, field) != step.fields.end();
  });
}

// The new value of the row's field: what the step gives it, else what it has (t0).
void write_new_value(sql::Renderer& out, const FailedWrite& write, int field) {
  const auto at = std::ranges::find(write.step.fields, field);
  const auto position = static_cast<int>(at - write.step.fields.begin());
  const bool given = at != write.step.fields.end();
  if (write.step.kind == StepKind::update) {
    if (given) return out.expression(write.step.values[position]);
    return out.column("t0", write.schema.models[write.step.model].fields[field].db_name);
  }
  if (given)
    out.bind(sql::BindKind::cell, position, Type::unknown);
  else
    out.raw("NULL");
}

std::optional<KeyTexts> missing_parent(Connection& connection, const FailedWrite& write,
                                       const Relation& relation) {
  const schema::Model& model = write.schema.models[write.step.model];
  const schema::Model& parent = write.schema.models[relation.model[1]];
  sql::Renderer out(write.schema, sql::sqlite_dialect());
  const std::string alias = out.push(write.step.model);
  out.raw("SELECT ");
  for (size_t i = 0; i < relation.from_fields.size(); ++i) {
    if (i > 0) out.raw(", ");
    write_new_value(out, write, relation.from_fields[i]);
  }
  if (write.step.kind == StepKind::update) {
    out.raw(" FROM ");
    out.identifier(model.db_name);
    out.raw(" AS " + alias);
  }
  out.raw(" WHERE NOT EXISTS (SELECT 1 FROM ");
  out.identifier(parent.db_name);
  out.raw(" AS parent WHERE ");
  for (size_t i = 0; i < relation.to_fields.size(); ++i) {
    if (i > 0) out.raw(" AND ");
    out.column("parent", parent.fields[relation.to_fields[i]].db_name);
    out.raw(" = ");
    write_new_value(out, write, relation.from_fields[i]);
  }
  out.raw(")");
  for (const int field : relation.from_fields) {
    out.raw(" AND ");
    write_new_value(out, write, field);
    out.raw(" IS NOT NULL");
  }
  if (write.step.kind == StepKind::update && write.step.where) {
    out.raw(" AND ");
    out.expression(*write.step.where);
  }
  out.raw(" LIMIT 1");
  return first_row(connection, out.take(), write, model, relation.from_fields);
}

Error missing_parent_error(std::string_view table, std::string_view constraint, const KeyTexts& key,
                           std::string_view parent) {
  return Error(ErrorCode::foreign_key_violation,
               "insert or update on table \"" + std::string(table) +
                   "\" violates foreign key constraint \"" + std::string(constraint) + "\"",
               "Key (" + key.columns + ")=(" + key.values + ") is not present in table \"" +
                   std::string(parent) + "\".");
}

std::optional<Error> missing_link_end(Connection& connection, const FailedWrite& write) {
  const Relation& relation = write.schema.relations[write.step.relation];
  for (int side = 0; side < 2; ++side) {
    const schema::Model& end = write.schema.models[relation.model[side]];
    const int field = (side == 0 ? relation.from_fields : relation.to_fields).front();
    sql::Renderer out(write.schema, sql::sqlite_dialect());
    out.raw("SELECT ");
    out.bind(sql::BindKind::cell, side, Type::unknown);
    out.raw(" WHERE NOT EXISTS (SELECT 1 FROM ");
    out.identifier(end.db_name);
    out.raw(" WHERE ");
    out.identifier(end.fields[field].db_name);
    out.raw(" = ");
    out.bind(sql::BindKind::cell, side, Type::unknown);
    out.raw(")");
    auto key = first_row(connection, out.take(), write, end, {field});
    if (!key) continue;
    key->columns = side == 0 ? "A" : "B";
    return missing_parent_error(
        relation.constraint, relation.constraint + "_" + key->columns + "_fkey", *key, end.db_name);
  }
  return std::nullopt;
}

// Searches from the changed rows along cascading relations for rows that a restricting one still
// points to.
class ChildSearch {
 public:
  ChildSearch(Connection& connection, const FailedWrite& write)
      : connection_(connection), write_(write) {}

  std::optional<Error> search(int model) {
    for (const Relation& relation : write_.schema.relations) {
      if (relation.kind == RelationKind::many_to_many || relation.model[1] != model) continue;
      const bool is_update = write_.step.kind == StepKind::update;
      if (is_update && chain_.empty() && !sets_any(write_.step, relation.to_fields)) continue;
      const auto action = is_update ? relation.on_update : relation.on_delete;
      chain_.push_back(&relation);
      std::optional<Error> found;
      if (action == schema::ReferentialAction::restrict ||
          action == schema::ReferentialAction::no_action)
        found = probe();
      else if (action == schema::ReferentialAction::cascade && chain_.size() < chain_max)
        found = search(relation.model[0]);
      chain_.pop_back();
      if (found) return found;
    }
    return std::nullopt;
  }

 private:
  std::optional<Error> probe() {
    const Relation& last = *chain_.back();
    const schema::Model& parent = write_.schema.models[last.model[1]];
    const schema::Model& child = write_.schema.models[last.model[0]];
    sql::Renderer out(write_.schema, sql::sqlite_dialect());
    (void)out.push(write_.step.model);
    out.raw("SELECT ");
    for (size_t i = 0; i < last.to_fields.size(); ++i) {
      if (i > 0) out.raw(", ");
      out.column(alias(chain_.size() - 1), parent.fields[last.to_fields[i]].db_name);
    }
    out.raw(" FROM ");
    out.identifier(write_.schema.models[write_.step.model].db_name);
    out.raw(" AS t0");
    for (size_t hop = 0; hop < chain_.size(); ++hop) join(out, hop);
    if (write_.step.where) {
      out.raw(" WHERE ");
      out.expression(*write_.step.where);
    }
    out.raw(" LIMIT 1");
    const auto key = first_row(connection_, out.take(), write_, parent, last.to_fields);
    if (!key) return std::nullopt;
    return Error(ErrorCode::foreign_key_violation,
                 "update or delete on table \"" + parent.db_name +
                     "\" violates foreign key constraint \"" + last.constraint + "\" on table \"" +
                     child.db_name + "\"",
                 "Key (" + key->columns + ")=(" + key->values +
                     ") is still referenced from table \"" + child.db_name + "\".");
  }

  static std::string alias(size_t hop) { return hop == 0 ? "t0" : "child" + std::to_string(hop); }

  void join(sql::Renderer& out, size_t hop) {
    const Relation& relation = *chain_[hop];
    const schema::Model& child = write_.schema.models[relation.model[0]];
    const schema::Model& parent = write_.schema.models[relation.model[1]];
    out.raw(" JOIN ");
    out.identifier(child.db_name);
    out.raw(" AS " + alias(hop + 1));
    for (size_t i = 0; i < relation.from_fields.size(); ++i) {
      out.raw(i == 0 ? " ON " : " AND ");
      out.column(alias(hop + 1), child.fields[relation.from_fields[i]].db_name);
      out.raw(" = ");
      out.column(alias(hop), parent.fields[relation.to_fields[i]].db_name);
    }
  }

  Connection& connection_;
  const FailedWrite& write_;
  std::vector<const Relation*> chain_;
};

}  // namespace

std::optional<Error> find_missing_parent(Connection& connection, const FailedWrite& write) {
  if (write.step.kind == StepKind::link) return missing_link_end(connection, write);
  if (write.step.kind == StepKind::delete_) return std::nullopt;
  for (const Relation& relation : write.schema.relations) {
    if (relation.kind == RelationKind::many_to_many || relation.model[0] != write.step.model)
      continue;
    if (!sets_any(write.step, relation.from_fields)) continue;
    if (const auto key = missing_parent(connection, write, relation))
      return missing_parent_error(write.schema.models[write.step.model].db_name,
                                  relation.constraint, *key,
                                  write.schema.models[relation.model[1]].db_name);
  }
  return std::nullopt;
}

std::optional<Error> find_remaining_child(Connection& connection, const FailedWrite& write) {
  if (write.step.kind != StepKind::delete_ && write.step.kind != StepKind::update)
    return std::nullopt;
  return ChildSearch(connection, write).search(write.step.model);
}

}  // namespace trivet::store::sqlite
