#include "api/openapi/handler.h"

#include "http/error_body.h"
#include "http/router.h"

namespace trivet::api::openapi {
namespace {

class CallerAccess final : public Access {
 public:
  CallerAccess(const engine::Engine& engine, const engine::Candidates& open, const Identity& identity)
      : engine_(engine), open_(open), identity_(identity) {}

  [[nodiscard]] bool may(int model, schema::Operation operation) const override {
    const engine::ModelAccess access = engine_.model_access(model, identity_);
    switch (operation) {
      case schema::Operation::create: return access.create;
      case schema::Operation::read: return access.read;
      case schema::Operation::update:
      case schema::Operation::post_update: return access.update;
      case schema::Operation::delete_: return access.delete_;
    }
    return false;
  }
  [[nodiscard]] bool may_read(int model, int field) const override {
    return engine_.readable(model, field, identity_);
  }
  [[nodiscard]] Procedures procedures() const override { return open_.procedures; }

 private:
  const engine::Engine& engine_;
  const engine::Candidates& open_;
  const Identity& identity_;
};

}  // namespace

OpenapiHandler::OpenapiHandler(const engine::Engine& engine, const auth::Authenticator& authenticator,
                               const engine::Procedures& procedures, DocumentOptions options)
    : engine_(engine), authenticator_(authenticator), procedures_(procedures), options_(std::move(options)) {}

std::shared_ptr<const std::string> OpenapiHandler::document_for(const Identity& identity) {
  const auto schema = engine_.schema();
  const engine::Candidates open = procedures_.all(identity);
  const auto render = [&] {
    return std::make_shared<const std::string>(make_document(*schema, CallerAccess(engine_, open, identity), options_));
  };
  if (identity.role == Role::authenticated) return render();
  Cached& cached = cached_[identity.role == Role::service ? 1 : 0];
  const std::lock_guard lock(mutex_);
  if (cached.schema != schema || cached.procedures != open.list) cached = {schema, open.list, render()};
  return cached.document;
}

task<http::Response> OpenapiHandler::handle(const http::Request& request) {
  if (request.method != http::Method::get && request.method != http::Method::head) {
    co_return http::method_not_allowed("OPTIONS,GET,HEAD");
  }
  const auto identity = authenticator_.authenticate(request);
  if (!identity) co_return http::error_response(identity.error());
  http::Response response;
  response.content_type = "application/json; charset=utf-8";
  response.set("Vary", "Authorization, apikey");
  response.body = *document_for(**identity);
  co_return response;
}

}  // namespace trivet::api::openapi
