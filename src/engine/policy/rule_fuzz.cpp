// Any bytes as the condition of a rule: checker, compiler, words and evaluation come back, and what
// a rule allows is nothing once the same rule denies it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/explain/lint.h"
#include "engine/explain/rule_words.h"
#include "engine/policy/caller.h"
#include "engine/policy/fold.h"
#include "store/evaluate.h"

namespace {

using namespace trivet;

constexpr const char* before = R"(datasource db { provider = "postgresql" }
enum State { DRAFT OPEN @map("is open") }
model User {
  id Int @id
  name String?
  rank Int?
  tags String[]
  docs Doc[]
  @@allow('read', true)
}
model Doc {
  id Int @id
  title String?
  n Int?
  flag Boolean?
  state State?
  price Decimal?
  at DateTime?
  tags String[]
  ownerId Int?
  owner User? @relation(fields: [ownerId], references: [id])
)";

std::shared_ptr<const schema::Schema> schema_with(const std::string& rules) {
  return schema::check_schema({{"schema.zmodel", before + rules + "\n}\n"}}).schema;
}

// The row's own fields alone: a rule that reaches other rows isn't computed.
bool reaches(const store::Expr& expr) {
  if (expr.op == store::Op::exists || expr.op == store::Op::related) return true;
  for (const store::Expr& arg : expr.args)
    if (reaches(arg)) return true;
  return false;
}

void evaluate(const engine::Policy& policy, const Identity& identity, bool denied) {
  const auto caller = engine::make_caller(
      std::shared_ptr<const engine::Policy>(std::shared_ptr<void>(), &policy), identity);
  for (const engine::CallerKind kind : {engine::CallerKind::anonymous, engine::CallerKind::signed_in}) {
    const auto& rule = policy.models[1].rules[static_cast<size_t>(schema::Operation::read)];
    if (!rule) continue;
    const store::Expr folded = engine::rule_for(policy, *rule, kind);
    if (reaches(folded)) continue;
    Arena scratch;
    const std::vector<Value> cells(policy.schema->models[1].columns.size());
    const store::RowScope row{1, cells};
    const auto holds = store::evaluate_predicate({*policy.schema, caller->params, nullptr, scratch},
                                                 folded, {&row, 1});
    if (denied && holds && *holds) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string condition(reinterpret_cast<const char*>(data), size);
  const std::string allow = "  @@allow('read', " + condition + ")";
  for (const bool denied : {false, true}) {
    const auto schema = schema_with(denied ? allow + "\n  @@deny('read', " + condition + ")" : allow);
    if (schema == nullptr || schema->models.size() != 2) return 0;
    // A text that closes the parenthesis may write rules of its own.
    const auto& rules = schema->models[1].rules;
    if (rules.size() != (denied ? 2U : 1U)) return 0;
    if (denied && rules[1].effect != schema::ModelRule::Effect::deny) return 0;
    const engine::CompiledPolicy compiled = engine::compile_policy(schema);
    if (!compiled.diagnostics.empty()) return 0;
    (void)engine::describe_rules(*compiled.policy);
    (void)engine::lint_rules(schema);
    evaluate(*compiled.policy, {}, denied);
    evaluate(*compiled.policy, {Role::authenticated, "authenticated", R"({"id":1,"tags":["a"]})"}, denied);
  }
  return 0;
}
