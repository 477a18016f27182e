#include "app/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

using Kind = app::Finding::Kind;

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::good:
      return "ok";
    case Kind::warning:
      return "warning";
    case Kind::problem:
      return "problem";
  }
  return "";
}

std::string as_json(const app::Finding& finding) {
  return fmt::format(R"({{"kind":"{}","about":{},"text":{}}})", kind_name(finding.kind),
                     json_text(finding.about), json_text(finding.text));
}

}  // namespace

int run(const DoctorArguments& arguments) {
  const std::vector<app::Finding> findings = app::examine(
      {arguments.common.folder, app::process_environment(), arguments.common.overrides});
  std::string json = "[";
  for (const app::Finding& finding : findings) {
    if (arguments.common.output == Output::json)
      json += (json.size() > 1 ? ",\n " : "") + as_json(finding);
    else
      print(fmt::format("{:<8} {:<14} {}\n", kind_name(finding.kind), finding.about, finding.text));
  }
  if (arguments.common.output == Output::json) print(json + "]\n");
  const bool healthy = std::ranges::none_of(
      findings, [](const auto& finding) { return finding.kind == Kind::problem; });
  return healthy ? exit_ok : exit_failure;
}

}  // namespace trivet::cli
