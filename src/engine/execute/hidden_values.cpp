#include "engine/execute/hidden_values.h"

#include <algorithm>
#include <string>

namespace trivet::engine {
namespace {

bool has_field_rules(const Plan& plan, int model) {
  return !plan.policy->models[model].fields.empty();
}

// "Key (id)=(1) is still referenced from table "t"." → "Key is still referenced from table "t"."
std::string without_values(const std::string& details) {
  const size_t at = details.rfind(") is ");
  return at == std::string::npos ? std::string() : "Key" + details.substr(at + 1);
}

}  // namespace

Error without_hidden_values(Error error, const Plan& plan, const Caller& caller) {
  const bool names_key = error.code == ErrorCode::unique_violation ||
                         error.code == ErrorCode::foreign_key_violation;
  if (caller.bypasses_rules || !names_key) return error;
  const WritePlan& write = plan.write;
  const int model = write.program.steps[write.root].model;
  bool hides = has_field_rules(plan, model) ||
               std::ranges::any_of(write.nested_rules, [&](const NestedRules& rules) {
                 return has_field_rules(plan, rules.model);
               });
  // A delete that cascades may be stopped at rows that nobody asked for.
  const std::string own =
      "update or delete on table \"" + plan.policy->schema->models[model].db_name + "\" ";
  hides |= error.message.starts_with("update or delete on table ") &&
           !error.message.starts_with(own);
  if (hides) error.details = without_values(error.details);
  return error;
}

}  // namespace trivet::engine
