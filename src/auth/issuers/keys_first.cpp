#include "auth/issuers/keys_first.h"

namespace trivet::auth {

task<http::Response> KeysFirst::handle(const http::Request& request) {
  AwaitedKeys awaited = authenticator_.awaited_keys(request);
  if (awaited.keys == nullptr && awaited.stored == nullptr) return next_.handle(request);
  return wait_and_handle(request, std::move(awaited));
}

task<http::Response> KeysFirst::wait_and_handle(const http::Request& request,
                                                AwaitedKeys awaited) {
  if (awaited.stored != nullptr) co_await awaited.stored->refresh(request.deadline);
  if (awaited.keys != nullptr) co_await awaited.keys->wait(std::move(awaited.wanted));
  co_return co_await next_.handle(request);
}

}  // namespace trivet::auth
