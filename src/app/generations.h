// Generations: the handlers of the configuration that holds now, behind listeners that stay.
//
// Each change of the configuration makes a new generation: engine, handlers, servers. A request goes
// to the newest, also on a connection that is kept; limits and CORS hold for connections made from
// then on. A replaced generation stays until the end, because requests may be in it: a reload costs
// memory, a reload that changes nothing here doesn't make one. `add` is for one thread at a time.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "app/handlers.h"
#include "engine/changes/feed.h"
#include "engine/engine.h"
#include "net/service.h"

namespace trivet::app {

// All must outlive the generations.
struct GenerationParts {
  store::Store& store;
  engine::Environment& environment;
  observe::Sink& sink;
  const observe::Metrics& metrics;
  store::ProcedureStore* procedures;  // null: the database has none
  store::SessionStore* sessions;  // of a database that decides what callers may; null: the rules do
  Mails mails;  // what happens to the mails of accounts
  const store::WritableViews* views;  // null: none takes writes
  store::PlanStore* plans;            // null: the database tells none
  store::ReplicaReads* replicas;      // null: there are none
};

class Generations {
 public:
  explicit Generations(GenerationParts parts) : parts_(parts) {}

  // Of the generations that follow; outlives them.
  void set_changes(engine::ChangeFeed& changes) { changes_ = &changes; }
  // `schema` may be served (check.h).
  void add(const Config& config, const auth::ProjectKeys& keys,
           std::shared_ptr<const schema::Schema> schema);

  // After the first add.
  [[nodiscard]] engine::Engine& engine() { return *all_.back()->engine; }
  [[nodiscard]] net::Service& api() { return api_door_; }
  [[nodiscard]] net::Service& admin() { return admin_door_; }

 private:
  struct Generation {
    std::unique_ptr<engine::Engine> engine;
    std::unique_ptr<Handlers> handlers;
  };
  struct Entry final : http::Handler {
    task<http::Response> handle(const http::Request& request) override;
    std::atomic<http::Handler*> newest{nullptr};
  };
  struct Door final : net::Service {
    task<void> serve(net::Stream& stream) override;
    [[nodiscard]] std::string_view refusal() const override;
    [[nodiscard]] std::string_view plain_refusal() const override;
    std::atomic<net::Service*> newest{nullptr};
  };

  GenerationParts parts_;
  engine::ChangeFeed* changes_ = nullptr;
  Entry api_entry_;
  Entry admin_entry_;
  Door api_door_;
  Door admin_door_;
  [[nodiscard]] std::shared_ptr<auth::Issuers> issuers_for(const Config& config);
  [[nodiscard]] std::shared_ptr<auth::StoredKeys> stored_for(const auth::ProjectKeys& keys,
                                                             schema::Provider provider);

  SystemClock clock_;
  std::unique_ptr<AccountServices> accounts_;  // made when auth is enabled first
  std::vector<auth::IssuerOptions> issuer_options_;  // of issuers_
  std::shared_ptr<auth::Issuers> issuers_;  // shared with the generations that know them
  std::string stored_secret_;                 // of stored_
  std::shared_ptr<auth::StoredKeys> stored_;  // shared likewise; made when auth is enabled first
  std::vector<std::unique_ptr<Generation>> all_;
};

}  // namespace trivet::app
