// The opening that `trivet import` and `trivet export` share: the file's format, the configuration, the
// project. Blocking.
#pragma once

#include "app/offline.h"
#include "cli/commands.h"
#include "cli/file_format.h"
#include "cli/terminal.h"

namespace trivet::cli {

// Calls `use(project, format)` for its exit code; what can't be opened is reported instead.
template <class Arguments, class Use>
int with_project(const Arguments& arguments, Use use) {
  const auto format = file_format(arguments.format, arguments.file);
  if (!format) {
    report(format.error());
    return exit_usage;
  }
  const auto environment = app::process_environment();
  const auto loaded =
      app::load_config({arguments.common.folder, environment, arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  const auto project = app::Offline::open(*loaded, environment);
  if (!project) return report(project.error());
  return use(**project, *format);
}

}  // namespace trivet::cli
