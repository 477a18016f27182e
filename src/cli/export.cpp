#include <fmt/format.h>

#include "app/transfer/exporter.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/with_project.h"

namespace trivet::cli {
namespace {

int export_file(const ExportArguments& arguments, app::Offline& project, data::Format format) {
  if (const auto frozen = project.freeze(); !frozen) return report(frozen.error());
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
  return with_project(arguments, [&](app::Offline& project, data::Format format) {
    return export_file(arguments, project, format);
  });
}

}  // namespace trivet::cli
