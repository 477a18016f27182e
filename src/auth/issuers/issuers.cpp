#include "auth/issuers/issuers.h"

#include <algorithm>

#include "auth/issuers/discovery.h"

namespace trivet::auth {

TrustedIssuer::TrustedIssuer(Issuer issuer, Fetch fetch, IssuerKeys::Log log, const Clock& clock)
    : rules(std::move(issuer)),
      keys([this, fetch = std::move(fetch)](
               const std::atomic<bool>& stop) { return fetch_keys(rules, fetch, stop); },
           [this, log = std::move(log)](std::string_view why) {
             log("keys of " + rules.name + " can't be fetched: " + std::string(why));
           },
           clock) {}

result<std::vector<Issuer>> check_issuers(const std::vector<IssuerOptions>& options) {
  if (options.size() > issuers_max)
    return fail(ErrorCode::bad_config,
                "auth.issuers: at most " + std::to_string(issuers_max) + " are possible");
  std::vector<Issuer> issuers;
  for (const IssuerOptions& one : options) {
    TRIVET_TRY(Issuer issuer, check_issuer(one));
    if (std::ranges::find(issuers, issuer.name, &Issuer::name) != issuers.end())
      return fail(ErrorCode::bad_config, "auth.issuers \"" + issuer.name + "\" is given twice");
    issuers.push_back(std::move(issuer));
  }
  return issuers;
}

result<std::shared_ptr<Issuers>> Issuers::make(const std::vector<IssuerOptions>& options,
                                               const IssuersParts& parts) {
  TRIVET_TRY(std::vector<Issuer> issuers, check_issuers(options));
  auto made = std::make_shared<Issuers>();
  for (Issuer& issuer : issuers)
    made->all_.push_back(std::make_unique<TrustedIssuer>(std::move(issuer), parts.fetch, parts.log,
                                                         parts.clock));
  return made;
}

TrustedIssuer* Issuers::find(std::string_view name) const {
  for (const auto& one : all_)
    if (one->rules.name == name) return one.get();
  return nullptr;
}

void Issuers::warm() {
  for (const auto& one : all_) one->keys.warm();
}

}  // namespace trivet::auth
