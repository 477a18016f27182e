#include "app/move/schema_pair.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "app/drivers/driver.h"
#include "store/store.h"

namespace trivet::app {
namespace {

using schema::Provider;

struct ProviderName {
  Provider provider;
  std::string_view name;
};
constexpr auto provider_names = std::to_array<ProviderName>({
    {Provider::sqlite, "sqlite"},
    {Provider::postgresql, "postgresql"},
    {Provider::mysql, "mysql"},
    {Provider::mongodb, "mongodb"},
    {Provider::sqlserver, "sqlserver"},
    {Provider::cockroachdb, "cockroachdb"},
});

std::vector<schema::SourceFile> rewrite(std::vector<schema::SourceFile> files, Provider provider) {
  static const RE2 datasource(R"re((?s)(datasource\s+\w+\s*\{[^}]*?\bprovider\s*=\s*)"[^"]*")re");
  static const RE2 native(R"re(\s@db\.\w+(\([^)\n]*\))?)re");
  const std::string to = fmt::format("\\1\"{}\"", provider_name(provider));
  for (schema::SourceFile& file : files) {
    RE2::Replace(&file.text, datasource, to);
    RE2::GlobalReplace(&file.text, native, "");
  }
  return files;
}

void add_diagnostics(const schema::CheckResult& check, Provider provider,
                     std::vector<Finding>& findings) {
  for (const schema::Diagnostic& diagnostic : check.diagnostics) {
    if (diagnostic.kind == schema::DiagnosticKind::warning) continue;
    const schema::SourceFile& file = check.files[diagnostic.where.file];
    const schema::LineColumn at = schema::line_column(file.text, diagnostic.where.begin);
    findings.push_back({Weight::stop, fmt::format("{}:{}", file.path, at.line),
                        fmt::format("{} (for {})", diagnostic.message, provider_name(provider))});
  }
}

std::shared_ptr<const schema::Schema> schema_for(const schema::CheckResult& written,
                                                 Provider provider,
                                                 std::vector<Finding>& findings) {
  if (written.schema->datasource.provider == provider) return written.schema;
  const schema::CheckResult check = schema::check_schema(rewrite(written.files, provider));
  if (!check.ok()) add_diagnostics(check, provider, findings);
  return check.schema;
}

enum class Sort : uint8_t { text, integer, real, decimal, boolean, json, moment, clock, bytes, label };
Sort sort_of(Type type) {
  switch (type) {
    case Type::int2:
    case Type::int4:
    case Type::int8:
      return Sort::integer;
    case Type::float4:
    case Type::float8:
      return Sort::real;
    case Type::numeric:
      return Sort::decimal;
    case Type::boolean:
      return Sort::boolean;
    case Type::json:
    case Type::jsonb:
      return Sort::json;
    case Type::timestamp:
    case Type::timestamptz:
    case Type::date:
      return Sort::moment;
    case Type::time:
    case Type::timetz:
      return Sort::clock;
    case Type::bytea:
      return Sort::bytes;
    case Type::enum_:
      return Sort::label;
    default:
      return Sort::text;
  }
}

struct FieldPair {
  const schema::Field& source;
  const schema::Field& target;
  std::string place;
};

void check_field(const SchemaPair& pair, const FieldPair& fields, std::vector<Finding>& findings) {
  const Type from = store::field_type(fields.source);
  const Type to = store::field_type(fields.target);
  const auto add = [&](Weight weight, std::string text) {
    findings.push_back({weight, fields.place, std::move(text)});
  };
  if (!fields.source.unsupported_type.empty())
    return add(Weight::stop, fmt::format("Unsupported(\"{}\") can't be read", fields.source.unsupported_type));
  if (!can_become(from, to) || (fields.source.is_list && from != to))
    return add(Weight::stop, fmt::format("{} there can't hold {}", type_display_name(to), type_display_name(from)));
  const int digits = capabilities_for(*pair.target).decimal_digits;
  if (to == Type::numeric && digits < capabilities_for(*pair.source).decimal_digits)
    add(Weight::note, fmt::format("keeps {} digits there: a number with more stops the move", digits));
  if (from != to)
    add(Weight::note, fmt::format("{} is {} there", type_display_name(from), type_display_name(to)));
  if (keeps_milliseconds(*pair.target, fields.target) && !keeps_milliseconds(*pair.source, fields.source))
    add(Weight::note,
        "keeps milliseconds there: a value with more stops the move, or is rounded by --round-times; "
        "a schema for the target may say more precision");
}

void check_fields(SchemaPair& pair) {
  for (size_t i = 0; i < pair.source->models.size(); ++i) {
    const schema::Model& source = pair.source->models[i];
    const schema::Model& target = pair.target->models[i];
    if (source.is_view) {
      pair.findings.push_back({Weight::note, source.name, "is a view: it has no rows of its own"});
      continue;
    }
    for (const int column : source.columns) {
      const schema::Field& field = source.fields[static_cast<size_t>(column)];
      check_field(pair, {field, target.fields[static_cast<size_t>(column)],
                         fmt::format("{}.{}", source.name, field.name)},
                  pair.findings);
    }
  }
}

void check_capabilities(SchemaPair& pair) {
  const store::Capabilities source = capabilities_for(*pair.source);
  const store::Capabilities target = capabilities_for(*pair.target);
  for (int i = 0; i <= static_cast<int>(store::Capability::plan_text); ++i) {
    const auto capability = static_cast<store::Capability>(i);
    if (source.has(capability) && !target.has(capability))
      pair.findings.push_back(
          {Weight::note, {}, fmt::format("{} lacks {}", target.store_name, store::capability_name(capability))});
  }
}

}  // namespace

Provider provider_of_url(std::string_view url) {
  const std::string_view scheme = url.substr(0, url.find(':'));
  if (scheme == "postgres" || scheme == "postgresql") return Provider::postgresql;
  if (scheme == "mysql" || scheme == "mariadb") return Provider::mysql;
  return Provider::sqlite;
}

std::string_view provider_name(Provider provider) {
  for (const ProviderName& one : provider_names)
    if (one.provider == provider) return one.name;
  return "unknown";
}

bool can_become(Type from, Type to) {
  if (from == to) return true;
  const Sort sort = sort_of(from);
  return sort == sort_of(to) && sort != Sort::clock;
}

bool keeps_milliseconds(const schema::Schema& schema, const schema::Field& field) {
  if (field.type != schema::ScalarType::datetime || schema.datasource.provider == Provider::sqlite)
    return false;
  if (field.native.name.empty()) return true;
  return !field.native.arguments.empty() && field.native.arguments.front() == 3;
}

result<SchemaPair> pair_schemas(const schema::CheckResult& written, Provider source,
                                Provider target) {
  const Provider provider = written.schema->datasource.provider;
  if (provider != source && provider != target)
    return fail(ErrorCode::bad_config,
                fmt::format("the schema is written for {}, and neither database is one",
                            provider_name(provider)));
  SchemaPair pair;
  pair.source = schema_for(written, source, pair.findings);
  pair.target = schema_for(written, target, pair.findings);
  if (pair.source == nullptr || pair.target == nullptr) return pair;
  TRIVET_ASSERT(pair.source->models.size() == pair.target->models.size() &&
                pair.source->relations.size() == pair.target->relations.size());
  check_capabilities(pair);
  check_fields(pair);
  return pair;
}

}  // namespace trivet::app
