// The files of a new project. Static text; NAME stands for the project's name.
#pragma once

#include <span>
#include <string_view>

namespace trivet::cli {

struct TemplateFile {
  std::string_view path;
  std::string_view text;
};

[[nodiscard]] std::span<const TemplateFile> project_template();

}  // namespace trivet::cli
