#include "app/rules/rest_call.h"

#include <algorithm>
#include <array>

#include "api/rest/caller_visibility.h"
#include "api/rest/encode/answer.h"
#include "api/rest/encode/error.h"
#include "net/run_task.h"

namespace trivet::app {
namespace {

constexpr std::string_view prefix = "/rest/v1";

struct Verb {
  std::string_view text;
  http::Method method;
};
constexpr std::array verbs = {
    Verb{"GET", http::Method::get},       Verb{"HEAD", http::Method::head},
    Verb{"POST", http::Method::post},     Verb{"PATCH", http::Method::patch},
    Verb{"DELETE", http::Method::delete_}, Verb{"PUT", http::Method::put}};

http::Method method_of(std::string_view text) {
  const auto verb = std::ranges::find(verbs, text, &Verb::text);
  return verb == verbs.end() ? http::Method::other : verb->method;
}

http::Request request_of(const RestCall& call) {
  http::Request request;
  request.method = method_of(call.method);
  request.method_text = call.method;
  request.target = call.target;
  const std::string_view target = call.target;
  const size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != target.npos) request.query = target.substr(mark + 1);
  if (!call.body.empty()) request.headers.push_back({"content-type", "application/json"});
  if (!call.prefer.empty()) request.headers.push_back({"prefer", call.prefer});
  request.body = call.body;
  request.deadline = store::Deadline::max();
  return request;
}

// All of the database's, first the one that has the table: calls of the command line name no profile.
std::vector<std::string> schemas_for(const schema::Schema& schema, std::string_view path) {
  std::vector<std::string> schemas = schema.datasource.schemas;
  if (schemas.empty()) return {"public"};
  const std::string table(path.substr(std::min(path.size(), prefix.size() + 1)));
  const auto has_it = [&](const std::string& name) { return schema.find_table(schema::place_name({name, table})) != nullptr; };
  std::ranges::stable_partition(schemas, has_it);
  return schemas;
}

}  // namespace

result<RestCall> parse_call(std::string_view text) {
  const size_t blank = text.find(' ');
  RestCall call;
  call.method = blank == text.npos ? "GET" : std::string(text.substr(0, blank));
  std::ranges::transform(call.method, call.method.begin(),
                         [](unsigned char c) { return std::toupper(c); });
  if (blank != text.npos) text.remove_prefix(blank + 1);
  if (method_of(call.method) == http::Method::other || text.empty())
    return fail(ErrorCode::bad_config, "a request looks like 'GET /rest/v1/Post?select=id'");
  if (!text.starts_with('/')) call.target = "/";
  call.target += text;
  if (!call.target.starts_with(std::string(prefix) + "/"))
    call.target.insert(0, prefix);
  return call;
}

result<api::rest::Decoded> RestCaller::decode(const RestCall& call, const Identity& identity) {
  const http::Request request = request_of(call);
  const api::rest::CallerVisibility visibility(engine_, identity);
  const std::vector<std::string> schemas = schemas_for(*engine_.schema(), request.path);
  return api::rest::decode(request, engine_.schema(),
                           {.path_below_prefix = request.path.substr(prefix.size()),
                            .schemas = schemas,
                            .prepare = {.limits = engine_.limits(),
                                        .aggregates_allowed = true,
                                        .end = {.rolls_back = false, .may_choose = true},
                                        .visibility = visibility}},
                           cache_);
}

RestAnswer RestCaller::run(const RestCall& call, const Identity& identity) {
  const http::Method method = method_of(call.method);
  const auto refuse = [&](const Error& error) {
    return RestAnswer{api::rest::error_response(error, identity.role, method),
                      std::string(error_code_info(error.code).text), 0};
  };
  auto decoded = decode(call, identity);
  if (!decoded) return refuse(decoded.error());
  auto plan = engine_.plan(decoded->prepared->operation, identity);
  if (!plan) return refuse(plan.error());
  auto outcome = net::run_task(engine_.run(*std::move(plan), std::move(decoded->params),
                                           {identity, store::Deadline::max()}));
  if (!outcome) return refuse(outcome.error());
  const api::rest::Run run{
      .prepared = *decoded->prepared, .offset = 0, .literals = decoded->literals};
  auto answer = api::rest::make_answer(run, *outcome);
  if (!answer) return refuse(answer.error());
  return {*std::move(answer), {}, outcome->affected};
}

}  // namespace trivet::app
