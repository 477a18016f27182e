#include "app/check.h"
#include "app/project.h"
#include "app/rules/explain.h"
#include "app/rules/identity.h"
#include "app/rules/report.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

int explain(const RulesArguments& arguments, const app::Config& config,
            const std::shared_ptr<const schema::Schema>& schema) {
  auto call = app::parse_call(arguments.explain);
  if (!call) {
    report(call.error());
    return exit_usage;
  }
  call->body = arguments.data;
  const auto identity = app::identity_of(config, arguments.as);
  if (!identity) return report(identity.error());
  const auto text = app::explain_call(config, schema, *call, *identity);
  if (!text) return report(text.error());
  print(*text);
  return exit_ok;
}

}  // namespace

int run(const RulesArguments& arguments) {
  const auto loaded = app::load_config(
      {arguments.common.folder, app::process_environment(), arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  schema::CheckResult check = app::load_project_schema(loaded->config);
  app::check_servable(check);
  const auto schema = app::require_schema(check);
  if (!schema) return report(schema.error());
  if (!arguments.explain.empty()) return explain(arguments, loaded->config, *schema);
  if (!arguments.as.empty() || !arguments.data.empty()) {
    report("--as and --data belong to --explain");
    return exit_usage;
  }
  print(arguments.common.output == Output::json ? app::rules_as_json(*schema)
                                                : app::rules_as_text(*schema));
  return exit_ok;
}

}  // namespace trivet::cli
