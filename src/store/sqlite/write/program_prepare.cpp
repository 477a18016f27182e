#include <algorithm>

#include "store/sqlite/write/program.h"

namespace trivet::store::sqlite {

namespace {

bool is_unique_key(const schema::Model& model, const std::vector<int>& fields) {
  const auto matches = [&](const schema::Key& key) {
    return key.where_sql.empty() && key.columns.size() == fields.size() &&
           std::ranges::all_of(key.columns, [&](const schema::KeyColumn& column) {
             return std::ranges::find(fields, column.field) != fields.end();
           });
  };
  return (model.primary_key && matches(*model.primary_key)) ||
         std::ranges::any_of(model.uniques, matches);
}

std::vector<int> positions(const std::vector<int>& wanted, const std::vector<int>& fields) {
  std::vector<int> found;
  for (const int field : wanted) {
    const auto at = std::ranges::find(fields, field);
    found.push_back(at == fields.end() ? -1 : static_cast<int>(at - fields.begin()));
  }
  return found;
}

result<void> prepare_upsert(Connection& connection, const sql::Writer& writer, const Step& step,
                            PreparedStep& made) {
  if (!is_unique_key(writer.schema.models[step.model], step.conflict_fields))
    return fail(
        ErrorCode::no_conflict_target,
        "there is no unique or exclusion constraint matching the ON CONFLICT specification");
  made.conflict_cells = positions(step.conflict_fields, step.fields);
  made.update_cells = positions(step.update_fields, step.fields);
  TRIVET_TRY(made.main,
             Prepared::make(connection, sql::render_insert(writer, step.model, step.fields)));
  TRIVET_TRY(made.probe,
             Prepared::make(connection, sql::render_probe(writer, step.model, step.conflict_fields,
                                                          step.conflict_where)));
  if (step.update_fields.empty()) return {};
  TRIVET_TRY(
      made.update_row,
      Prepared::make(connection, sql::render_update_row(writer, step.model, step.update_fields)));
  return {};
}

result<sql::Statement> main_statement(const sql::Writer& writer, const Program& program,
                                      const Step& step, const PreparedStep& made) {
  switch (step.kind) {
    case StepKind::insert:
    case StepKind::upsert:
      return sql::render_insert(writer, step.model, step.fields);
    case StepKind::update:
      return sql::render_update(
          writer, step, made.keeps_rows ? sql::Returning::row_ids : sql::Returning::nothing);
    case StepKind::delete_:
      return sql::render_delete(writer, step);
    case StepKind::find:
      return sql::render_find(writer, step.model, step.where, 2);
    case StepKind::forbid:
      return sql::render_find(writer, step.model, step.where, 1);
    case StepKind::check:
      if (step.rows == CheckRows::given)
        return sql::render_check_given(writer, step.model, step.fields, *step.where);
      if (made.looks_back)
        return sql::render_check_row(writer, program.steps[step.of].model, *step.where);
      return sql::render_check(writer, program.steps[step.of].model, step.where);
    case StepKind::link:
      return sql::render_link(writer, step.relation);
    case StepKind::unlink:
      return sql::render_unlink(writer, step.relation);
  }
  return fail(ErrorCode::internal, "internal error");
}

// True if deleting a row of the model can take others of the same model with it.
bool cascades_to_itself(const schema::Schema& schema, int model) {
  std::vector<int> reached{model};
  for (size_t next = 0; next < reached.size(); ++next)
    for (const schema::Relation& relation : schema.relations) {
      if (relation.kind == schema::RelationKind::many_to_many ||
          relation.on_delete != schema::ReferentialAction::cascade ||
          relation.model[1] != reached[next])
        continue;
      if (relation.model[0] == model) return true;
      if (std::ranges::find(reached, relation.model[0]) == reached.end())
        reached.push_back(relation.model[0]);
    }
  return false;
}

bool names_before(const Expr& expr) {
  return expr.op == Op::before || std::ranges::any_of(expr.args, names_before);
}

bool looks_back(const Step& step) {
  return step.kind == StepKind::check && step.where && names_before(*step.where);
}

// What a later check of the step needs to know of its rows before they change.
result<void> prepare_before(Connection& connection, const sql::Writer& writer,
                            const Program& program, size_t index, PreparedStep& made) {
  const Step& step = program.steps[index];
  const bool wanted = std::ranges::any_of(program.steps, [&](const Step& later) {
    return looks_back(later) && later.of == static_cast<int>(index);
  });
  if (!wanted) return {};
  TRIVET_TRY(made.columns,
             Prepared::make(connection, sql::render_fetch(writer, step.model,
                                                          writer.schema.models[step.model].columns)));
  if (step.kind != StepKind::update) return {};
  TRIVET_TRY(made.matching,
             Prepared::make(connection, sql::render_find(writer, step.model, step.where, 0)));
  return {};
}

ReadBack choose_read_back(const Program& program) {
  if (program.returning_step < 0 || !program.returning) return ReadBack::none;
  const Level& level = *program.returning;
  if (program.steps[program.returning_step].kind == StepKind::delete_) return ReadBack::before;
  const bool shaped = level.grouped || level.distinct || !level.order.empty() ||
                      level.limit_param >= 0 || level.offset_param >= 0;
  return shaped ? ReadBack::all_rows : ReadBack::each_row;
}

}  // namespace

result<PreparedProgram> PreparedProgram::make(Connection& connection, const Program& program) {
  const sql::Writer writer{*program.schema, sql::sqlite_dialect()};
  PreparedProgram made;
  made.read_back = choose_read_back(program);
  for (size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    PreparedStep& prepared = made.steps.emplace_back();
    prepared.keeps_rows = program.steps.size() > 1 || made.read_back != ReadBack::none;
    prepared.looks_back = looks_back(step);
    TRIVET_CHECK(prepare_before(connection, writer, program, i, prepared));
    if (step.kind == StepKind::upsert) {
      TRIVET_CHECK(prepare_upsert(connection, writer, step, prepared));
      continue;
    }
    TRIVET_TRY(sql::Statement statement, main_statement(writer, program, step, prepared));
    TRIVET_TRY(prepared.main, Prepared::make(connection, std::move(statement)));
    if (step.kind != StepKind::delete_ || !cascades_to_itself(*program.schema, step.model)) continue;
    Level matching;
    matching.model = step.model;
    matching.where = step.where;
    TRIVET_TRY(prepared.count,
               Prepared::make(connection, sql::render_count(*program.schema, sql::sqlite_dialect(),
                                                            matching)));
  }
  if (made.read_back == ReadBack::none) return made;
  Level level = *program.returning;
  sql::Among among = made.read_back == ReadBack::each_row ? sql::Among::row : sql::Among::rows;
  if (made.read_back == ReadBack::before) {
    among = sql::Among::all;
    const Step& step = program.steps[program.returning_step];
    std::vector<Expr> both;
    if (step.where) both.push_back(*step.where);
    if (level.where) both.push_back(*level.where);
    if (!both.empty()) level.where = make_and(std::move(both));
  }
  TRIVET_TRY(
      made.returning,
      PreparedLevel::make(connection,
                          sql::render_level(*program.schema, sql::sqlite_dialect(), level, among)));
  return made;
}

}  // namespace trivet::store::sqlite
