#include "cli/migrate/common.h"

#include <fmt/format.h>

#include <algorithm>

namespace trivet::cli {

result<std::unique_ptr<app::MigrationProject>> open_project(const Common& common) {
  const auto environment = app::process_environment();
  TRIVET_TRY(const app::LoadedConfig loaded,
             app::load_config({common.folder, environment, common.overrides}));
  return app::MigrationProject::open(loaded, environment);
}

std::string json_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  std::ranges::transform(texts, std::back_inserter(quoted), json_text);
  return fmt::format("[{}]", fmt::join(quoted, ","));
}

std::string json_dangers(const std::vector<app::Danger>& dangers) {
  std::vector<std::string> items;
  for (const app::Danger& danger : dangers)
    items.push_back(fmt::format(
        "{{\"kind\":{},\"table\":{},\"column\":{},\"rows\":{},\"text\":{},\"advice\":{}}}",
        json_text(app::danger_name(danger.kind)), json_text(danger.table),
        danger.column.empty() ? "null" : json_text(danger.column), danger.rows,
        json_text(danger.text), json_text(danger.advice)));
  return fmt::format("[{}]", fmt::join(items, ","));
}

std::string json_links(const std::vector<app::ChainLink>& links) {
  std::vector<std::string> items;
  for (const app::ChainLink& link : links)
    items.push_back(fmt::format("{{\"name\":{},\"changes\":{},\"dangers\":{}}}",
                                json_text(link.name), json_texts(store::sql::summarize(link.diff)),
                                json_dangers(link.dangers)));
  return fmt::format("[{}]", fmt::join(items, ","));
}

void print_dangers(const std::vector<app::Danger>& dangers, const std::string& indent) {
  for (const app::Danger& danger : dangers) {
    print_note(fmt::format("{}{}: {}\n", indent, bold(app::danger_name(danger.kind)), danger.text));
    if (!danger.advice.empty()) print_note(fmt::format("{}  {}\n", indent, dim(danger.advice)));
  }
}

void print_links(const std::vector<app::ChainLink>& links) {
  for (const app::ChainLink& link : links) {
    std::vector<app::Danger> dangers = link.dangers;
    std::erase_if(dangers, [](const app::Danger& danger) { return danger.rows == 0; });
    if (dangers.empty()) continue;
    print_note(fmt::format("{}:\n", link.name));
    print_dangers(dangers);
  }
}

int print_report(const Common& common, const app::DeployReport& report_, const std::string& word) {
  for (const std::string& warning : report_.warnings)
    print_note(fmt::format("warning: {}\n", warning));
  if (common.output == Output::json) {
    print(fmt::format("{{\"{}\":{},\"migrations\":{},\"warnings\":{}}}\n", word,
                      json_texts(report_.done), json_links(report_.links),
                      json_texts(report_.warnings)));
  } else {
    print_links(report_.links);
    for (const std::string& name : report_.done) print(fmt::format("{} {}\n", word, name));
  }
  return report_.error ? report(*report_.error) : exit_ok;
}

app::DeployOptions deploy_options(Switch data_loss, Switch breaking, uint32_t wait) {
  return {{data_loss == Switch::on, breaking == Switch::on}, std::chrono::seconds(wait)};
}

}  // namespace trivet::cli
