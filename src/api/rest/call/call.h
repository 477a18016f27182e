// A request to /rpc/NAME, from its decoded head to the answer.
#pragma once

#include "api/rest/call/prepare.h"
#include "base/task.h"
#include "engine/call/procedures.h"

namespace trivet::api::rest {

struct Caller {
  const Identity& identity;
  const engine::Procedures* procedures;  // null: there are none
  store::CallerSession* session;  // where the database decides; else null
  CallOptions options;
};

// What is to be called; nothing has run yet. PGRST202 and the like.
struct ReadyCall {
  PreparedCall prepared;
  store::Volatility volatility = store::Volatility::volatile_;
};
[[nodiscard]] result<ReadyCall> ready_call(ApiRequest api, const http::Request& request, const Caller& caller);

// Runs it. `caller` and `request` outlive the task.
[[nodiscard]] task<result<http::Response>> answer_call(ReadyCall ready, const http::Request& request,
                                                       Caller caller);
[[nodiscard]] http::Response call_options(const ReadyCall& ready);

}  // namespace trivet::api::rest
