#include "api/rest/handler.h"

#include "api/rest/call/call.h"
#include "api/rest/call/refusal.h"
#include "api/rest/caller_session.h"
#include "api/rest/caller_visibility.h"
#include "api/rest/encode/answer.h"
#include "api/rest/encode/error.h"
#include "api/rest/encode/openapi.h"
#include "api/rest/options.h"
#include "api/rest/watch/old_row.h"
#include "api/rest/watch/watch.h"

namespace trivet::api::rest {
namespace {

using http::Stage;

// Writes the time since the last mark into a stage.
class StageClock {
 public:
  explicit StageClock(http::StageTimes& times) : times_(times) {}
  void mark(Stage stage) {
    const auto now = std::chrono::steady_clock::now();
    times_[static_cast<size_t>(stage)] += static_cast<uint64_t>((now - last_).count());
    last_ = now;
  }

 private:
  http::StageTimes& times_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// The answer that tells the client what it may know; what it may not is left for the log.
http::Response refuse(const http::Request& request, const Error& error, Role role) {
  http::Response response = error_response(error, role, request.method);
  if (response.status >= 500) request.problem = describe_for_log(error);
  return response;
}

// Where the database decides, it says why.
http::Response refuse_as_told(const http::Request& request, const store::CallRefusal& refusal,
                              Role role) {
  http::Response response = refusal_response(refusal, role, request.method);
  if (response.status >= 500) request.problem = "the database raised " + refusal.state;
  return response;
}

store::PlanWish wish_of(const PlanMedia& media) {
  return {.format = media.json ? store::PlanFormat::json : store::PlanFormat::text,
          .analyze = media.analyze,
          .verbose = media.verbose,
          .settings = media.settings,
          .buffers = media.buffers,
          .wal = media.wal};
}

http::Response plan_response(const Media& media, http::Method method, std::string plan) {
  http::Response response;
  response.content_type = media.text + "; charset=utf-8";
  if (method != http::Method::head) response.body = std::move(plan);
  return response;
}

int64_t page_offset(const Decoded& decoded) {
  const int param = decoded.prepared->operation.selection.offset_param;
  return param < 0 ? 0 : decoded.params.values[static_cast<size_t>(param)].as_integer();
}

}  // namespace

RestHandler::RestHandler(engine::Engine& engine, const auth::Authenticator& authenticator,
                         RestOptions options)
    : engine_(engine), authenticator_(authenticator), options_(std::move(options)) {}

task<http::Response> RestHandler::answer(const http::Request& request, engine::Freshness freshness) {
  request.route = "rest";
  if (options_.changes != nullptr && wants_events(request)) co_return co_await answer_with_events(request);
  StageClock clock(request.stage_times);
  const auto identity = authenticator_.authenticate(request);
  clock.mark(Stage::authenticate);
  // 42501 comes from a key that is known and meant for something else.
  if (!identity) co_return refuse(request, identity.error(), Role::authenticated);
  const Identity& who = **identity;

  if (is_function(request)) {
    result<http::Response> answer = co_await answer_function(request, who, request.stage_times);
    if (!answer) co_return refuse(request, answer.error(), who.role);
    co_return std::move(*answer);
  }
  if (needs_no_rows(request)) {
    result<http::Response> answer = answer_without_rows(request, who);
    clock.mark(Stage::encode);
    if (!answer) co_return refuse(request, answer.error(), who.role);
    co_return std::move(*answer);
  }

  const CallerVisibility visibility(engine_, who);
  ComputedFields computed(options_.procedures, who);
  result<Decoded> decoded =
      decode(request, engine_.schema(), decode_options(request, visibility, computed), cache_);
  clock.mark(Stage::decode);
  if (!decoded) co_return refuse(request, decoded.error(), who.role);

  result<std::shared_ptr<const engine::Plan>> plan = find_plan(*decoded->prepared, who);
  clock.mark(Stage::plan);
  if (!plan) co_return refuse(request, plan.error(), who.role);

  const int64_t offset = page_offset(*decoded);
  std::optional<store::CallerSession> session = session_of(request, who);
  const engine::Context context{.identity = who,
                                .deadline = request.deadline,
                                .session = session ? &*session : nullptr,
                                .freshness = freshness};
  if (const Media& media = decoded->prepared->media; media.kind == MediaKind::plan) {
    const engine::Explaining explaining{.plans = *options_.plans, .wish = wish_of(media.plan)};
    result<std::string> told =
        co_await engine_.explain(*std::move(plan), std::move(decoded->params), context, explaining);
    clock.mark(Stage::execute);
    if (!told && session && session->refusal)
      co_return refuse_as_told(request, *session->refusal, who.role);
    if (!told) co_return refuse(request, told.error(), who.role);
    co_return plan_response(media, request.method, std::move(*told));
  }
  result<engine::Outcome> outcome =
      co_await engine_.run(*std::move(plan), std::move(decoded->params), context);
  clock.mark(Stage::execute);
  if (!outcome && session && session->refusal)
    co_return refuse_as_told(request, *session->refusal, who.role);
  if (!outcome) co_return refuse(request, outcome.error(), who.role);

  const Run run{.prepared = *decoded->prepared,
                .offset = offset,
                .literals = decoded->literals};
  result<http::Response> answer = make_answer(run, *outcome);
  clock.mark(Stage::encode);
  if (!answer) co_return refuse(request, answer.error(), who.role);
  if (session) set_chosen(*answer, {session->status, session->headers}, request.method);
  co_return std::move(*answer);
}

// Watched from before the table is read, so that nothing is lost between; what can't be read can't be watched.
task<http::Response> RestHandler::answer_with_events(const http::Request& request) {
  const auto identity = authenticator_.authenticate(request);
  if (!identity) co_return refuse(request, identity.error(), Role::authenticated);
  const OwnedRequest owned(request);
  std::string query;
  const http::Request probe = owned.with(query, "limit=0");
  result<std::unique_ptr<engine::Watch>> watch = start_watch(request, probe, **identity);
  if (!watch) co_return refuse(request, watch.error(), (*identity)->role);
  http::Response first = co_await handle(probe);
  if (first.status >= 300) co_return first;
  result<http::Response> answer = open_stream(*this, request, *std::move(watch));
  if (!answer) co_return refuse(request, answer.error(), (*identity)->role);
  co_return std::move(*answer);
}

result<std::unique_ptr<engine::Watch>> RestHandler::start_watch(const http::Request& request,
                                                                const http::Request& probe,
                                                                const Identity& identity) {
  const CallerVisibility visibility(engine_, identity);
  ComputedFields computed(options_.procedures, identity);
  TRIVET_TRY(const Decoded decoded,
             decode(probe, engine_.schema(), decode_options(probe, visibility, computed), cache_));
  TRIVET_CHECK(check_watchable(*decoded.prepared, request));
  return options_.changes->watch(decoded.prepared->catalog->model(decoded.prepared->model).table());
}

bool RestHandler::found(const http::Request& request, const store::Change& deleted) {
  const auto identity = authenticator_.authenticate(request);
  if (!identity) return false;
  const CallerVisibility visibility(engine_, **identity);
  ComputedFields computed(options_.procedures, **identity);
  result<Decoded> decoded =
      decode(request, engine_.schema(), decode_options(request, visibility, computed), cache_);
  if (!decoded) return false;
  const result<std::shared_ptr<const engine::Plan>> plan = find_plan(*decoded->prepared, **identity);
  if (!plan) return false;
  Arena arena;
  const std::vector<Value> cells =
      cells_of(deleted.old, *decoded->prepared->catalog, decoded->prepared->model, arena);
  const auto admitted = engine_.admits(**plan, std::move(decoded->params), **identity, cells);
  return admitted && admitted->value_or(false);
}

// Authorising is part of planning: a plan found was authorised for this kind of caller when it was made.
result<std::shared_ptr<const engine::Plan>> RestHandler::find_plan(const Prepared& prepared,
                                                                   const Identity& identity) {
  const engine::Operation& operation = prepared.operation;
  if (!operation.shape.empty())
    if (auto plan = engine_.find_plan(operation.shape, identity)) return plan;
  return engine_.plan(operation, identity);
}

DecodeOptions RestHandler::decode_options(const http::Request& request,
                                          const Visibility& visibility,
                                          ComputedFields& computed) const {
  return {.path_below_prefix = request.path.substr(options_.prefix.size()),
          .schemas = options_.schemas,
          .prepare = {.limits = engine_.limits(),
                      .aggregates_allowed = options_.aggregates == Switch::on,
                      .end = options_.end,
                      .plans_allowed = options_.plans != nullptr,
                      .visibility = visibility,
                      .views = options_.views,
                      .computed = &computed}};
}

bool RestHandler::is_function(const http::Request& request) const {
  return request.path.substr(options_.prefix.size()).starts_with("/rpc/");
}

// The call's own stages: what it means is decode, what it does execute; the database encodes.
task<result<http::Response>> RestHandler::answer_function(const http::Request& request,
                                                          const Identity& identity,
                                                          http::StageTimes& times) const {
  StageClock clock(times);
  TRIVET_CO_TRY(ApiRequest api,
                decode_request(request, request.path.substr(options_.prefix.size()), options_.schemas));
  std::optional<store::CallerSession> session = session_of(request, identity);
  ComputedFields computed(options_.procedures, identity);
  const Caller caller{.identity = identity,
                      .procedures = options_.procedures,
                      .session = session ? &*session : nullptr,
                      .options = {.limits = engine_.limits(),
                                  .engine = engine_,
                                  .identity = identity,
                                  .end = options_.end,
                                  .aggregates_allowed = options_.aggregates == Switch::on,
                                  .schemas = options_.schemas,
                                  .computed = &computed}};
  TRIVET_CO_TRY(ReadyCall ready, ready_call(std::move(api), request, caller));
  if (auto path = search_path_of(request); !session && !path.empty())
    ready.prepared.call.settings.emplace_back("search_path", std::move(path));
  clock.mark(Stage::decode);
  if (request.method == http::Method::options) co_return call_options(ready);
  result<http::Response> answer = co_await answer_call(std::move(ready), request, caller);
  clock.mark(Stage::execute);
  co_return answer;
}

std::optional<store::CallerSession> RestHandler::session_of(const http::Request& request,
                                                            const Identity& identity) const {
  if (options_.authority == engine::Authority::rules) return std::nullopt;
  store::CallerSession session{caller_settings(request, identity, options_.anonymous_role,
                                               request.path.substr(options_.prefix.size()))};
  if (auto path = search_path_of(request); !path.empty()) session.settings.emplace_back("search_path", std::move(path));
  return session;
}

// Of a project with several schemas: functions and triggers look things up in that of the request first.
std::string RestHandler::search_path_of(const http::Request& request) const {
  if (engine_.schema()->datasource.schemas.empty()) return {};
  const result<std::string> profile = find_profile(request, options_.schemas);
  if (!profile) return {};  // then the request is refused
  std::string path = quoted_name(*profile);
  for (const std::string& name : options_.search_path) path += ", " + quoted_name(name);
  return path;
}

bool RestHandler::needs_no_rows(const http::Request& request) const {
  const std::string_view below = request.path.substr(options_.prefix.size());
  return request.method == http::Method::options || below.size() <= 1;
}

result<http::Response> RestHandler::answer_without_rows(const http::Request& request,
                                                        const Identity& identity) const {
  TRIVET_TRY(const ApiRequest api,
             decode_request(request, request.path.substr(options_.prefix.size()), options_.schemas));
  const Catalog catalog(engine_.schema(), {options_.schemas, api.profile});
  if (request.method == http::Method::options) return answer_options(catalog, api, options_.views);
  // The document would show what others may use: what the caller may is known to the database alone.
  if (options_.authority == engine::Authority::database)
    return fail(ErrorCode::root_disabled, "Root endpoint metadata is disabled");
  TRIVET_CHECK(negotiate(api.accept, Resource::root));
  return answer_root(catalog, engine_, identity, {.prefix = options_.prefix, .request = request});
}

}  // namespace trivet::api::rest
