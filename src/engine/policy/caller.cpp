#include "engine/policy/caller.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "store/evaluate.h"
#include "value/coerce.h"
#include "value/copy.h"
#include "value/json_reader.h"

namespace trivet::engine {
namespace {

constexpr uint32_t claims_depth_max = 64;

std::optional<JsonValue> find_claim(JsonValue claims, const std::vector<std::string>& path) {
  JsonValue at = claims;
  for (const std::string& name : path) {
    auto member = at.find(name);
    // auth().id is the token's subject where there is no claim of that name.
    if (!member && path.size() == 1 && name == "id") member = at.find("sub");
    if (!member) return std::nullopt;
    at = *member;
  }
  return at;
}

class ClaimReader {
 public:
  ClaimReader(const schema::Schema& schema, Arena& arena) : schema_(schema), arena_(arena) {}

  Value read(JsonValue claim, const RuleParam& param) {
    if (claim.is_null()) return {};
    if (param.wrapped) return wrap(scalar(claim, param.type));
    if (!param.type.is_list) return scalar(claim, param.type);
    if (claim.kind() != JsonKind::array) return {};
    std::vector<Value> elements;
    for (JsonValue element : claim.elements()) elements.push_back(scalar(element, param.type));
    return arena_.copy_list(elements);
  }

 private:
  Value wrap(Value value) {
    if (value.is_null()) return {};
    return arena_.copy_list(std::span<const Value>(&value, 1));
  }

  Value scalar(JsonValue claim, const TypeInfo& type) {
    if (claim.is_null()) return {};
    if (type.type == Type::enum_) return label(claim, type.enum_index);
    auto value = coerce_json(claim, type.type, {}, arena_);
    return value ? copy_value(*value, arena_) : Value();
  }

  // Claims name an enum's value as the schema does.
  Value label(JsonValue claim, int enum_index) {
    if (claim.kind() != JsonKind::string || enum_index < 0) return {};
    for (const schema::EnumValue& value : schema_.enums[enum_index].values)
      if (claim.as_string().equals(value.name)) return Value::text(value.db_name);
    return {};
  }

  const schema::Schema& schema_;
  Arena& arena_;
};

void read_params(Caller& caller, const std::string& claims_json) {
  const Policy& policy = *caller.policy;
  auto claims = parse_json(claims_json, claims_depth_max);
  ClaimReader reader(*policy.schema, caller.arena);
  for (const RuleParam& param : policy.params) {
    Value value;
    if (param.kind == RuleParamKind::constant) value = param.constant;
    if (param.kind == RuleParamKind::auth_present) value = Value::boolean(caller.present);
    if (param.kind == RuleParamKind::auth && caller.present && claims)
      if (auto claim = find_claim(*claims, param.path)) value = reader.read(*claim, param);
    caller.params.push_back(value);
  }
}

char outcome(const Caller& caller, const store::Expr& condition) {
  Arena scratch;
  const store::Evaluation evaluation{*caller.policy->schema, caller.params, nullptr, scratch};
  auto value = store::evaluate(evaluation, condition, {});
  if (!value || value->is_null()) return 'n';
  return value->as_boolean() ? 't' : 'f';
}

}  // namespace

std::shared_ptr<const Caller> make_caller(std::shared_ptr<const Policy> policy,
                                          const Identity& identity, Authority authority) {
  auto caller = std::make_shared<Caller>();
  caller->policy = std::move(policy);
  const bool database_decides = authority == Authority::database;
  caller->bypasses_rules = database_decides || identity.bypasses_rules();
  caller->present = identity.role != Role::anon && !identity.claims_json.empty();
  read_params(*caller, identity.claims_json);
  if (caller->bypasses_rules) {
    caller->class_name = database_decides ? "d" : "s";
    return caller;
  }
  caller->class_name = caller->present ? "u" : "a";
  for (const store::Expr& condition : caller->policy->conditions)
    caller->class_name += outcome(*caller, condition);
  return caller;
}

}  // namespace trivet::engine
