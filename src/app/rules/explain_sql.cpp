#include "app/rules/explain_sql.h"

#include <fmt/format.h>

#include "store/mysql/command.h"
#include "store/mysql/write/statements.h"
#include "store/postgres/write/statements.h"
#include "store/sql/render.h"
#include "store/sql/render_nested.h"

namespace trivet::app {
namespace {

namespace sql = store::sql;
using store::StepKind;

class SqlText {
 public:
  SqlText(const engine::Plan& plan, const engine::ParamWords& params)
      : plan_(plan), params_(params), schema_(*plan.policy->schema),
        typed_(schema_.datasource.provider == schema::Provider::postgresql) {}

  std::string text() {
    if (plan_.kind == engine::OperationKind::read) {
      if (!plan_.read.nothing) add_level(plan_.read.query.root);
    } else if (!plan_.write.nothing_to_do) {
      for (const store::Step& step : plan_.write.program.steps) add_step(step);
    }
    return out_;
  }

 private:
  void add_level(const store::Level& level) {
    if (is_mysql()) return add(store::mysql::render_select(schema_, level, {}).statement);
    if (typed_) return add(sql::render_nested(schema_, sql::postgresql_dialect(), level, {}));
    add(sql::render_level(schema_, sql::sqlite_dialect(), level, sql::Among::all));
  }

  void add(const sql::LevelStatement& level) {
    add(level.select);
    for (const sql::EmbedStatement& embed : level.embeds) add(embed.level);
  }

  void add_step(const store::Step& step) {
    if (step.model < 0) return;
    if (is_mysql()) return add_mysql_step(step);
    const sql::Writer writer{schema_, sql::sqlite_dialect()};
    const store::postgres::StepText text{schema_, step, {}};
    switch (step.kind) {
      case StepKind::insert:
        return add(typed_ ? store::postgres::render_insert(text, store::postgres::Shape::one)
                          : sql::render_insert(writer, step.model, step.fields));
      case StepKind::update:
        return add(typed_ ? store::postgres::render_update(text)
                          : sql::render_update(writer, step, sql::Returning::nothing));
      case StepKind::delete_:
        return add(typed_ ? store::postgres::render_delete(text)
                          : sql::render_delete(writer, step));
      case StepKind::find:
      case StepKind::forbid:
        return add(typed_ ? store::postgres::render_find(text)
                          : sql::render_find(writer, step.model, step.where, 1));
      case StepKind::upsert:
        if (typed_) return add(store::postgres::render_insert(text, store::postgres::Shape::one));
        add(sql::render_probe(writer, step.model, step.conflict_fields, step.conflict_where));
        return add(sql::render_insert(writer, step.model, step.fields));
      default:
        return;
    }
  }

  [[nodiscard]] bool is_mysql() const {
    return schema_.datasource.provider == schema::Provider::mysql;
  }

  void add_mysql_step(const store::Step& step) {
    const store::mysql::RowsShape rows{.model = step.model,
                                       .where = step.where ? &*step.where : nullptr};
    switch (step.kind) {
      case StepKind::insert:
      case StepKind::upsert: {
        const std::unique_ptr<bool[]> given(new bool[step.fields.size() + 1]());
        if (step.kind == StepKind::upsert)
          add(store::mysql::render_rows(schema_, {.model = step.model, .key = step.conflict_fields})
                  .statement);
        return add(store::mysql::render_insert(
            schema_, {step.model, step.fields, {given.get(), step.fields.size()}, 1, {}}));
      }
      case StepKind::update:
        return add(store::mysql::render_update(schema_, step));
      case StepKind::delete_:
        return add(store::mysql::render_delete(schema_, step));
      case StepKind::find:
      case StepKind::forbid:
        return add(store::mysql::render_rows(schema_, rows).statement);
      default:
        return;
    }
  }

  void add(const sql::Statement& statement) {
    out_ += store::mysql::readable(statement.text) + "\n";
    for (size_t i = 0; i < statement.bindings.size(); ++i)
      out_ += fmt::format("  {}{} = {}\n", typed_ ? "$" : "?", i + 1, bound(statement.bindings[i]));
  }

  std::string bound(const sql::Binding& binding) const {
    switch (binding.kind) {
      case sql::BindKind::param:
      case sql::BindKind::list:
      case sql::BindKind::limit: {
        store::Expr param = store::make_param(binding.index, binding.type);
        param.enum_index = binding.enum_index;
        return params_(param);
      }
      case sql::BindKind::cell:
        return plan_.kind == engine::OperationKind::read ? "a key of the row above" : "a new value";
      case sql::BindKind::rows:
        break;
    }
    return "the rows";
  }

  const engine::Plan& plan_;
  const engine::ParamWords& params_;
  const schema::Schema& schema_;
  const bool typed_;
  std::string out_;
};

}  // namespace

std::string sql_of(const engine::Plan& plan, const engine::ParamWords& params) {
  return SqlText(plan, params).text();
}

}  // namespace trivet::app
