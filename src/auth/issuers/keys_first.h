// In front of a project's handlers: a request whose token needs keys that aren't there yet waits for
// them, whichever dialect it speaks. It decides nothing: who the caller is, the handler asks the
// Authenticator as ever. Requests that need not wait pass without a coroutine of their own.
#pragma once

#include "auth/authenticator.h"
#include "http/handler.h"

namespace trivet::auth {

class KeysFirst final : public http::Handler {
 public:
  // Both must outlive it.
  KeysFirst(const Authenticator& authenticator, http::Handler& next)
      : authenticator_(authenticator), next_(next) {}

  task<http::Response> handle(const http::Request& request) override;

 private:
  task<http::Response> wait_and_handle(const http::Request& request, AwaitedKeys awaited);

  const Authenticator& authenticator_;
  http::Handler& next_;
};

}  // namespace trivet::auth
