#include "schema/check/context.h"
#include "schema/check/passes.h"
#include "schema/parse/parser.h"
#include "schema/schema.h"

#include "base/limits.h"

namespace trivet::schema {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

void parse_file(Context& c, uint32_t file) {
  const auto& source = c.files[file];
  c.kinds.push_back(file_kind(source.path));
  c.trees.emplace_back();
  if (const auto bad = find_invalid_utf8(source.text); bad != std::string_view::npos) {
    const auto at = static_cast<uint32_t>(bad);
    c.error(DiagnosticKind::syntax, {file, at, at + 1}, "the file is not valid UTF-8", "save it as UTF-8");
    return;
  }
  const LexInput input{source.text, c.kinds[file], file};
  const auto stream = lex(input, c.report);
  c.trees[file] = parse(input, stream, c.report);
}

bool within_size(Context& c) {
  size_t bytes = 0;
  for (auto& file : c.files) {
    if (file.text.starts_with(byte_order_mark)) file.text.erase(0, byte_order_mark.size());
    bytes += file.text.size();
  }
  const size_t max = Limits{}.schema_bytes_max;
  if (bytes <= max) return true;
  c.error(DiagnosticKind::range, {}, "the schema is larger than " + std::to_string(max) + " bytes");
  return false;
}

using Pass = void (*)(Context&);

// In order; each relies on the ones before it.
constexpr Pass passes[] = {
    resolve_imports, collect_declarations, check_datasource,    check_enums,     check_signatures,
    expand_shapes,   resolve_types,        bind_attributes,     check_columns,   check_native_types,
    check_auth,      check_defaults,       check_keys,          check_indexes,   check_autoincrements,
    check_relations, check_delegates,      check_names,         check_policies,  check_validation};

void run(Context& c) {
  if (!within_size(c)) return;
  for (uint32_t file = 0; file < c.files.size(); ++file) parse_file(c, file);
  for (const auto pass : passes) pass(c);
}

}  // namespace

CheckResult check_schema(std::vector<SourceFile> files) {
  Report report;
  auto schema = std::make_shared<Schema>();
  CheckResult result;
  Context context(report, *schema);
  context.files = std::move(files);
  run(context);
  const bool fine = report.errors() == 0;
  if (fine) finish_schema(context);
  result.diagnostics = report.take();
  result.files = std::move(context.files);
  if (!fine) return result;
  schema->files = result.files;
  schema->warnings = result.diagnostics;
  result.schema = std::move(schema);
  return result;
}

}  // namespace trivet::schema
