// All foreign issuers of a project, found by name. Which one a token claims to be of is compared
// letter by letter with what is configured, before anything else of it counts. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/issuers/fetch.h"
#include "auth/issuers/issuer.h"
#include "auth/issuers/issuer_keys.h"
#include "base/clock.h"
#include "base/error.h"

namespace trivet::auth {

struct TrustedIssuer {
  TrustedIssuer(Issuer issuer, Fetch fetch, IssuerKeys::Log log, const Clock& clock);

  const Issuer rules;
  IssuerKeys keys;
};

struct IssuersParts {
  Fetch fetch;           // fetch_document, but for tests
  IssuerKeys::Log log;   // of what can't be fetched; any thread
  const Clock& clock;    // must outlive them
};

class Issuers {
 public:
  // Errors (bad_config): one can't be used, two have one name, or there are too many.
  [[nodiscard]] static result<std::shared_ptr<Issuers>> make(
      const std::vector<IssuerOptions>& options, const IssuersParts& parts);

  // Null: not one of them. Lives as long as this.
  [[nodiscard]] TrustedIssuer* find(std::string_view name) const;
  // Begins to fetch the keys of all.
  void warm();

 private:
  std::vector<std::unique_ptr<TrustedIssuer>> all_;
};

// What Issuers::make would say, without making anything.
[[nodiscard]] result<std::vector<Issuer>> check_issuers(const std::vector<IssuerOptions>& options);

}  // namespace trivet::auth
