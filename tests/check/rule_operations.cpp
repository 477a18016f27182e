// rule.eval {"schema", "model", "auth", "row", "operation", "data"} → whether the rules of the model let the caller do that
// with the row.
#include <memory>
#include <optional>

#include "app/check.h"
#include "app/environment.h"
#include "app/rules/identity.h"
#include "app/rules/rest_call.h"
#include "engine/engine.h"
#include "engine/policy/apply.h"
#include "operations.h"
#include "store/memory/memory_store.h"

namespace trivet::check {
namespace {

const Identity service{Role::service, "service_role", {}};

std::string failed(const Error& error) { return "{\"ok\":false,\"error\":" + json_string(error.message) + "}"; }

std::optional<schema::Operation> operation_of(std::string_view name) {
  if (name == "create") return schema::Operation::create;
  if (name == "read") return schema::Operation::read;
  if (name == "update") return schema::Operation::update;
  if (name == "delete") return schema::Operation::delete_;
  return std::nullopt;
}

// The rule as the condition of a read: the row is there, the caller's values are in.
class Evaluation {
 public:
  explicit Evaluation(std::shared_ptr<const schema::Schema> schema)
      : schema_(schema), store_(schema), engine_(schema, store_, environment_, Limits()) {}

  result<void> insert(const schema::Model& model, std::string row) {
    app::RestCaller caller(engine_);
    const app::RestCall call{"POST", "/rest/v1/" + model.db_name, std::move(row), "return=minimal"};
    const app::RestAnswer answer = caller.run(call, service);
    if (!answer.code.empty()) return fail(ErrorCode::internal, answer.response.body);
    return {};
  }

  // Whether a row of the model may be used for `operation`.
  result<bool> allowed(int model, schema::Operation operation, const Identity& identity) {
    const engine::CompiledPolicy compiled = engine::compile_policy(schema_);
    const auto caller = engine::make_caller(compiled.policy, identity);
    engine::ParamTable table(0);
    engine::RuleApplier rules(*caller, table);
    const auto rule = rules.predicate(model, operation);
    if (!rule) return false;
    store::Query query;
    query.schema = schema_;
    query.root.model = model;
    query.root.grouped = true;
    query.root.outputs.emplace_back();
    query.root.outputs[0].expr.op = store::Op::count_rows;
    query.root.outputs[0].expr.type = Type::int8;
    query.root.where = *rule;
    store::Params params;
    for (const engine::AppendedParam& param : table.params())
      params.values.push_back(param.source == engine::AppendedParam::Source::now ? Value::timestamp(environment_.now_us())
                                                                               : caller->params[param.index]);
    TRIVET_TRY(const store::Rows rows, store_.read_now(query, params));
    return rows.batch.cells[0].as_integer() > 0;
  }

 private:
  std::shared_ptr<const schema::Schema> schema_;
  app::SystemEnvironment environment_;
  store::memory::MemoryStore store_;
  engine::Engine engine_;
};

// The one that is named, else the only one with rules.
const schema::Model* model_of(const schema::Schema& schema, simdjson::dom::object request) {
  std::string_view name;
  if (request["model"].get(name) == simdjson::SUCCESS) return schema.find_model(name);
  const schema::Model* found = nullptr;
  for (const schema::Model& model : schema.models) {
    if (model.rules.empty()) continue;
    if (found != nullptr) return nullptr;
    found = &model;
  }
  return found;
}

result<Identity> caller_of(simdjson::dom::object request) {
  simdjson::dom::element auth;
  if (request["auth"].get(auth) != simdjson::SUCCESS || auth.is_null()) return Identity();
  return app::identity_of_claims(simdjson::minify(auth));
}

}  // namespace

std::string rule_eval(simdjson::dom::object request) {
  schema::CheckResult check = schema::check_schema({{"schema.zmodel", std::string(std::string_view(request["schema"].get_string()))}});
  app::check_servable(check);
  if (!check.ok()) return "{\"ok\":false,\"error\":" + json_string(check.diagnostics.front().message) + "}";
  const schema::Model* model = model_of(*check.schema, request);
  const auto operation = operation_of(std::string_view(request["operation"].get_string()));
  if (model == nullptr) return R"({"ok":false,"error":"model names one of the schema's"})";
  if (!operation) return R"({"ok":false,"error":"operation is create, read, update or delete"})";
  const auto identity = caller_of(request);
  if (!identity) return failed(identity.error());
  Evaluation evaluation(check.schema);
  simdjson::dom::object data;
  if (request["data"].get(data) == simdjson::SUCCESS)
    for (const auto [name, rows] : data) {
      const schema::Model* other = check.schema->find_model(std::string(name));
      if (other == nullptr || other == model) return R"({"ok":false,"error":"data holds rows of other models"})";
      for (const auto row : rows.get_array())
        if (auto done = evaluation.insert(*other, simdjson::minify(row)); !done) return failed(done.error());
    }
  const simdjson::dom::element row = request["row"];
  if (auto done = evaluation.insert(*model, simdjson::minify(row)); !done) return failed(done.error());
  const auto index = static_cast<int>(model - check.schema->models.data());
  const auto allowed = evaluation.allowed(index, *operation, *identity);
  if (!allowed) return failed(allowed.error());
  return std::string("{\"ok\":true,\"allowed\":") + (*allowed ? "true" : "false") + "}";
}

}  // namespace trivet::check
