#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/move/move.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

using app::Finding;
using app::Weight;

std::string line_of(const Finding& finding) {
  return fmt::format("{}{}{}{}\n", finding.weight == Weight::stop ? "can't be moved: " : "note: ",
                     finding.place, finding.place.empty() ? "" : ": ", finding.text);
}

std::string json_findings(const std::vector<Finding>& findings) {
  std::vector<std::string> items;
  for (const Finding& finding : findings)
    items.push_back(fmt::format("{{\"stops\":{},\"place\":{},\"text\":{}}}",
                                finding.weight == Weight::stop, json_text(finding.place),
                                json_text(finding.text)));
  return fmt::format("[{}]", fmt::join(items, ","));
}

std::string json_tables(const std::vector<app::TableSum>& sums) {
  std::vector<std::string> items;
  for (const app::TableSum& sum : sums)
    items.push_back(fmt::format("{{\"table\":{},\"rows\":{},\"checksum\":\"{:016x}\"}}",
                                json_text(sum.name), sum.rows, sum.checksum));
  return fmt::format("[{}]", fmt::join(items, ","));
}

void print_summary(const app::Move& move, const app::MoveSummary& summary) {
  for (const app::TableSum& sum : summary.sums)
    print(fmt::format("{}: {} rows, checksum {:016x}\n", sum.name, grouped(sum.rows), sum.checksum));
  print(fmt::format("equal after {} passes; {} written, {} removed\n\n", summary.passes,
                    grouped(summary.added), grouped(summary.removed)));
  print(fmt::format(
      "To switch over:\n"
      "  1. stop what writes to {}\n"
      "  2. run the same command with --again: it takes what came since\n"
      "  3. in the schema's datasource: provider = \"{}\"; in trivet.toml: [database] url = the target's\n"
      "  4. trivet serve\n",
      move.source_place(), app::provider_name(move.target_provider())));
}

// The exit code where the report is all; nullopt: go on.
std::optional<int> print_report(const DbMoveArguments& arguments, const app::Move& move) {
  const bool json = arguments.common.output == Output::json;
  const bool ends = arguments.dry_run == Switch::on || !move.can_run();
  if (json && ends) print(fmt::format("{{\"moved\":false,\"findings\":{}}}\n", json_findings(move.findings())));
  if (!json)
    for (const Finding& finding : move.findings()) print_note(line_of(finding));
  if (!move.can_run()) return report("nothing was moved");
  if (!ends) return std::nullopt;
  if (!json) print(fmt::format("{} can be moved to {}\n", move.source_place(), move.target_place()));
  return exit_ok;
}

int move_data(const DbMoveArguments& arguments, app::Move& move) {
  std::optional<Progress> progress;
  app::MoveHooks hooks;
  hooks.progress = [&](const app::PassProgress& at) {
    if (!progress) progress.emplace("move", at.rows_total, arguments.quiet);
    progress->update(at.rows, at.rows);
  };
  hooks.note = [&](const std::string& text) {
    if (progress) progress->clear();
    progress.reset();
    if (arguments.quiet == Switch::off) print_note(text + '\n');
  };
  const auto summary = move.run(hooks);
  if (progress) progress->clear();
  if (!summary) return report(summary.error());
  if (arguments.common.output == Output::json)
    print(fmt::format("{{\"moved\":true,\"passes\":{},\"written\":{},\"removed\":{},\"tables\":{},"
                      "\"findings\":{}}}\n",
                      summary->passes, summary->added, summary->removed, json_tables(summary->sums),
                      json_findings(move.findings())));
  else
    print_summary(move, *summary);
  return exit_ok;
}

}  // namespace

int run(const DbMoveArguments& arguments) {
  const auto environment = app::process_environment();
  const auto loaded =
      app::load_config({arguments.common.folder, environment, arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  app::MoveOptions options;
  options.source = arguments.source;
  options.target = arguments.target;
  options.times = arguments.round_times == Switch::on ? app::Times::round : app::Times::keep;
  options.again = arguments.again;
  const auto move = app::Move::prepare(*loaded, environment, std::move(options));
  if (!move) return report(move.error());
  if (const auto ended = print_report(arguments, **move)) return *ended;
  return move_data(arguments, **move);
}

}  // namespace trivet::cli
