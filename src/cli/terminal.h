// How commands talk: results to standard output, errors to standard error with the program's name.
// Colours only on a terminal, and never with NO_COLOR set. Blocking; one thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace trivet::cli {

// "trivet: …" on standard error. Returns exit_failure, for `return report(error);`.
int report(const Error& error);
int report(std::string_view message);
void print(std::string_view text);       // standard output
void print_note(std::string_view text);  // standard error

[[nodiscard]] bool error_is_terminal();
// The text in bold or dim, if standard error is a terminal that wants colours.
[[nodiscard]] std::string bold(std::string_view text);
[[nodiscard]] std::string dim(std::string_view text);

// A JSON string, quotes included.
[[nodiscard]] std::string json_text(std::string_view text);

}  // namespace trivet::cli
