#include <fmt/format.h>

#include "app/transfer/importer.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/with_project.h"

namespace trivet::cli {
namespace {

std::string error_text(const Error& error) {
  std::string text = error.message;
  if (!error.details.empty()) text += " " + error.details;
  return text;
}

void print_summary(const ImportArguments& arguments, const app::ImportSummary& summary,
                   double seconds) {
  const auto rate =
      static_cast<uint64_t>(static_cast<double>(summary.rows) / std::max(seconds, 0.001));
  if (arguments.common.output == Output::json) {
    print(fmt::format(
        "{{\"model\":{},\"rows\":{},\"bad_rows\":{},\"stopped\":{},\"seconds\":{:.3f},\"rows_per_"
        "second\":{}}}\n",
        json_text(arguments.model), summary.rows, summary.bad, summary.stopped, seconds, rate));
    return;
  }
  print(fmt::format("{}: {} rows in {:.2f} s ({}/s)", arguments.model, grouped(summary.rows),
                    seconds, grouped(rate)));
  if (summary.bad > 0)
    print(fmt::format(", {} bad {}", grouped(summary.bad),
                      summary.stopped ? "row: stopped there" : "rows left out"));
  print("\n");
}

int import_file(const ImportArguments& arguments, app::Offline& project, data::Format format) {
  const auto target = app::Target::find(project.schema(), arguments.model);
  if (!target) return report(target.error());
  auto source = data::open_source(arguments.file);
  if (!source) return report(source.error());
  Progress progress(arguments.model, (*source)->size(), arguments.quiet);
  app::ImportOptions options;
  options.batch_rows = arguments.batch;
  options.bad_rows = arguments.skip_bad == Switch::on ? app::BadRows::skip : app::BadRows::stop;
  options.known = arguments.upsert == Switch::on ? app::KnownRows::replace : app::KnownRows::refuse;
  options.progress = [&](const app::ImportProgress& now) { progress.update(now.rows, now.bytes); };
  options.bad_row = [&](const app::BadRow& bad) {
    progress.clear();
    print_note(fmt::format("{}:{}: {}\n", arguments.file, bad.line, error_text(bad.error)));
  };
  auto reader = data::make_row_reader(*std::move(source), format, {});
  const auto summary = app::import_rows(project.engine(), *target, std::move(reader), options);
  progress.clear();
  if (!summary) return report(summary.error());
  // New rows, new statistics: without them the planner chooses indexes by guess.
  if (const auto settled = project.driver().settle(); !settled) return report(settled.error());
  print_summary(arguments, *summary, progress.seconds());
  return summary->stopped ? exit_failure : exit_ok;
}

}  // namespace

int run(const ImportArguments& arguments) {
  return with_project(arguments, [&](app::Offline& project, data::Format format) {
    return import_file(arguments, project, format);
  });
}

}  // namespace trivet::cli
