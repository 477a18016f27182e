// Names that a schema can write for names that a database has, as Prisma's introspection makes
// them: what isn't a letter, digit or underscore becomes one, leading ones go, reserved words get
// "Renamed". Where that gives two things one name or none at all, a number is added (Prisma leaves
// it to the user).
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/introspect/live.h"
#include "store/introspect/matches.h"

namespace trivet::store::introspect {

struct Names {
  std::vector<std::string> models;               // of each table
  std::vector<std::vector<std::string>> fields;  // of each column of each table
  std::vector<std::string> enums;
  std::vector<std::vector<std::string>> enum_values;
  std::vector<std::set<std::string>> taken;  // field names of each table's model
};

[[nodiscard]] Names make_names(const LiveDatabase& live, const Matches& matches);

// Without the schema that it is in.
[[nodiscard]] std::string bare_name(const std::string& placed);
// `wanted`, or with _2, _3 … behind it; enters it into `taken`.
[[nodiscard]] std::string free_name(std::string wanted, std::set<std::string>& taken);
// Empty if nothing of it can be written.
[[nodiscard]] std::string identifier(std::string_view name);

}  // namespace trivet::store::introspect
