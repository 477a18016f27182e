#include <algorithm>
#include <set>

#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

using tree::DeclarationKind;
using tree::Entry;
using tree::NodeKind;

void bad_value(Context& c, const Entry& entry, std::string hint) {
  c.error(DiagnosticKind::arg, entry.value.where, "wrong value for " + quoted(entry.key.text), std::move(hint));
}

void read_provider(Context& c, const Entry& entry) {
  std::string name;
  if (!read_string(&entry.value, name)) {
    bad_value(c, entry, "write one of \"sqlite\", \"postgresql\", \"mysql\", \"mongodb\" in quotes");
    return;
  }
  if (const auto provider = find_provider(name)) {
    c.schema.datasource.provider = *provider;
    return;
  }
  c.error(DiagnosticKind::arg, entry.value.where, "there is no provider " + quoted(name),
          name == "mariadb" ? "write \"mysql\"" : "use sqlite, postgresql, mysql or mongodb");
}

// A string, or env("NAME").
void read_url(Context& c, const Entry& entry) {
  auto& source = c.schema.datasource;
  std::string text;
  const auto& value = entry.value;
  const bool env = value.kind == NodeKind::call && value.text == "env" && value.arguments.size() == 1 &&
                   read_string(&value.arguments[0].value, text);
  if (!env && !read_string(&value, text)) {
    bad_value(c, entry, "write a string, or env(\"DATABASE_URL\")");
    return;
  }
  if (entry.key.text != "url") return;
  (env ? source.url_env : source.url) = text;
}

void read_relation_mode(Context& c, const Entry& entry) {
  std::string mode;
  read_string(&entry.value, mode);
  if (mode == "prisma") c.schema.datasource.relation_mode_prisma = true;
  else if (mode != "foreignKeys") bad_value(c, entry, "write \"foreignKeys\" or \"prisma\"");
  else if (c.is(Provider::mongodb)) bad_value(c, entry, "MongoDB has no foreign keys: write \"prisma\"");
}

void read_schemas(Context& c, const Entry& entry) {
  if (!c.provider().multi_schema) {
    c.error(DiagnosticKind::provider, entry.key.where,
            std::string(c.provider().title) + " has no schemas within a database", "remove the line");
    return;
  }
  std::set<std::string> seen;
  bool fine = entry.value.kind == NodeKind::array && !entry.value.arguments.empty();
  for (const auto& element : entry.value.arguments) {
    std::string name;
    fine = fine && read_string(&element.value, name) && !name.empty() && seen.insert(name).second;
    fine = fine && name.find(schema_mark) == name.npos;
    c.schema.datasource.schemas.push_back(name);
  }
  if (!fine) bad_value(c, entry, "write a list of different names: [\"public\", \"auth\"]");
}

void read_extensions(Context& c, const Entry& entry) {
  if (!c.is(Provider::postgresql)) {
    c.error(DiagnosticKind::provider, entry.key.where, std::string(c.provider().title) + " has no extensions", "remove the line");
    return;
  }
  bool fine = entry.value.kind == NodeKind::array;
  for (const auto& element : entry.value.arguments) {
    const auto kind = element.value.kind;
    fine = fine && (kind == NodeKind::name || kind == NodeKind::call);
  }
  if (!fine) bad_value(c, entry, "write a list of names: [citext, uuidOssp(map: \"uuid-ossp\")]");
}

void read_entry(Context& c, const Entry& entry, uint32_t file) {
  const auto key = entry.key.text;
  if (key == "provider") return;
  if (key == "url" || key == "directUrl" || key == "shadowDatabaseUrl") return read_url(c, entry);
  if (key == "relationMode" || key == "referentialIntegrity") return read_relation_mode(c, entry);
  if (key == "schemas") return read_schemas(c, entry);
  if (key == "extensions") return read_extensions(c, entry);
  if (key == "defaultSchema") {
    std::string name;
    if (!read_string(&entry.value, name)) bad_value(c, entry, "write a string");
    return;
  }
  std::string hint = did_you_mean(key, {"provider", "url", "directUrl", "shadowDatabaseUrl", "relationMode", "schemas",
                                        "defaultSchema", "extensions"});
  if (c.prisma(file)) c.error(DiagnosticKind::unknown, entry.key.where, "a datasource has no setting " + quoted(key), hint);
  else c.warn(entry.key.where, "a datasource has no setting " + quoted(key), hint);
}

void check_default_schema(Context& c, const tree::Declaration& d) {
  for (const auto& entry : d.entries) {
    std::string name;
    if (entry.key.text != "defaultSchema" || !read_string(&entry.value, name)) continue;
    const auto& schemas = c.schema.datasource.schemas;
    const bool is_there = std::find(schemas.begin(), schemas.end(), name) != schemas.end();
    if (!is_there) bad_value(c, entry, "it must be one of `schemas`");
    if (!schemas.empty()) c.schema.datasource.default_schema = is_there ? name : schemas.front();
  }
  if (!c.schema.datasource.schemas.empty() && c.schema.datasource.default_schema.empty())
    c.schema.datasource.default_schema = "public";
}

void read_datasource(Context& c, const tree::Declaration& d, uint32_t file) {
  if (c.has_datasource) {
    c.error(DiagnosticKind::duplicate, d.name.where, "there is more than one datasource", "keep one");
    return;
  }
  c.has_datasource = true;
  c.datasource_name = d.name.text;
  c.schema.datasource.name = std::string(d.name.text);
  const auto provider = std::find_if(d.entries.begin(), d.entries.end(), [](const Entry& e) { return e.key.text == "provider"; });
  if (provider == d.entries.end()) {
    c.error(DiagnosticKind::arg, d.name.where, "the datasource has no provider", "add: provider = \"sqlite\"");
  } else {
    read_provider(c, *provider);
  }
  std::set<std::string_view> seen;
  for (const auto& entry : d.entries) {
    if (!seen.insert(entry.key.text).second) {
      c.error(DiagnosticKind::duplicate, entry.key.where, quoted(entry.key.text) + " is given twice");
      continue;
    }
    read_entry(c, entry, file);
  }
  check_default_schema(c, d);
}

void check_provider_entry(Context& c, const tree::Declaration& d) {
  for (const auto& entry : d.entries) {
    if (entry.key.text == "provider" && (entry.value.kind == NodeKind::string || entry.value.kind == NodeKind::call)) return;
  }
  c.error(DiagnosticKind::arg, d.name.where, quoted(d.name.text) + " has no provider", "add: provider = \"…\"");
}

}  // namespace

void check_datasource(Context& c) {
  std::set<std::string_view> generators;
  for (uint32_t file = 0; file < c.trees.size(); ++file) {
    for (const auto& d : c.trees[file].declarations) {
      if (d.kind == DeclarationKind::datasource) read_datasource(c, d, file);
      if (d.kind == DeclarationKind::plugin) check_provider_entry(c, d);
      if (d.kind != DeclarationKind::generator) continue;
      if (c.prisma(file)) check_provider_entry(c, d);
      if (!generators.insert(d.name.text).second) {
        c.error(DiagnosticKind::duplicate, d.name.where, "there are two generators " + quoted(d.name.text));
      }
    }
  }
  if (c.has_datasource) return;
  for (uint32_t file = 0; file < c.files.size(); ++file) {
    if (c.prisma(file)) return;
  }
  c.error(DiagnosticKind::arg, {}, "there is no datasource", "add: datasource db { provider = \"sqlite\" }");
}

}  // namespace trivet::schema
