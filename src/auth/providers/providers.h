// The providers of a project, found by name, and the threads on which they are talked to. Thread-safe.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "auth/providers/client.h"

namespace trivet::auth {

class Providers {
 public:
  // Errors (bad_config): one can't be used. `clock` must outlive it.
  [[nodiscard]] static result<std::shared_ptr<Providers>> make(
      const std::vector<ProviderOptions>& options, Fetch fetch, IssuerKeys::Log log,
      const Clock& clock);

  // Null: not one of them. Lives as long as this.
  [[nodiscard]] ProviderClient* find(std::string_view name) const;

 private:
  Providers() : pool_({.threads = 4, .queue_max = 256}) {}

  std::vector<std::unique_ptr<ProviderClient>> all_;
  net::Pool pool_;  // last: its threads use the clients
};

}  // namespace trivet::auth
