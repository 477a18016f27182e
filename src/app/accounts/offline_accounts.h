// The accounts' tables opened for one command (`trivet keys`, `trivet users`), while the project is served or
// not. Made if they aren't there. Blocking.
#pragma once

#include <memory>

#include "app/config/config_load.h"
#include "app/environment.h"
#include "app/offline.h"
#include "auth/keys.h"
#include "engine/engine.h"

namespace trivet::app {

class OfflineAccounts {
 public:
  // Refuses (bad_config) what Offline does, a project without a secret, and one without auth.enabled: nobody would look
  // at what is changed.
  [[nodiscard]] static result<std::unique_ptr<OfflineAccounts>> open(
      const LoadedConfig& loaded, const Environment& environment);

  [[nodiscard]] engine::Engine& engine() { return *engine_; }
  [[nodiscard]] engine::Environment& environment() { return system_; }
  [[nodiscard]] const auth::ProjectKeys& keys() const { return keys_; }

 private:
  OfflineAccounts() = default;

  SystemEnvironment system_;
  auth::ProjectKeys keys_;
  std::unique_ptr<Offline> project_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace trivet::app
