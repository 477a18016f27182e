#include "auth/records/table.h"

#include "store/store.h"

namespace trivet::auth {

using engine::OperationKind;
using store::Expr;

namespace {

const Identity& service() {
  static const Identity identity{Role::service, "service_role", {}};
  return identity;
}

}  // namespace

Table::Table(engine::Engine& engine, std::string_view model)
    : engine_(engine),
      schema_(engine.schema()),
      model_(schema_->model_by_name.at(std::string(model))) {}

int Table::field(std::string_view name) const {
  const auto& fields = schema_->models[static_cast<size_t>(model_)].field_by_name;
  const auto found = fields.find(std::string(name));
  TRIVET_ASSERT(found != fields.end());
  return found->second;
}

Table::Prepared Table::prepare(OperationKind kind) const {
  Prepared prepared;
  prepared.operation.kind = kind;
  prepared.operation.selection.model = model_;
  prepared.operation.returns_rows = false;
  prepared.operation.shape =
      "auth " + std::to_string(model_) + ' ' + std::to_string(static_cast<int>(kind));
  return prepared;
}

void Table::add_where(Prepared& prepared, const std::vector<Condition>& where) const {
  std::vector<Expr> terms;
  for (const Condition& condition : where) {
    const int index = field(condition.field);
    const Type type =
        store::field_type(schema_->models[static_cast<size_t>(model_)].fields[static_cast<size_t>(index)]);
    Expr column = store::make_column(index, type);
    prepared.operation.shape += ' ' + std::to_string(index) + '?' +
                                std::to_string(static_cast<int>(condition.op));
    if (condition.op == store::Op::is_null) {
      terms.push_back(store::make_unary(condition.op, std::move(column)));
      continue;
    }
    const int param = static_cast<int>(prepared.params.values.size());
    prepared.params.values.push_back(condition.value);
    terms.push_back(
        store::make_binary(condition.op, std::move(column), store::make_param(param, type)));
  }
  if (!terms.empty()) prepared.operation.selection.where = store::make_and(std::move(terms));
}

void Table::add_order(Prepared& prepared, const Page& page) const {
  store::Level& level = prepared.operation.selection;
  const auto add = [&](int index, bool descending) {
    const Type type =
        store::field_type(schema_->models[static_cast<size_t>(model_)].fields[static_cast<size_t>(index)]);
    level.order.push_back({store::make_column(index, type), descending, descending});
    prepared.operation.shape += (descending ? " -" : " +") + std::to_string(index);
  };
  if (!page.order_by.empty()) {
    add(field(page.order_by), !page.ascending);
    add(field("id"), !page.ascending);
  }
  if (page.limit >= 0) {
    level.limit_param = static_cast<int>(prepared.params.values.size());
    prepared.params.values.push_back(Value::integer(page.limit));
    level.offset_param = static_cast<int>(prepared.params.values.size());
    prepared.params.values.push_back(Value::integer(page.offset));
    prepared.operation.shape += " page";
  }
  if (page.count) {
    prepared.operation.count = engine::CountKind::exact;
    prepared.operation.shape += " count";
  }
}

task<result<engine::Outcome>> Table::run(Prepared prepared, store::Deadline deadline) const {
  std::shared_ptr<const engine::Plan> plan;
  if (!prepared.operation.shape.empty())
    plan = engine_.find_plan(prepared.operation.shape, service());
  if (!plan) {
    auto made = engine_.plan(prepared.operation, service());
    if (!made) co_return std::unexpected(std::move(made).error());
    plan = *std::move(made);
  }
  const engine::Context context{service(), deadline};
  auto outcome = co_await engine_.run(std::move(plan), std::move(prepared.params), context);
  co_return outcome;
}

task<answer<store::Rows>> Table::find(std::vector<Condition> where, Page page,
                                      store::Deadline deadline) const {
  Prepared prepared = prepare(OperationKind::read);
  prepared.operation.returns_rows = true;
  const schema::Model& model = schema_->models[static_cast<size_t>(model_)];
  for (const int index : model.columns)
    prepared.operation.selection.outputs.push_back(
        {store::make_column(index, store::field_type(model.fields[static_cast<size_t>(index)]))});
  add_where(prepared, where);
  add_order(prepared, page);
  auto outcome = co_await run(std::move(prepared), deadline);
  if (!outcome) co_return refuse(outcome.error());
  co_return std::move(outcome->rows);
}

task<answer<bool>> Table::insert(std::vector<Assignment> values, std::vector<Child> children,
                                 store::Deadline deadline) const {
  Prepared prepared = prepare(OperationKind::create);
  std::vector<Value> cells;
  for (const Assignment& value : values) {
    prepared.operation.write.fields.push_back(field(value.field));
    cells.push_back(value.value);
  }
  for (const Child& child : children) {
    engine::NestedWrite nested;
    nested.relation_field = field(child.relation);
    const schema::Model& model = schema_->models[static_cast<size_t>(model_)];
    const schema::Field& relation_field = model.fields[static_cast<size_t>(nested.relation_field)];
    const schema::Relation& relation =
        schema_->relations[static_cast<size_t>(relation_field.relation)];
    const schema::Model& target =
        schema_->models[static_cast<size_t>(relation.model[1 - relation_field.side])];
    for (const Assignment& value : child.values) {
      nested.fields.push_back(target.field_by_name.at(std::string(value.field)));
      nested.values.push_back(value.value);
    }
    prepared.operation.write.nested.push_back(std::move(nested));
  }
  // Nested values are part of the tree, so such a plan is made for one run.
  if (!children.empty()) prepared.operation.shape.clear();
  for (const int index : prepared.operation.write.fields)
    if (children.empty()) prepared.operation.shape += ' ' + std::to_string(index);
  prepared.operation.write.block = 0;
  prepared.params.blocks.push_back({1, cells});
  auto outcome = co_await run(std::move(prepared), deadline);
  if (outcome) co_return true;
  if (outcome.error().code == ErrorCode::unique_violation) co_return false;
  co_return refuse(outcome.error());
}

task<answer<void>> Table::put(std::vector<Assignment> values, std::vector<std::string_view> key,
                              store::Deadline deadline) const {
  Prepared prepared = prepare(OperationKind::upsert);
  std::vector<Value> cells;
  for (const Assignment& value : values) {
    prepared.operation.write.fields.push_back(field(value.field));
    prepared.operation.shape += ' ' + std::to_string(prepared.operation.write.fields.back());
    cells.push_back(value.value);
  }
  for (const std::string_view name : key)
    prepared.operation.write.conflict_fields.push_back(field(name));
  prepared.operation.write.block = 0;
  prepared.params.blocks.push_back({1, cells});
  auto outcome = co_await run(std::move(prepared), deadline);
  if (!outcome) co_return refuse(outcome.error());
  co_return answer<void>();
}

task<answer<int64_t>> Table::update(std::vector<Condition> where, std::vector<Assignment> values,
                                    store::Deadline deadline) const {
  TRIVET_ASSERT(!where.empty());
  Prepared prepared = prepare(OperationKind::update);
  add_where(prepared, where);
  std::vector<Value> cells;
  for (const Assignment& value : values) {
    prepared.operation.write.fields.push_back(field(value.field));
    prepared.operation.shape += " =" + std::to_string(prepared.operation.write.fields.back());
    cells.push_back(value.value);
  }
  prepared.operation.write.block = 0;
  prepared.params.blocks.push_back({1, cells});
  auto outcome = co_await run(std::move(prepared), deadline);
  if (outcome) co_return outcome->affected;
  if (outcome.error().code == ErrorCode::unique_violation) co_return -1;
  co_return refuse(outcome.error());
}

task<answer<int64_t>> Table::remove(std::vector<Condition> where, store::Deadline deadline) const {
  TRIVET_ASSERT(!where.empty());
  Prepared prepared = prepare(OperationKind::delete_);
  add_where(prepared, where);
  auto outcome = co_await run(std::move(prepared), deadline);
  if (!outcome) co_return refuse(outcome.error());
  co_return outcome->affected;
}

}  // namespace trivet::auth
