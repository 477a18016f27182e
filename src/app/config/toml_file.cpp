#include "app/config/toml_file.h"

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace trivet::app {
namespace {

std::string place_text(const std::string& file, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", file, source.begin.line, source.begin.column);
}

void fill(const toml::node& node, TomlEntry& entry) {
  if (const auto* text = node.as_string()) {
    entry.value = text->get();
  } else if (const auto* number = node.as_integer()) {
    entry.kind = TomlEntry::Kind::number;
    entry.value = std::to_string(number->get());
  } else if (const auto* boolean = node.as_boolean()) {
    entry.kind = TomlEntry::Kind::boolean;
    entry.value = boolean->get() ? "true" : "false";
  } else if (const auto* list = node.as_array()) {
    entry.kind = TomlEntry::Kind::list;
    for (const toml::node& item : *list) {
      if (!item.is_string()) entry.kind = TomlEntry::Kind::other;
      if (!entry.value.empty()) entry.value += ',';
      entry.value += item.value_or(std::string());
    }
  } else {
    entry.kind = TomlEntry::Kind::other;
  }
}

bool is_list_of_tables(const toml::node& node) {
  const auto* list = node.as_array();
  return list != nullptr && !list->empty() && list->is_homogeneous(toml::node_type::table);
}

void flatten(const toml::table& table, const std::string& prefix, const std::string& file,
             std::vector<TomlEntry>& entries) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const auto* inner = node.as_table()) {
      flatten(*inner, name + '.', file, entries);
      continue;
    }
    if (is_list_of_tables(node)) {
      size_t number = 0;
      for (const toml::node& item : *node.as_array())
        flatten(*item.as_table(), fmt::format("{}.{}.", name, number++), file, entries);
      continue;
    }
    TomlEntry entry;
    entry.name = name;
    entry.place = place_text(file, key.source());
    entry.origin = fmt::format("{}:{}", file, key.source().begin.line);
    fill(node, entry);
    entries.push_back(std::move(entry));
  }
}

}  // namespace

result<std::optional<std::vector<TomlEntry>>> read_toml(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    if (errno == ENOENT) return std::optional<std::vector<TomlEntry>>();
    return fail(ErrorCode::file_error, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  std::ostringstream text;
  text << stream.rdbuf();
  const std::string file = path.starts_with("./") ? path.substr(2) : path;
  const toml::parse_result parsed = toml::parse(text.str());
  if (!parsed)
    return fail(ErrorCode::bad_config,
                fmt::format("{}: {}", place_text(file, parsed.error().source()),
                            parsed.error().description()));
  std::vector<TomlEntry> entries;
  flatten(parsed.table(), {}, file, entries);
  return entries;
}

}  // namespace trivet::app
