// Completion scripts for shells, from a description of the words. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trivet::cli {

struct CompletionWord {
  std::string path;  // "db push"; empty = trivet itself
  std::string help;
  std::vector<std::string> commands;  // below it
  std::vector<std::string> options;   // "--json"
};

// `shell` is bash, zsh or fish; empty for any other.
[[nodiscard]] std::string completion_script(std::string_view shell,
                                            const std::vector<CompletionWord>& words);

}  // namespace trivet::cli
