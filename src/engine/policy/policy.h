// Policy: the access rules and engine-made defaults of one schema, compiled once into the predicate
// trees that filters use.
//
// A rule becomes a store::Expr over its row and what it is related to. What it takes from outside (literals,
// `auth()`, `now()`) are rule parameters, numbered in Policy::params. Parts that depend on the
// caller alone become numbered conditions, so that a plan is made for a class of callers (caller.h)
// in which they are constants. What can't be enforced is refused here, by name (dialects/schema.md,
// sections 9 to 11 and 15). Immutable once made; any thread.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/policy/validate.h"
#include "schema/schema.h"
#include "store/expr.h"
#include "value/arena.h"
#include "value/value.h"

namespace trivet::engine {

struct TypeInfo {
  Type type = Type::unknown;
  int enum_index = -1;
  bool is_list = false;
  friend bool operator==(const TypeInfo&, const TypeInfo&) = default;
};

[[nodiscard]] TypeInfo type_info(const schema::Field& field);

enum class RuleParamKind : uint8_t {
  constant,
  now,
  auth,  // the member at `path` of the claims, as `type`; null if absent or not of that type
  auth_present,  // boolean: auth() is not null
};

struct RuleParam {
  RuleParamKind kind = RuleParamKind::constant;
  TypeInfo type;
  Value constant;                 // in Policy::arena
  std::vector<std::string> path;  // auth
  bool wrapped = false;           // auth: a scalar given as a list of one; null stays null
};

// Op::param with this or a smaller number is condition `condition_param - param`.
inline constexpr int condition_param = -2;

struct FieldPolicy {
  store::Expr read;  // always_true where there is no rule
  store::Expr update;
};

struct ModelPolicy {
  // By schema::Operation; absent: no allow rule, so closed (post_update: always_true).
  std::array<std::optional<store::Expr>, 5> rules;
  std::vector<FieldPolicy> fields;  // by field; empty: no field of the model has a rule
  std::vector<Value> defaults;      // by field: literal and list defaults, in Policy::arena
  std::vector<int> default_params;  // by field: auth() defaults as a rule parameter, else -1
  std::vector<std::vector<ValueCheck>> checks;  // by field; empty: no field of the model has one
  std::vector<RowCheck> row_checks;             // @@validate
};

struct Policy {
  std::shared_ptr<const schema::Schema> schema;
  std::vector<RuleParam> params;
  std::vector<store::Expr> conditions;  // over params only
  std::vector<ModelPolicy> models;
  Arena arena;
};

struct CompiledPolicy {
  std::shared_ptr<const Policy> policy;  // usable only without diagnostics
  std::vector<schema::Diagnostic> diagnostics;
};

[[nodiscard]] CompiledPolicy compile_policy(std::shared_ptr<const schema::Schema> schema);

}  // namespace trivet::engine
