// What one caller may know of, as the engine decides it.
#pragma once

#include "api/rest/resolve/visibility.h"
#include "engine/engine.h"

namespace trivet::api::rest {

class CallerVisibility final : public Visibility {
 public:
  // Both outlive it.
  CallerVisibility(const engine::Engine& engine, const Identity& identity)
      : engine_(engine), identity_(identity) {}
  [[nodiscard]] bool readable(int model, int field) const override {
    return engine_.readable(model, field, identity_);
  }
  [[nodiscard]] bool usable(int model) const override {
    const engine::ModelAccess access = engine_.model_access(model, identity_);
    return access.read || access.create;
  }

 private:
  const engine::Engine& engine_;
  const Identity& identity_;
};

}  // namespace trivet::api::rest
