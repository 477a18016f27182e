// Who asks, as the rules see it: the values of `auth()` that they read, and the class of callers
// that a plan is made for.
//
// All callers of one class get the same plan: whether rules apply, whether auth() is null, and the
// outcome of each condition that depends on the caller alone. Made once per identity and kept by
// the engine. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/authority.h"
#include "engine/policy/policy.h"
#include "value/identity.h"

namespace trivet::engine {

struct Caller {
  std::shared_ptr<const Policy> policy;
  bool bypasses_rules = false;
  bool present = false;       // auth() is not null
  std::string class_name;     // 's'; 'd' where the database decides; or 'a'/'u' and per condition 't', 'f' or 'n' (null)
  std::vector<Value> params;  // by Policy::params; null for `now`
  Arena arena;

  [[nodiscard]] char condition(int index) const {
    return class_name[1 + static_cast<size_t>(index)];
  }
};

// auth() is null for Role::anon and where there are no claims. A claim that doesn't fit the type it
// is compared as is null.
[[nodiscard]] std::shared_ptr<const Caller> make_caller(std::shared_ptr<const Policy> policy,
                                                        const Identity& identity,
                                                        Authority authority = Authority::rules);

}  // namespace trivet::engine
