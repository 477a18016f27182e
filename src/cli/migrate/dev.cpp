// migrate dev: asks what a name became, and for consent, on a terminal; refuses elsewhere.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "app/migrate/develop.h"
#include "cli/migrate/common.h"

namespace trivet::cli {
namespace {

using store::sql::Rename;

bool can_ask(const Common& common) {
  return common.output == Output::text && ::isatty(STDIN_FILENO) == 1 && error_is_terminal();
}

std::string ask(const std::string& question) {
  print_note(question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer;
}

// What of `undecided` is about the same table or column as the first one.
std::vector<Rename> about_first(const std::vector<Rename>& undecided) {
  std::vector<Rename> same;
  for (const Rename& rename : undecided)
    if (rename.column == undecided.front().column && rename.table == undecided.front().table)
      same.push_back(rename);
  return same;
}

std::string old_name(const Rename& rename) {
  return rename.column.empty() ? rename.table : rename.table + "." + rename.column;
}

// Adds the answer to the choices; false if there was none.
bool ask_rename(const std::vector<Rename>& candidates, app::RenameChoices& choices) {
  const std::string old = old_name(candidates.front());
  std::string question = fmt::format("{} is gone from the schema. What became of it?\n", old);
  for (size_t i = 0; i < candidates.size(); ++i)
    question += fmt::format("  {}  it is {} now\n", i + 1, candidates[i].to);
  question += fmt::format("  {}  it goes, and its data with it\n> ", candidates.size() + 1);
  const std::string answer = ask(question);
  const size_t number = answer.size() == 1 && answer[0] > '0' && answer[0] <= '9'
                            ? static_cast<size_t>(answer[0] - '0')
                            : 0;
  if (number == 0 || number > candidates.size() + 1) return false;
  if (number > candidates.size())
    choices.drops.push_back(old);
  else
    choices.renames.push_back(app::written(candidates[number - 1]));
  return true;
}

int refuse_undecided(const std::vector<Rename>& undecided) {
  std::string text = "nothing was written: what became of these names?\n";
  for (const Rename& rename : undecided)
    text += fmt::format("  {}: --rename {} if it has a new name, --drop {} if it goes\n",
                        old_name(rename), app::written(rename), old_name(rename));
  text.pop_back();
  return report(text);
}

struct Outcome {
  std::string baseline;  // its name, if one was taken
  std::vector<std::string> applied;
  std::string created;
  std::string not_reversible;
  app::SchemaChange change;
};

int finish(const MigrateDevArguments& arguments, const Outcome& outcome) {
  const bool is_applied = arguments.create_only == Switch::off;
  if (arguments.common.output == Output::json) {
    print(fmt::format(
        "{{\"baseline\":{},\"applied\":{},\"created\":{},\"reversible\":{},\"changes\":{},"
        "\"dangers\":{}}}\n",
        outcome.baseline.empty() ? "null" : json_text(outcome.baseline),
        json_texts(outcome.applied), outcome.created.empty() ? "null" : json_text(outcome.created),
        outcome.not_reversible.empty(), json_texts(store::sql::summarize(outcome.change.diff)),
        json_dangers(outcome.change.dangers)));
    return exit_ok;
  }
  if (!outcome.created.empty()) {
    for (const std::string& line : store::sql::summarize(outcome.change.diff))
      print(fmt::format("  {}\n", line));
    print(fmt::format("{} {}\n", is_applied ? "created and applied" : "created", outcome.created));
    if (!outcome.not_reversible.empty())
      print_note(fmt::format("it has no down.sql: {}\n", outcome.not_reversible));
  } else if (outcome.baseline.empty() && outcome.applied.empty()) {
    print("the migrations are what the schema says\n");
  }
  return exit_ok;
}

// Asks until every name is decided. Empty if that ended without an answer.
result<app::SchemaChange> decide(const MigrateDevArguments& arguments,
                                 app::MigrationProject& project, const app::DevelopStart& start) {
  app::RenameChoices choices{arguments.renames, arguments.drops};
  for (;;) {
    TRIVET_TRY(app::SchemaChange change, app::plan_change(project, start, choices));
    if (change.undecided.empty() || !can_ask(arguments.common)) return change;
    if (!ask_rename(about_first(change.undecided), choices)) return change;
  }
}

// What is lost is consented to by its flag, or by a word on a terminal.
bool consents(const MigrateDevArguments& arguments, const app::SchemaChange& change) {
  if (arguments.accept_data_loss == Switch::on) return true;
  const auto refused = app::refused_dangers(change.dangers, {false, true});
  if (refused.empty() || arguments.create_only == Switch::on || !can_ask(arguments.common))
    return false;
  return ask("Data is lost. Do it all the same? [y/N] ") == "y";
}

int make_migration(const MigrateDevArguments& arguments, app::MigrationProject& project,
                   const app::DevelopStart& start, Outcome& outcome) {
  auto change = decide(arguments, project, start);
  if (!change) return report(change.error());
  outcome.change = *std::move(change);
  if (!outcome.change.undecided.empty()) return refuse_undecided(outcome.change.undecided);
  if (outcome.change.diff.empty() && arguments.create_only == Switch::off)
    return finish(arguments, outcome);
  if (arguments.common.output == Output::text) print_dangers(outcome.change.dangers, "");
  app::WriteOptions options;
  options.words = arguments.name;
  options.accepted = {consents(arguments, outcome.change), arguments.accept_breaking == Switch::on};
  options.apply = arguments.create_only == Switch::on ? app::Apply::later : app::Apply::now;
  const auto written = app::write_change(project, start, outcome.change, options);
  if (!written) return report(written.error());
  outcome.created = written->name;
  outcome.not_reversible = written->not_reversible;
  return finish(arguments, outcome);
}

int develop(const MigrateDevArguments& arguments, app::MigrationProject& project) {
  Outcome outcome;
  if (arguments.baseline == Switch::on) {
    const auto name = app::take_baseline(project, std::chrono::seconds(arguments.wait));
    if (!name) return report(name.error());
    outcome.baseline = *name;
    if (arguments.common.output == Output::text)
      print(fmt::format("{} holds the database as it is, and is recorded as applied\n", *name));
  }
  const auto start = app::begin_develop(
      project, deploy_options(arguments.accept_data_loss, Switch::on, arguments.wait));
  if (!start) return report(start.error());
  outcome.applied = start->pending.done;
  if (arguments.common.output == Output::text) {
    print_links(start->pending.links);
    for (const std::string& name : outcome.applied) print(fmt::format("applied {}\n", name));
  }
  return make_migration(arguments, project, *start, outcome);
}

}  // namespace

int run(const MigrateDevArguments& arguments) {
  return with_migrations(arguments.common, [&](app::MigrationProject& project) {
    return develop(arguments, project);
  });
}

}  // namespace trivet::cli
