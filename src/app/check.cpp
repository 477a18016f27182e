#include "app/check.h"

#include <algorithm>

#include "app/drivers/driver.h"
#include "engine/engine.h"

namespace trivet::app {

void check_servable(schema::CheckResult& check) {
  if (!check.ok()) return;
  std::vector<schema::Diagnostic> missing =
      engine::Engine::check(*check.schema, capabilities_for(*check.schema));
  const bool refused = std::ranges::any_of(missing, [](const schema::Diagnostic& diagnostic) {
    return diagnostic.kind != schema::DiagnosticKind::warning;
  });
  std::ranges::move(missing, std::back_inserter(check.diagnostics));
  if (refused) check.schema = nullptr;
}

}  // namespace trivet::app
