// GET /openapi.json: the description of what the caller may reach, of the database schema that Accept-Profile names or of the first
// that is served. Built once per schema and list of
// functions for the service key and for
// anonymous callers, and each time for signed-in ones, whose rules may depend on their claims.
//
// One handler serves all threads. Engine and authenticator must outlive it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "api/openapi/document.h"
#include "auth/authenticator.h"
#include "engine/call/procedures.h"
#include "engine/engine.h"
#include "http/handler.h"

namespace trivet::api::openapi {

class OpenapiHandler final : public http::Handler {
 public:
  // `procedures`: of the database; it outlives the handler too.
  OpenapiHandler(const engine::Engine& engine, const auth::Authenticator& authenticator,
                 const engine::Procedures& procedures, DocumentOptions options = {});

  task<http::Response> handle(const http::Request& request) override;

 private:
  struct Cached {
    std::shared_ptr<const schema::Schema> schema;
    std::shared_ptr<const store::ProcedureList> procedures;
    std::shared_ptr<const std::string> document;  // shared: an answer copies it without the lock
  };

  [[nodiscard]] std::shared_ptr<const std::string> document_for(const Identity& identity,
                                                                const std::string& profile);

  const engine::Engine& engine_;
  const auth::Authenticator& authenticator_;
  const engine::Procedures& procedures_;
  const DocumentOptions options_;
  std::mutex mutex_;
  std::map<std::pair<std::string, Role>, Cached> cached_;  // guarded by mutex_; by profile; anonymous, service
};

}  // namespace trivet::api::openapi
