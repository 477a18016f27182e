#include "net/tls/challenges.h"

#include "net/tls/tls_context.h"

namespace trivet::net {

void TlsChallenges::show(std::string host, std::shared_ptr<const TlsContext> context) {
  const std::lock_guard lock(mutex_);
  contexts_.insert_or_assign(std::move(host), std::move(context));
}

void TlsChallenges::hide(const std::string& host) {
  const std::lock_guard lock(mutex_);
  contexts_.erase(host);
}

std::shared_ptr<const TlsContext> TlsChallenges::find(std::string_view host) const {
  const std::lock_guard lock(mutex_);
  const auto found = contexts_.find(host);
  return found == contexts_.end() ? nullptr : found->second;
}

}  // namespace trivet::net
