// Words of the command line → Command. Help, usage errors and completion come from the same
// description. Writes help to standard output and usage errors to standard error. Heavy to compile,
// light to include.
#pragma once

#include <variant>

#include "cli/commands.h"

namespace trivet::cli {

// The command to run, or the exit code when there is none (help was shown, or the words were
// wrong).
[[nodiscard]] std::variant<Command, int> parse(int count, const char* const* words);

}  // namespace trivet::cli
