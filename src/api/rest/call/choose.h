// Which overload a request means (dialects/rest.md, section 9). Pure.
#pragma once

#include "api/rest/call/arguments.h"
#include "engine/call/procedures.h"

namespace trivet::api::rest {

struct Choice {
  const store::Procedure* procedure = nullptr;  // of the candidates
  bool takes_raw = false;                       // its one unnamed argument gets the body
};

// PGRST202 if none fits, PGRST203 if several do.
[[nodiscard]] result<Choice> choose(const engine::Candidates& candidates, const ApiRequest& api,
                                    const Arguments& arguments);

}  // namespace trivet::api::rest
