// Small readers for argument values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/check/context.h"

namespace trivet::schema {

// A whole number with an optional sign that fits 64 bits.
[[nodiscard]] std::optional<int64_t> parse_integer(std::string_view text);

// Sets `out` if `node` is a string; false otherwise (also for null).
bool read_string(const tree::Node* node, std::string& out);
bool read_integer(const tree::Node* node, int64_t& out);

[[nodiscard]] bool is_valid_json(std::string_view text);
[[nodiscard]] bool is_valid_base64(std::string_view text);
// RFC 3339 date-time with a zone, of a real day.
[[nodiscard]] bool is_valid_datetime(std::string_view text);

// @@schema("x"): declared in the datasource?
void check_schema_name(Context& context, const AttributeUse& use);
// Of something without @@schema: may it be without? Models of .prisma files may not, nor where the default isn't declared.
struct Unplaced {
  std::string_view kind;
  std::string_view name;
  SourceRange where;
};
void check_has_schema(Context& context, const Unplaced& what, uint32_t file);

// The file that `import "raw"` in `from` names.
[[nodiscard]] std::string import_target(std::string_view from, std::string_view raw);

}  // namespace trivet::schema
