#include "api/openapi/document.h"

#include "app/project.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "data/byte_source.h"

namespace trivet::cli {

int run(const OpenapiArguments& arguments) {
  const auto loaded = app::load_config(
      {arguments.common.folder, app::process_environment(), arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  const auto schema = app::require_schema(app::load_project_schema(loaded->config));
  if (!schema) return report(schema.error());
  auto sink = data::open_sink(arguments.file);
  if (!sink) return report(sink.error());
  const std::string document =
      api::openapi::make_document(**schema, api::openapi::FullAccess(), {});
  if (const auto written = (*sink)->write(document + '\n'); !written)
    return report(written.error());
  if (const auto finished = (*sink)->finish(); !finished) return report(finished.error());
  return exit_ok;
}

}  // namespace trivet::cli
