#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "app/check.h"
#include "app/project.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "engine/explain/lint.h"

namespace trivet::cli {
namespace {

std::string json_diagnostic(const schema::CheckResult& check,
                            const schema::Diagnostic& diagnostic) {
  std::string file;
  schema::LineColumn place;
  if (diagnostic.where.file < check.files.size()) {
    const schema::SourceFile& source = check.files[diagnostic.where.file];
    file = source.path;
    place = schema::line_column(source.text, diagnostic.where.begin);
  }
  return fmt::format(R"({{"file":{},"line":{},"column":{},"kind":{},"message":{},"hint":{}}})",
                     json_text(file), place.line, place.column,
                     json_text(schema::diagnostic_kind_name(diagnostic.kind)),
                     json_text(diagnostic.message), json_text(diagnostic.hint));
}

void print_json(const schema::CheckResult& check) {
  std::string text = fmt::format("{{\"ok\":{},\"diagnostics\":[", check.ok());
  for (size_t i = 0; i < check.diagnostics.size(); ++i)
    text += (i == 0 ? "\n  " : ",\n  ") + json_diagnostic(check, check.diagnostics[i]);
  print(text + "]}\n");
}

std::string summary(const schema::Schema& schema) {
  const auto count = [](size_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  return fmt::format("valid: {}, {}, {}\n", count(schema.models.size(), "model"),
                     count(schema.enums.size(), "enum"),
                     count(schema.relations.size(), "relation"));
}

}  // namespace

int run(const ValidateArguments& arguments) {
  const auto loaded = app::load_config(
      {arguments.common.folder, app::process_environment(), arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  schema::CheckResult check = app::load_project_schema(loaded->config);
  app::check_servable(check);
  if (check.ok()) std::ranges::move(engine::lint_rules(check.schema), std::back_inserter(check.diagnostics));
  if (arguments.common.output == Output::json) {
    print_json(check);
  } else {
    print_note(app::render_diagnostics(check));
    if (check.ok()) print(summary(*check.schema));
  }
  return check.ok() ? exit_ok : exit_failure;
}

}  // namespace trivet::cli
