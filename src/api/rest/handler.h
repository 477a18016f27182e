// The REST front end: PostgREST 14's dialect over the engine (docs/rest.md).
//
// handle() is the whole request on one screen: authenticate, decode, authorise, plan, execute, encode, each timed. It holds
// no rule: what a caller may do is decided by the engine. One handler serves all threads.
#pragma once

#include <optional>
#include <string>

#include "api/rest/decode.h"
#include "api/rest/watch/event_stream.h"
#include "auth/authenticator.h"
#include "base/switch.h"
#include "engine/call/procedures.h"
#include "engine/engine.h"
#include "http/handler.h"
#include "store/writable_views.h"

namespace trivet::api::rest {

struct RestOptions {
  std::string prefix = "/rest/v1";
  std::vector<std::string> schemas = {"public"};  // of the database, that are served; the first for who names none
  std::vector<std::string> search_path{};  // looked in after that of the request
  Switch aggregates = Switch::off;  // db-aggregates-enabled
  TransactionEnd end{};             // db-tx-end
  engine::Authority authority = engine::Authority::rules;  // as the engine's
  std::string anonymous_role = "anon";  // of the database, where it decides
  const engine::Procedures* procedures = nullptr;  // of the database; outlive the handler. Null: none
  engine::ChangeFeed* changes = nullptr;  // outlives the handler; null: no model has @@realtime
  const store::WritableViews* views = nullptr;     // the same
  store::PlanStore* plans = nullptr;  // of the engine's store; outlives the handler. Null: they are not shown
};

class RestHandler final : public http::Handler, private RowReader {
 public:
  // All outlive the handler.
  RestHandler(engine::Engine& engine, const auth::Authenticator& authenticator, RestOptions options);

  task<http::Response> handle(const http::Request& request) override {
    return answer(request, engine::Freshness::own_writes);
  }

 private:
  task<http::Response> answer(const http::Request& request, engine::Freshness freshness);
  task<http::Response> read(const http::Request& request) override {
    return answer(request, engine::Freshness::latest);
  }
  [[nodiscard]] bool found(const http::Request& request, const store::Change& deleted) override;
  task<http::Response> answer_with_events(const http::Request& request);
  result<std::unique_ptr<engine::Watch>> start_watch(const http::Request& request,
                                                     const http::Request& probe, const Identity& identity);
  [[nodiscard]] DecodeOptions decode_options(const http::Request& request,
                                             const Visibility& visibility,
                                             ComputedFields& computed) const;
  result<std::shared_ptr<const engine::Plan>> find_plan(const Prepared& prepared,
                                                        const Identity& identity);
  task<result<http::Response>> answer_function(const http::Request& request, const Identity& identity,
                                               http::StageTimes& times) const;
  // Whom the database is to decide about; absent where the rules decide.
  [[nodiscard]] std::optional<store::CallerSession> session_of(const http::Request& request,
                                                               const Identity& identity) const;
  // As a setting of the database; empty: it stays what it is.
  [[nodiscard]] std::string search_path_of(const http::Request& request) const;
  // What needs no rows: OPTIONS, the root document.
  [[nodiscard]] result<http::Response> answer_without_rows(const http::Request& request,
                                                           const Identity& identity) const;
  [[nodiscard]] bool is_function(const http::Request& request) const;
  [[nodiscard]] bool needs_no_rows(const http::Request& request) const;

  engine::Engine& engine_;
  const auth::Authenticator& authenticator_;
  const RestOptions options_;
  DecodeCache cache_;
};

}  // namespace trivet::api::rest
