#include <fmt/format.h>

#include "app/version.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {

int run(const VersionArguments& arguments) {
  if (arguments.output == Output::json)
    print(fmt::format("{{\"name\":\"trivet\",\"version\":\"{}\",\"sqlite\":\"{}\"}}\n",
                      app::version(), app::sqlite_version()));
  else
    print(fmt::format("trivet {} (SQLite {})\n", app::version(), app::sqlite_version()));
  return exit_ok;
}

int run(const CompletionArguments& arguments) {
  print(arguments.script);
  return exit_ok;
}

}  // namespace trivet::cli
