#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/limits.h"
#include "schema/check/values.h"
#include "schema/parse/parser.h"
#include "schema/schema.h"

namespace trivet::schema {
namespace {

namespace fs = std::filesystem;

bool read_file(const fs::path& path, std::string& out) {
  std::error_code failure;
  if (fs::is_directory(path, failure)) return false;
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  const auto size = fs::file_size(path, failure);
  // One byte more than allowed is enough for the checker to refuse the schema by its size.
  const size_t max = std::min<uint64_t>(failure ? 0 : size, Limits{}.schema_bytes_max + 1);
  out.resize(max);
  in.read(out.data(), static_cast<std::streamsize>(max));
  out.resize(static_cast<size_t>(in.gcount()));
  return true;
}

CheckResult failure(const std::string& path, std::string message, std::string hint) {
  CheckResult result;
  result.files.push_back({path, {}});
  result.diagnostics.push_back({DiagnosticKind::unknown, {}, std::move(message), std::move(hint)});
  return result;
}

// The files that `root` imports, and theirs.
std::vector<SourceFile> follow_imports(const std::string& root) {
  std::vector<SourceFile> files;
  std::set<std::string> seen{fs::path(root).lexically_normal().string()};
  std::vector<std::string> waiting{root};
  size_t bytes = 0;
  for (size_t i = 0; i < waiting.size() && bytes <= Limits{}.schema_bytes_max; ++i) {
    SourceFile file{waiting[i], {}};
    if (!read_file(waiting[i], file.text)) continue;  // the checker reports it at the import
    bytes += file.text.size();
    Report ignored;
    const LexInput input{file.text, file_kind(file.path), 0};
    const auto stream = lex(input, ignored);
    for (const auto& import : parse(input, stream, ignored).imports) {
      const auto target = import_target(waiting[i], import.path);
      if (seen.insert(fs::path(target).lexically_normal().string()).second) waiting.push_back(target);
    }
    files.push_back(std::move(file));
  }
  return files;
}

std::vector<SourceFile> prisma_files(const fs::path& folder) {
  std::vector<std::string> paths;
  std::error_code failed;
  const auto take = [&](const fs::directory_entry& entry) {
    if (entry.path().extension() == ".prisma" && entry.is_regular_file(failed)) paths.push_back(entry.path().string());
  };
  for (const auto& entry : fs::directory_iterator(folder, failed)) take(entry);
  for (const auto& entry : fs::recursive_directory_iterator(folder / "prisma", failed)) take(entry);
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> files;
  for (const auto& path : paths) {
    SourceFile file{path, {}};
    if (read_file(path, file.text)) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

CheckResult load_schema(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    std::string text;
    if (!read_file(path, text)) return failure(path, "can't read " + path, "create it with: trivet init NAME");
    return check_schema(follow_imports(path));
  }
  const auto zmodel = fs::path(path) / "schema.zmodel";
  if (fs::exists(zmodel, failed)) return check_schema(follow_imports(zmodel.string()));
  auto files = prisma_files(path);
  if (files.empty()) {
    return failure(path, "there is no schema.zmodel and no .prisma file in " + path, "create one with: trivet init NAME");
  }
  return check_schema(std::move(files));
}

}  // namespace trivet::schema
