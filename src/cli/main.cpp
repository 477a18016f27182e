// trivet: the command line. Words → Command → its function.
#include <malloc.h>

#include <csignal>
#include <variant>

#include "cli/commands.h"
#include "cli/words/parse.h"

int main(int count, char** words) {
  // Threads that each keep an arena of their own would multiply the memory of an idle server.
  mallopt(M_ARENA_MAX, 2);
  // A closed pipe or connection is an error value where it is written to.
  std::signal(SIGPIPE, SIG_IGN);
  const auto parsed = trivet::cli::parse(count, words);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  return std::visit([](const auto& arguments) { return trivet::cli::run(arguments); },
                    std::get<trivet::cli::Command>(parsed));
}
