// What a request asks of the store once the rules are in it: `trivet rules --explain`.
//
// Nothing is read or written: a plan is made as for a served request, and shown. Blocking only for
// the secret that a token is checked with.
#pragma once

#include <memory>
#include <string>

#include "app/config/config.h"
#include "app/rules/rest_call.h"
#include "base/error.h"
#include "schema/schema.h"
#include "value/identity.h"

namespace trivet::app {


// `schema` passes check_servable. Errors: those that the request would be answered with.
[[nodiscard]] result<std::string> explain_call(const Config& config,
                                               const std::shared_ptr<const schema::Schema>& schema,
                                               const RestCall& call, const Identity& identity);

}  // namespace trivet::app
