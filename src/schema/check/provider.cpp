#include "schema/check/provider.h"

#include <array>

namespace trivet::schema {
namespace {

constexpr std::array<ProviderInfo, 6> providers = {{
    {Provider::sqlite, "sqlite", "SQLite", 10000, false, true, false, true, false, false, false, true, false, false},
    {Provider::postgresql, "postgresql", "PostgreSQL", 63, true, true, false, true, true, false, true, true, false, true},
    {Provider::mysql, "mysql", "MySQL", 64, false, true, true, false, false, true, false, false, true, false},
    {Provider::mongodb, "mongodb", "MongoDB", 127, true, true, true, false, false, false, false, false, false, false},
    {Provider::sqlserver, "sqlserver", "SQL Server", 128, false, false, false, true, false, false, true, false, true, true},
    {Provider::cockroachdb, "cockroachdb", "CockroachDB", 63, true, true, false, true, true, false, true, false, false, true},
}};

}  // namespace

const ProviderInfo& provider_info(Provider provider) { return providers[static_cast<size_t>(provider)]; }

std::optional<Provider> find_provider(std::string_view name) {
  if (name == "postgres") return Provider::postgresql;
  for (const auto& info : providers) {
    if (info.name == name) return info.provider;
  }
  return std::nullopt;
}

}  // namespace trivet::schema
