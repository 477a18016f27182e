// The rules of a schema as people read them: for each model and operation, who may, once for
// callers without a token (auth() is null) and once for those with one.
//
// Made from what engine/policy compiled, so that what is told is what is enforced. Pure; any
// thread.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "engine/policy/policy.h"

namespace trivet::engine {

enum class Extent : uint8_t { nothing, some, all };

// Which rows; `words` say it where it is some.
struct Reach {
  Extent extent = Extent::nothing;
  std::string words;
  friend bool operator==(const Reach&, const Reach&) = default;
};

struct Reaches {
  Reach anonymous;
  Reach signed_in;
};

// A field that has rules of its own: which rows show it, which let it be changed.
struct FieldReaches {
  int field = -1;
  Reaches read;
  Reaches update;
};

struct ModelReaches {
  int model = -1;
  std::array<Reaches, 5> operations;  // by schema::Operation
  std::vector<FieldReaches> fields;
};

// One entry for each model, in their order. `policy` was compiled without diagnostics.
[[nodiscard]] std::vector<ModelReaches> describe_rules(const Policy& policy);

// A rule of the policy for callers of one kind: what is known of them is folded away.
enum class CallerKind : uint8_t { anonymous, signed_in };
[[nodiscard]] store::Expr rule_for(const Policy& policy, const store::Expr& rule, CallerKind kind);

// What a rule's parameter is called; `param` is a number of Policy::params.
[[nodiscard]] std::string rule_param_in_words(const Policy& policy, const store::Expr& param);

}  // namespace trivet::engine
