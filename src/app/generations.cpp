#include "app/generations.h"

#include "app/config/issuer_settings.h"
#include "auth/records/schema.h"

namespace trivet::app {

// Not coroutines themselves: forwarding costs a request no frame.
task<http::Response> Generations::Entry::handle(const http::Request& request) {
  return newest.load(std::memory_order_acquire)->handle(request);
}

task<void> Generations::Door::serve(net::Stream& stream) {
  return newest.load(std::memory_order_acquire)->serve(stream);
}

std::string_view Generations::Door::refusal() const {
  return newest.load(std::memory_order_acquire)->refusal();
}

std::string_view Generations::Door::plain_refusal() const {
  return newest.load(std::memory_order_acquire)->plain_refusal();
}

// The keys that are known stay known when something else is reloaded.
std::shared_ptr<auth::Issuers> Generations::issuers_for(const Config& config) {
  if (config.auth_issuers == issuer_options_) return issuers_;
  issuer_options_ = config.auth_issuers;
  issuers_ = nullptr;
  if (issuer_options_.empty()) return nullptr;
  const auto log = [&sink = parts_.sink](std::string_view text) {
    sink.lifecycle({observe::Level::warning, "auth.issuer_unavailable", text});
  };
  // Looked at when the settings were read.
  issuers_ = auth::Issuers::make(issuers_of(config), {auth::fetch_document, log, clock_}).value();
  issuers_->warm();
  return issuers_;
}

std::shared_ptr<auth::StoredKeys> Generations::stored_for(const auth::ProjectKeys& keys,
                                                          schema::Provider provider) {
  if (stored_ && stored_secret_ == keys.secret) return stored_;
  const auto log = [&sink = parts_.sink](std::string_view text) {
    sink.lifecycle({observe::Level::warning, "auth.keys_unavailable", text});
  };
  stored_ = std::make_shared<auth::StoredKeys>(
      auth::StoredKeysParts{auth::accounts_schema(provider), parts_.store, parts_.environment,
                            clock_, keys.secret, log});
  stored_secret_ = keys.secret;
  return stored_;
}

void Generations::add(const Config& config, const auth::ProjectKeys& keys,
                      std::shared_ptr<const schema::Schema> schema) {
  auto made = std::make_unique<Generation>();
  const schema::Provider provider = schema->datasource.provider;
  made->engine =
      parts_.sessions == nullptr
          ? std::make_unique<engine::Engine>(std::move(schema), parts_.store, parts_.environment,
                                             config.limits)
          : std::make_unique<engine::Engine>(
                std::move(schema), engine::DecidingDatabase{parts_.store, *parts_.sessions},
                parts_.environment, config.limits);
  if (parts_.replicas != nullptr) made->engine->set_replicas(*parts_.replicas);
  if (config.auth_enabled && !accounts_)
    accounts_ = std::make_unique<AccountServices>(parts_.environment, parts_.mails, config, parts_.sink);
  made->handlers = std::make_unique<Handlers>(HandlerParts{
      config, keys, *made->engine, parts_.sink, parts_.metrics, api_entry_, admin_entry_,
      parts_.procedures, config.auth_enabled ? accounts_.get() : nullptr, issuers_for(config),
      config.auth_enabled ? stored_for(keys, provider) : nullptr, changes_, parts_.views, parts_.plans});
  Handlers& handlers = *made->handlers;
  all_.push_back(std::move(made));
  api_entry_.newest.store(&handlers.api_routes(), std::memory_order_release);
  admin_entry_.newest.store(&handlers.admin_routes(), std::memory_order_release);
  api_door_.newest.store(&handlers.api(), std::memory_order_release);
  admin_door_.newest.store(&handlers.admin(), std::memory_order_release);
}

}  // namespace trivet::app
