// One provider, talked to: where a browser is sent, and what a code that comes back is worth (RFC 6749,
// section 4.1, with RFC 7636; OpenID Connect Core 1.0, section 3.1).
//
// Waits on a pool's threads, never on an event loop. Its discovery document is kept for an hour, and used
// on while a newer one can't be had; its keys are IssuerKeys'. Errors are connection_failed (for the log
// alone) and bad_jwt… (which may be shown). Thread-safe.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/issuers/fetch.h"
#include "auth/issuers/issuer_keys.h"
#include "auth/providers/endpoints.h"
#include "auth/providers/id_token.h"
#include "auth/providers/profile.h"
#include "base/clock.h"
#include "base/task.h"
#include "net/pool.h"

namespace trivet::auth {

// All must outlive it.
struct ProviderParts {
  Fetch fetch;  // fetch_document, but for tests
  IssuerKeys::Log log;
  const Clock& clock;
  net::Pool& pool;
};

// What a browser takes along.
struct Departure {
  std::string redirect_uri, state, nonce, verifier;
  std::vector<std::string> scopes;                            // besides the provider's own
  std::vector<std::pair<std::string, std::string>> extra{};  // of the application: prompt, login_hint …
};

// What came back, and what was sent along.
struct Arrival {
  std::string code, redirect_uri, nonce, verifier;
  std::string user;  // Apple's form: a name, once
};

struct Redeemed {
  ExternalProfile profile;
  std::string access_token, refresh_token;  // the provider's; empty = none
};

// An ID token that an application got by itself.
struct HandedToken {
  std::string token, access_token, nonce;
};

class ProviderClient {
 public:
  ProviderClient(Provider given, ProviderParts parts);
  ~ProviderClient();

  const Provider rules;

  [[nodiscard]] task<result<std::string>> address(Departure departure);
  // Whether its answers must carry `iss` (RFC 9207), so that one of another provider is told apart.
  [[nodiscard]] task<result<bool>> names_issuer();
  [[nodiscard]] task<result<Redeemed>> redeem(Arrival arrival);
  [[nodiscard]] task<result<ExternalProfile>> read_handed(HandedToken given);

 private:
  struct Tokens {
    std::string access_token, refresh_token, id_token;
  };

  // These block.
  [[nodiscard]] result<Endpoints> look_up();
  [[nodiscard]] result<KeySet> fetch_keys(const std::atomic<bool>& stop);
  [[nodiscard]] result<Tokens> exchange(const Arrival& arrival);
  [[nodiscard]] result<std::string> get(const std::string& url, const Tokens& tokens);
  [[nodiscard]] result<ExternalProfile> fetch_profile(const Tokens& tokens);
  [[nodiscard]] result<ExternalProfile> complete(const std::string& claims, const Tokens& tokens);

  [[nodiscard]] FetchRequest request(std::string url) const;
  [[nodiscard]] task<result<std::string>> claims_of(std::string token, IdTokenRules wanted);
  [[nodiscard]] IdTokenRules id_token_rules() const;

  const ProviderParts parts_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::optional<Endpoints> known_;  // guarded by mutex_
  int64_t known_at_ = 0;            // ns; guarded by mutex_
  IssuerKeys keys_;                 // last: its thread uses the rest
};

}  // namespace trivet::auth
