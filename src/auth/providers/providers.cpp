#include "auth/providers/providers.h"

#include <algorithm>

namespace trivet::auth {

result<std::shared_ptr<Providers>> Providers::make(const std::vector<ProviderOptions>& options,
                                                   Fetch fetch, IssuerKeys::Log log,
                                                   const Clock& clock) {
  TRIVET_TRY(std::vector<Provider> checked, check_providers(options));
  std::shared_ptr<Providers> providers(new Providers);
  for (Provider& provider : checked)
    providers->all_.push_back(std::make_unique<ProviderClient>(
        std::move(provider), ProviderParts{fetch, log, clock, providers->pool_}));
  return providers;
}

ProviderClient* Providers::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      all_, [&](const auto& client) { return client->rules.options.name == name; });
  return found == all_.end() ? nullptr : found->get();
}

}  // namespace trivet::auth
