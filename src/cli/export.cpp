#include <fmt/format.h>

#include "app/offline.h"
#include "app/transfer/exporter.h"
#include "cli/commands.h"
#include "cli/file_format.h"
#include "cli/progress.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

int export_file(const ExportArguments& arguments, app::Offline& project, data::Format format) {
  const auto target = app::Target::find(project.schema(), arguments.model);
  if (!target) return report(target.error());
  auto sink = data::open_sink(arguments.file);
  if (!sink) return report(sink.error());
  const auto writer =
      data::make_row_writer(*std::move(sink), format, app::export_columns(*target), {});
  Progress progress(arguments.model, std::nullopt, arguments.quiet);
  app::ExportOptions options;
  options.progress = [&](uint64_t rows) { progress.update(rows, 0); };
  const auto rows = app::export_rows(project.engine(), *target, *writer, options);
  progress.clear();
  if (!rows) return report(rows.error());
  if (const auto finished = writer->finish(); !finished) return report(finished.error());
  if (arguments.quiet == Switch::off)
    print_note(fmt::format("{}: {} rows in {:.2f} s\n", arguments.model, grouped(*rows),
                           progress.seconds()));
  return exit_ok;
}

}  // namespace

int run(const ExportArguments& arguments) {
  const auto environment = app::process_environment();
  const auto format = file_format(arguments.format, arguments.file);
  if (!format) {
    report(format.error());
    return exit_usage;
  }
  const auto loaded =
      app::load_config({arguments.common.folder, environment, arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  const auto project = app::Offline::open(*loaded, environment);
  if (!project) return report(project.error());
  return export_file(arguments, **project, *format);
}

}  // namespace trivet::cli
