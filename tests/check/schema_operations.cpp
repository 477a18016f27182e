#include "operations.h"
#include "schema/dmmf.h"
#include "schema/format.h"
#include "schema/schema.h"

namespace trivet::check {
namespace {

using namespace trivet::schema;

std::vector<SourceFile> read_files(simdjson::dom::object request) {
  std::vector<SourceFile> files;
  for (const auto [path, text] : request["files"].get_object()) {
    files.push_back({std::string(path), std::string(std::string_view(text.get_string()))});
  }
  return files;
}

// All of them, warnings too, or only the errors.
std::string render(const std::vector<SourceFile>& files, const std::vector<Diagnostic>& diagnostics, bool warnings) {
  std::string out = "[";
  for (const auto& d : diagnostics) {
    if ((d.kind == DiagnosticKind::warning) != warnings) continue;
    if (out.size() > 1) out += ',';
    const bool known = d.where.file < files.size();
    const auto place = known ? line_column(files[d.where.file].text, d.where.begin) : LineColumn{};
    out += "{\"file\":" + json_string(known ? files[d.where.file].path : "") + ",\"line\":" + std::to_string(place.line) +
           ",\"column\":" + std::to_string(place.column) + ",\"code\":" + json_string(diagnostic_kind_name(d.kind)) +
           ",\"message\":" + json_string(d.message) + ",\"hint\":" + json_string(d.hint) + "}";
  }
  return out + "]";
}

std::string report(const CheckResult& result) {
  return std::string("{\"ok\":") + (result.ok() ? "true" : "false") +
         ",\"errors\":" + render(result.files, result.diagnostics, false) +
         ",\"warnings\":" + render(result.files, result.diagnostics, true);
}

}  // namespace

std::string schema_check(simdjson::dom::object request) { return report(check_schema(read_files(request))) + "}"; }

std::string schema_dmmf(simdjson::dom::object request) {
  const auto result = check_schema(read_files(request));
  auto out = report(result);
  if (result.ok()) out += ",\"dmmf\":" + render_dmmf(*result.schema);
  return out + "}";
}

std::string schema_format(simdjson::dom::object request) {
  const auto files = read_files(request);
  if (files.empty()) return R"({"error":"no files"})";
  const auto result = format_schema(files[0]);
  return "{\"ok\":" + std::string(result.diagnostics.empty() ? "true" : "false") + ",\"text\":" + json_string(result.text) +
         ",\"errors\":" + render({files[0]}, result.diagnostics, false) + "}";
}

}  // namespace trivet::check
