#include "api/openapi/handler.h"

#include <algorithm>

#include "http/error_body.h"
#include "http/router.h"

namespace trivet::api::openapi {
namespace {

class CallerAccess final : public Access {
 public:
  struct Caller {
    const Identity& identity;
    const std::string& profile;
  };
  CallerAccess(const engine::Engine& engine, const engine::Candidates& open, Caller caller)
      : engine_(engine), open_(open), identity_(caller.identity), profile_(caller.profile) {}

  [[nodiscard]] bool may(int model, schema::Operation operation) const override {
    const std::string& place = engine_.schema()->models[static_cast<size_t>(model)].db_schema;
    if (!place.empty() && place != profile_) return false;
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
  [[nodiscard]] Procedures procedures() const override {
    Procedures served;
    for (const store::Procedure* procedure : open_.procedures)
      if (procedure->place.empty() || procedure->place == profile_) served.push_back(procedure);
    return served;
  }

 private:
  const engine::Engine& engine_;
  const engine::Candidates& open_;
  const Identity& identity_;
  const std::string& profile_;
};

}  // namespace

OpenapiHandler::OpenapiHandler(const engine::Engine& engine, const auth::Authenticator& authenticator,
                               const engine::Procedures& procedures, DocumentOptions options)
    : engine_(engine), authenticator_(authenticator), procedures_(procedures), options_(std::move(options)) {}

std::shared_ptr<const std::string> OpenapiHandler::document_for(const Identity& identity,
                                                                const std::string& profile) {
  const auto schema = engine_.schema();
  const engine::Candidates open = procedures_.all(identity);
  const auto render = [&] {
    return std::make_shared<const std::string>(make_document(*schema, CallerAccess(engine_, open, {identity, profile}), options_));
  };
  if (identity.role == Role::authenticated) return render();
  const std::lock_guard lock(mutex_);
  Cached& cached = cached_[{profile, identity.role}];
  if (cached.schema != schema || cached.procedures != open.list) cached = {schema, open.list, render()};
  return cached.document;
}

task<http::Response> OpenapiHandler::handle(const http::Request& request) {
  if (request.method != http::Method::get && request.method != http::Method::head) {
    co_return http::method_not_allowed("OPTIONS,GET,HEAD");
  }
  const auto identity = authenticator_.authenticate(request);
  if (!identity) co_return http::error_response(identity.error());
  const std::string_view named = request.header("accept-profile");
  if (!named.empty() && std::ranges::find(options_.schemas, named) == options_.schemas.end())
    co_return http::error_response(Error(ErrorCode::unknown_profile, "Invalid schema: " + std::string(named)));
  const std::string profile(named.empty() ? std::string_view(options_.schemas.front()) : named);
  http::Response response;
  response.content_type = "application/json; charset=utf-8";
  response.set("Vary", "Authorization, apikey, Accept-Profile");
  response.body = *document_for(**identity, profile);
  co_return response;
}

}  // namespace trivet::api::openapi
