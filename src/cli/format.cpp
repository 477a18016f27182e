#include "schema/format.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "app/project.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

enum class Formatted : uint8_t { same, changed, failed };

std::string read_all(std::istream& stream) {
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

Formatted show_errors(const schema::SourceFile& file, const schema::FormatResult& formatted) {
  for (const schema::Diagnostic& diagnostic : formatted.diagnostics)
    print_note(schema::render_diagnostic({file}, diagnostic));
  return Formatted::failed;
}

Formatted format_stdin() {
  const schema::SourceFile file{"<stdin>", read_all(std::cin)};
  const schema::FormatResult formatted = schema::format_schema(file);
  if (!formatted.diagnostics.empty()) return show_errors(file, formatted);
  print(formatted.text);
  return formatted.text == file.text ? Formatted::same : Formatted::changed;
}

Formatted format_file(const std::string& path, Switch check_only) {
  if (path == "-") return format_stdin();
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    report(fmt::format("{}: can't be read", path));
    return Formatted::failed;
  }
  const schema::SourceFile file{path, read_all(stream)};
  const schema::FormatResult formatted = schema::format_schema(file);
  if (!formatted.diagnostics.empty()) return show_errors(file, formatted);
  if (formatted.text == file.text) return Formatted::same;
  print_note(fmt::format("{} {}\n", check_only == Switch::on ? "would change" : "formatted", path));
  if (check_only == Switch::on) return Formatted::changed;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  if (!(out << formatted.text).flush()) {
    report(fmt::format("{}: can't be written", path));
    return Formatted::failed;
  }
  return Formatted::changed;
}

std::vector<std::string> project_files() {
  std::vector<std::string> paths;
  for (const schema::SourceFile& file : app::load_project_schema({}).files)
    paths.push_back(file.path);
  return paths;
}

}  // namespace

int run(const FormatArguments& arguments) {
  const std::vector<std::string> files =
      arguments.files.empty() ? project_files() : arguments.files;
  if (files.empty())
    return report("no schema here: name a file, or run this in a project's folder");
  int code = exit_ok;
  for (const std::string& file : files) {
    const Formatted outcome = format_file(file, arguments.check);
    if (outcome == Formatted::failed) code = exit_failure;
    if (outcome == Formatted::changed && arguments.check == Switch::on) code = exit_failure;
  }
  return code;
}

}  // namespace trivet::cli
