#include <fmt/format.h>

#include <algorithm>

#include "app/pull/pull.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "store/introspect/conventions/conventions.h"

namespace trivet::cli {
namespace {

using store::introspect::ModelChange;
using store::introspect::Pulled;
using Kind = ModelChange::Kind;

std::string json_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  std::ranges::transform(texts, std::back_inserter(quoted), json_text);
  return fmt::format("[{}]", fmt::join(quoted, ","));
}

std::string json_models(const Pulled& pulled, Kind kind) {
  std::vector<std::string> items;
  for (const ModelChange& change : pulled.changes)
    if (change.kind == kind)
      items.push_back(kind == Kind::changed
                          ? fmt::format("{{\"name\":{},\"changes\":{}}}", json_text(change.name),
                                        json_list(change.details))
                          : json_text(change.name));
  return fmt::format("[{}]", fmt::join(items, ","));
}

std::string as_json(const Pulled& pulled, const std::vector<std::string>& written) {
  return fmt::format(
      "{{\"written\":{},\"added\":{},\"changed\":{},\"removed\":{},\"warnings\":{}}}\n",
      json_list(written), json_models(pulled, Kind::added), json_models(pulled, Kind::changed),
      json_models(pulled, Kind::removed), json_list(pulled.warnings));
}

std::string summary(const Pulled& pulled) {
  std::string text;
  for (const ModelChange& change : pulled.changes) {
    const char* sign = change.kind == Kind::added ? "+" : change.kind == Kind::removed ? "-" : "~";
    text += fmt::format("{} {}\n", sign, change.name);
    for (const std::string& detail : change.details) text += fmt::format("    {}\n", detail);
  }
  return text;
}

void print_notes(const Pulled& pulled) {
  for (const std::string& warning : pulled.warnings)
    print_note(fmt::format("warning: {}\n", warning));
  const bool added = std::ranges::any_of(
      pulled.changes, [](const ModelChange& change) { return change.kind == Kind::added; });
  if (added)
    print_note(
        "New models have no rules, so only the service key reads and writes them. A line like "
        "this\n"
        "in a model opens it:\n\n  @@allow('read', true)\n\n");
}

// "public, audit"
std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    std::string_view name = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), name.size() + 1));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  }
  return names;
}

int print_schema(const DbPullArguments& arguments, const Pulled& pulled) {
  if (arguments.common.output == Output::json) {
    print(as_json(pulled, {}));
    return exit_ok;
  }
  for (const schema::SourceFile& file : pulled.files) {
    if (pulled.files.size() > 1) print(fmt::format("// {}\n", file.path));
    print(file.text);
  }
  print_note(summary(pulled));
  print_notes(pulled);
  return exit_ok;
}

}  // namespace

int run(const DbPullArguments& arguments) {
  const auto loaded = app::load_config(
      {arguments.common.folder, app::process_environment(), arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  const auto pulled = app::pull_schema(
      *loaded,
      {arguments.url, names_in(arguments.schemas), arguments.force == Switch::on ? app::Present::ignore : app::Present::update,
       store::introspect::find_framework(arguments.from)
           .value_or(store::introspect::Framework::none)});
  if (!pulled) return report(pulled.error());
  if (arguments.print == Switch::on) return print_schema(arguments, *pulled);
  const auto written = app::write_pulled(*pulled);
  if (!written) return report(written.error());
  if (arguments.common.output == Output::json) {
    print(as_json(*pulled, *written));
    return exit_ok;
  }
  print(summary(*pulled));
  for (const std::string& path : *written) print(fmt::format("{} written\n", path));
  if (written->empty()) print("the schema is what the database is\n");
  print_notes(*pulled);
  return exit_ok;
}

}  // namespace trivet::cli
