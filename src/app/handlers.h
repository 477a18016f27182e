// What answers requests under one configuration: handlers, routes and listeners. Immutable; owns them
// all. The engine and the sink must outlive it. Generations (generations.h) replaces it on a reload.
#pragma once

#include <memory>
#include <string>

#include "api/rest/handler.h"
#include "app/accounts/accounts_api.h"
#include "app/config/config.h"
#include "app/ready.h"
#include "auth/authenticator.h"
#include "auth/issuers/keys_first.h"
#include "base/clock.h"
#include "engine/call/procedures.h"
#include "engine/engine.h"
#include "http/handler.h"
#include "http/metrics_handler.h"
#include "http/router.h"
#include "http/server.h"
#include "observe/metrics.h"
#include "store/statement_plan.h"
#include "store/writable_views.h"

namespace trivet::app {

struct HandlerParts {
  const Config& config;
  const auth::ProjectKeys& keys;
  engine::Engine& engine;
  observe::Sink& sink;
  const observe::Metrics& metrics;
  // Called by the servers for each request: they find the handlers of the newest configuration.
  http::Handler& api_entry;
  http::Handler& admin_entry;
  store::ProcedureStore* procedures;  // null: the database has none
  AccountServices* accounts;          // null: auth is not enabled
  std::shared_ptr<auth::Issuers> issuers;  // null: there are none
  std::shared_ptr<auth::StoredKeys> stored;  // null: auth is not enabled
  engine::ChangeFeed* changes;  // null: no model has @@realtime
  const store::WritableViews* views;         // null: none takes writes
  store::PlanStore* plans;                   // null: the database tells none
};

class Handlers {
 public:
  explicit Handlers(const HandlerParts& parts);
  ~Handlers();

  [[nodiscard]] http::Handler& api_routes() { return keys_first_; }
  [[nodiscard]] http::Handler& admin_routes() { return admin_; }
  [[nodiscard]] http::Server& api() { return *api_server_; }
  [[nodiscard]] http::Server& admin() { return *admin_server_; }

 private:
  struct Documents;  // /openapi.json and /docs

  void mount_api();

  SystemClock clock_;
  auth::Authenticator authenticator_;
  // For /auth/v1: a foreign issuer's `sub` is no user of ours, whatever it says.
  auth::Authenticator own_authenticator_;
  engine::Procedures procedures_;
  api::rest::RestHandler rest_;
  std::unique_ptr<AccountsApi> accounts_;
  std::unique_ptr<Documents> documents_;
  StoreReady ready_;
  http::MetricsHandler metrics_;
  http::Router api_;
  auth::KeysFirst keys_first_;  // before api_
  http::Router admin_;
  std::unique_ptr<http::Server> api_server_;
  std::unique_ptr<http::Server> admin_server_;
};

}  // namespace trivet::app
