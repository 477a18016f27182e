#include "api/rest/call/call.h"

#include <algorithm>

#include "api/rest/call/answer.h"
#include "api/rest/call/embed.h"
#include "api/rest/call/refusal.h"

namespace trivet::api::rest {
namespace {

// `columns=`: the arguments to take.
void take_columns(const Query& query, Arguments& arguments) {
  if (!query.columns) return;
  arguments.names = *query.columns;
  std::ranges::sort(arguments.names);
  const auto repeated = std::ranges::unique(arguments.names);
  arguments.names.erase(repeated.begin(), repeated.end());
}

}  // namespace

result<ReadyCall> ready_call(ApiRequest api, const http::Request& request, const Caller& caller) {
  Arguments arguments = split_arguments(api);
  TRIVET_TRY(api.query, parse_query(arguments.rest));
  if (api.method == http::Method::post) TRIVET_CHECK(read_body_arguments(request, arguments));
  take_columns(api.query, arguments);
  engine::Candidates candidates;
  const Catalog catalog(caller.options.engine.schema(), {caller.options.schemas, api.profile});
  if (caller.procedures != nullptr) candidates = caller.procedures->find(catalog.place(api.path.name), caller.identity);
  TRIVET_TRY(const Choice choice, choose(candidates, api, arguments));
  ReadyCall ready;
  TRIVET_TRY(ready.prepared, prepare_call(api, request, arguments, choice, caller.options));
  ready.prepared.call.list = candidates.list;
  ready.volatility = choice.procedure->volatility;
  if (api.names_profile || catalog.has_profiles()) ready.prepared.profile = api.profile;
  return ready;
}

task<result<http::Response>> answer_call(ReadyCall ready, const http::Request& request, Caller caller) {
  const engine::Context context{.identity = caller.identity, .deadline = request.deadline, .session = caller.session};
  result<store::CallAnswer> answer = co_await caller.procedures->run(ready.prepared.call, context);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (answer->refusal) {
    http::Response refused = refusal_response(*answer->refusal, caller.identity.role, request.method);
    if (refused.status >= 500) request.problem = "a function raised " + answer->refusal->state;
    co_return refused;
  }
  if (ready.prepared.embedding != nullptr) {
    const result<void> embedded = co_await embed_rows(ready.prepared, caller.options.engine, context, *answer);
    if (!embedded && caller.session != nullptr && caller.session->refusal)
      co_return refusal_response(*caller.session->refusal, caller.identity.role, request.method);
    if (!embedded) co_return std::unexpected(embedded.error());
  }
  co_return call_response(ready.prepared, request.method, std::move(*answer));
}

http::Response call_options(const ReadyCall& ready) {
  http::Response response;
  response.set("Allow", ready.volatility == store::Volatility::volatile_ ? "OPTIONS,POST"
                                                                         : "OPTIONS,GET,HEAD,POST");
  response.set("Access-Control-Allow-Origin", "*");
  return response;
}

}  // namespace trivet::api::rest
