#include "cli/words/completion.h"

#include <fmt/format.h>

namespace trivet::cli {
namespace {

std::string choices(const CompletionWord& word) {
  return fmt::format("{}{}{}", fmt::join(word.commands, " "), word.commands.empty() ? "" : " ",
                     fmt::join(word.options, " "));
}

// Words that don't begin with a dash and name a command say where we are; files complete by
// default.
std::string bash_cases(const std::vector<CompletionWord>& words) {
  std::string cases;
  for (const CompletionWord& word : words)
    cases += fmt::format("    '{}') words='{}' ;;\n", word.path, choices(word));
  return cases;
}

std::string bash_commands(const std::vector<CompletionWord>& words) {
  std::string names;
  for (const CompletionWord& word : words) {
    if (word.path.empty()) continue;
    names += fmt::format("{}'{}'", names.empty() ? "" : "|", word.path);
  }
  return names;
}

std::string bash(const std::vector<CompletionWord>& words) {
  return fmt::format(R"sh(# bash completion for trivet:  eval "$(trivet completion bash)"
_trivet() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" path='' words='' next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="${{path:+$path }}${{COMP_WORDS[i]}}"
    case "$next" in {}) path="$next" ;; esac
  done
  case "$path" in
{}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o bashdefault -o default -F _trivet trivet
)sh",
                     bash_commands(words), bash_cases(words));
}

std::string zsh(const std::vector<CompletionWord>& words) {
  return fmt::format(R"sh(#compdef trivet
# zsh completion for trivet:  eval "$(trivet completion zsh)"
_trivet() {{
  local trail='' chosen='' next i
  for ((i = 2; i < CURRENT; i++)); do
    next="${{trail:+$trail }}${{words[i]}}"
    case "$next" in ({}) trail="$next" ;; esac
  done
  case "$trail" in
{}  esac
  compadd -- ${{=chosen}}
  _files
}}
compdef _trivet trivet
)sh",
                     bash_commands(words), [&] {
                       std::string cases;
                       for (const CompletionWord& word : words)
                         cases +=
                             fmt::format("    ('{}') chosen='{}' ;;\n", word.path, choices(word));
                       return cases;
                     }());
}

std::string escape_fish(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string fish(const std::vector<CompletionWord>& words) {
  std::string script = "# fish completion for trivet:  trivet completion fish | source\n";
  for (const CompletionWord& word : words) {
    const size_t space = word.path.rfind(' ');
    const std::string last = space == word.path.npos ? word.path : word.path.substr(space + 1);
    const std::string above = space == word.path.npos ? "" : word.path.substr(0, space);
    if (!word.path.empty())
      script += fmt::format(
          "complete -c trivet -n '{}' -a {} -d '{}'\n",
          above.empty() ? "__fish_use_subcommand" : "__fish_seen_subcommand_from " + above, last,
          escape_fish(word.help));
    for (const std::string& option : word.options)
      script +=
          fmt::format("complete -c trivet{} -l {}\n",
                      word.path.empty() ? "" : " -n '__fish_seen_subcommand_from " + last + "'",
                      option.substr(2));
  }
  return script;
}

}  // namespace

std::string completion_script(std::string_view shell, const std::vector<CompletionWord>& words) {
  if (shell == "bash") return bash(words);
  if (shell == "zsh") return zsh(words);
  if (shell == "fish") return fish(words);
  return {};
}

}  // namespace trivet::cli
