#include "store/introspect/names.h"

#include <algorithm>

#include "schema/check/names.h"

namespace trivet::store::introspect {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The characters of UTF-8, each as one underscore.
void append_written(std::string_view name, std::string& out) {
  for (const char c : name) {
    if (is_letter(c) || (c >= '0' && c <= '9') || c == '_')
      out += c;
    else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80)
      out += '_';
  }
}

std::string type_name(const std::string& name, const std::string& otherwise) {
  std::string written = schema::is_reserved_name(name) ? "Renamed" + name : identifier(name);
  return written.empty() ? otherwise : written;
}

// Two things of one name in two schemas are told apart by these, as Prisma does it.
std::string name_among(const LiveDatabase& live, const std::string& placed) {
  const schema::PlacedName parts = schema::split_name(placed);
  std::ptrdiff_t same = 0;
  const auto is_same = [&](const auto& other) { return schema::split_name(other.name).name == parts.name; };
  same += std::ranges::count_if(live.tables, is_same);
  same += std::ranges::count_if(live.enums, is_same);
  if (parts.db_schema.empty() || same < 2) return std::string(parts.name);
  return std::string(parts.db_schema) + "_" + std::string(parts.name);
}

std::string model_name(const LiveDatabase& live, const Matches& matches, size_t table,
                       std::set<std::string>& taken) {
  if (const schema::Model* model = matches.model(static_cast<int>(table))) return model->name;
  return free_name(type_name(name_among(live, live.tables[table].name), "Table" + std::to_string(table + 1)), taken);
}

void name_fields(const LiveTable& table, const Matches& matches, int at, Names& names) {
  std::set<std::string>& taken = names.taken.emplace_back();
  if (const schema::Model* model = matches.model(at))
    for (const schema::Field& field : model->fields) taken.insert(field.name);
  std::vector<std::string>& fields = names.fields.emplace_back(table.columns.size());
  // Names that can be written as they are come first: nobody takes them away.
  for (const bool plain : {true, false})
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const std::string& column = table.columns[i].name;
      std::string written = identifier(column);
      if ((written == column) != plain) continue;
      if (const schema::Field* field = matches.field(at, static_cast<int>(i))) {
        fields[i] = field->name;
        continue;
      }
      if (written.empty()) written = "column" + std::to_string(i + 1);
      fields[i] = free_name(std::move(written), taken);
    }
}

void name_enum(const LiveDatabase& live, const LiveEnum& live_enum, const schema::Enum* previous,
               Names& names, std::set<std::string>& taken) {
  names.enums.push_back(
      previous != nullptr
          ? previous->name
          : free_name(type_name(name_among(live, live_enum.name), "Enum" + std::to_string(names.enums.size() + 1)),
                      taken));
  std::set<std::string> values_taken;
  std::vector<std::string>& values = names.enum_values.emplace_back();
  for (const std::string& value : live_enum.values) {
    const schema::EnumValue* known = nullptr;
    if (previous != nullptr)
      for (const schema::EnumValue& candidate : previous->values)
        if (candidate.db_name == value) known = &candidate;
    std::string written = known != nullptr ? known->name : identifier(value);
    if (written.empty())
      written = value.empty() ? "EMPTY_ENUM_VALUE" : "VALUE" + std::to_string(values.size() + 1);
    values.push_back(free_name(std::move(written), values_taken));
  }
}

}  // namespace

std::string bare_name(const std::string& placed) { return std::string(schema::split_name(placed).name); }

std::string identifier(std::string_view name) {
  const size_t start = static_cast<size_t>(std::ranges::find_if(name, is_letter) - name.begin());
  std::string written;
  append_written(name.substr(start), written);
  return written;
}

std::string free_name(std::string wanted, std::set<std::string>& taken) {
  if (taken.insert(wanted).second) return wanted;
  for (int number = 2;; ++number)
    if (std::string numbered = wanted + "_" + std::to_string(number); taken.insert(numbered).second)
      return numbered;
}

Names make_names(const LiveDatabase& live, const Matches& matches) {
  Names names;
  std::set<std::string> taken;
  if (matches.schema != nullptr) {
    for (const schema::Model& model : matches.schema->models) taken.insert(model.name);
    for (const schema::Enum& known : matches.schema->enums) taken.insert(known.name);
    for (const schema::CompositeType& type : matches.schema->types) taken.insert(type.name);
  }
  names.models.resize(live.tables.size());
  for (const bool plain : {true, false})
    for (size_t i = 0; i < live.tables.size(); ++i)
      if ((identifier(bare_name(live.tables[i].name)) == bare_name(live.tables[i].name)) == plain)
        names.models[i] = model_name(live, matches, i, taken);
  for (size_t i = 0; i < live.tables.size(); ++i)
    name_fields(live.tables[i], matches, static_cast<int>(i), names);
  for (size_t i = 0; i < live.enums.size(); ++i)
    name_enum(live, live.enums[i],
              matches.enums[i] < 0 ? nullptr : &matches.schema->enums[matches.enums[i]], names,
              taken);
  return names;
}

}  // namespace trivet::store::introspect
