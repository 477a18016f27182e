#include <algorithm>

#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

using enum ScalarType;
using enum Provider;

// Arguments: how many at least and at most, and the range of each (dialects/schema.md, section 8).
struct NativeInfo {
  Provider provider;
  std::string_view name;
  ScalarType type;
  uint8_t arguments_min = 0;
  uint8_t arguments_max = 0;
  int from = 0;
  int to = 0;
};

constexpr int no_limit = 1 << 30;
constexpr NativeInfo table[] = {
    {postgresql, "Text", string}, {postgresql, "VarChar", string, 0, 1, 0, no_limit},
    {postgresql, "Char", string, 0, 1, 0, no_limit}, {postgresql, "Citext", string}, {postgresql, "Uuid", string},
    {postgresql, "Inet", string}, {postgresql, "Xml", string}, {postgresql, "Bit", string, 0, 1, 1, no_limit},
    {postgresql, "VarBit", string, 0, 1, 1, no_limit}, {postgresql, "Boolean", boolean}, {postgresql, "Integer", int_},
    {postgresql, "SmallInt", int_}, {postgresql, "Oid", int_}, {postgresql, "BigInt", bigint}, {postgresql, "Real", float_},
    {postgresql, "DoublePrecision", float_}, {postgresql, "Decimal", decimal, 0, 2, 1, 1000}, {postgresql, "Money", decimal},
    {postgresql, "Timestamp", datetime, 0, 1, 0, 6}, {postgresql, "Timestamptz", datetime, 0, 1, 0, 6},
    {postgresql, "Date", datetime}, {postgresql, "Time", datetime, 0, 1, 0, 6}, {postgresql, "Timetz", datetime, 0, 1, 0, 6},
    {postgresql, "Json", json}, {postgresql, "JsonB", json}, {postgresql, "ByteA", bytes},
    {mysql, "VarChar", string, 1, 1, 0, 65535}, {mysql, "Char", string, 1, 1, 0, 255}, {mysql, "TinyText", string},
    {mysql, "Text", string}, {mysql, "MediumText", string}, {mysql, "LongText", string}, {mysql, "TinyInt", boolean},
    {mysql, "UnsignedTinyInt", boolean}, {mysql, "Bit", boolean, 1, 1, 1, 1}, {mysql, "Int", int_}, {mysql, "SmallInt", int_},
    {mysql, "MediumInt", int_}, {mysql, "TinyInt", int_}, {mysql, "Year", int_}, {mysql, "UnsignedInt", int_},
    {mysql, "UnsignedSmallInt", int_}, {mysql, "UnsignedMediumInt", int_}, {mysql, "UnsignedTinyInt", int_},
    {mysql, "BigInt", bigint}, {mysql, "UnsignedBigInt", bigint}, {mysql, "Float", float_}, {mysql, "Double", float_},
    {mysql, "Decimal", decimal, 0, 2, 0, 65}, {mysql, "DateTime", datetime, 0, 1, 0, 6},
    {mysql, "Timestamp", datetime, 0, 1, 0, 6}, {mysql, "Date", datetime}, {mysql, "Time", datetime, 0, 1, 0, 6},
    {mysql, "Json", json}, {mysql, "Binary", bytes, 1, 1, 0, no_limit}, {mysql, "VarBinary", bytes, 1, 1, 0, no_limit},
    {mysql, "TinyBlob", bytes}, {mysql, "Blob", bytes}, {mysql, "MediumBlob", bytes}, {mysql, "LongBlob", bytes},
    {mysql, "Bit", bytes, 1, 1, 1, 64}, {mongodb, "String", string}, {mongodb, "ObjectId", string}, {mongodb, "Bool", boolean},
    {mongodb, "Int", int_}, {mongodb, "Long", int_}, {mongodb, "Long", bigint}, {mongodb, "Double", float_},
    {mongodb, "Date", datetime}, {mongodb, "Timestamp", datetime}, {mongodb, "Json", json}, {mongodb, "BinData", bytes},
    {mongodb, "ObjectId", bytes}};

struct Check {
  Context& c;
  const AttributeUse& use;
  Field& field;
  std::string_view name;

  void error(DiagnosticKind kind, std::string message, std::string hint = {}) {
    c.error(kind, use.node->where, std::move(message), std::move(hint));
  }
};

// The row for this provider, name and scalar; null after reporting.
const NativeInfo* find_row(Check& k) {
  const NativeInfo* other_type = nullptr;
  bool other_provider = false;
  for (const auto& row : table) {
    if (row.name != k.name) continue;
    if (row.provider != k.c.schema.datasource.provider) {
      other_provider = true;
      continue;
    }
    if (row.type == k.field.type) return &row;
    other_type = &row;
  }
  const auto title = std::string(k.c.provider().title);
  if (other_type) {
    k.error(DiagnosticKind::type, "`" + std::string(k.name) + "` is for " + std::string(scalar_name(other_type->type)) + " fields");
  } else if (other_provider) {
    k.error(DiagnosticKind::provider, title + " has no native type " + quoted(k.name));
  } else {
    std::vector<std::string_view> names;
    for (const auto& row : table) {
      if (row.provider == k.c.schema.datasource.provider) names.push_back(row.name);
    }
    k.error(DiagnosticKind::unknown, title + " has no native type " + quoted(k.name), did_you_mean(k.name, names));
  }
  return nullptr;
}

bool read_arguments(Check& k, std::vector<int>& out) {
  for (const auto& argument : k.use.node->arguments) {
    int64_t number = 0;
    if (!argument.name.text.empty() || !read_integer(&argument.value, number) || number < 0 || number > no_limit) {
      k.c.error(DiagnosticKind::arg, argument.value.where, quoted(k.name) + " takes whole numbers");
      return false;
    }
    out.push_back(static_cast<int>(number));
  }
  return true;
}

bool check_decimal(Check& k, const std::vector<int>& arguments) {
  if (arguments.empty()) return true;
  if (arguments.size() != 2) {
    k.error(DiagnosticKind::arg, "`Decimal` takes precision and scale, or nothing", "write Decimal(10, 2)");
    return false;
  }
  const int scale_max = k.c.is(mysql) ? 30 : 1000;
  if (arguments[1] <= arguments[0] && arguments[1] <= scale_max) return true;
  k.error(DiagnosticKind::range, "the scale is larger than " + std::string(arguments[1] > arguments[0] ? "the precision" : "30"));
  return false;
}

bool check_arguments(Check& k, const NativeInfo& row, const std::vector<int>& arguments) {
  if (arguments.size() < row.arguments_min || arguments.size() > row.arguments_max) {
    k.error(DiagnosticKind::arg, quoted(k.name) + " takes " +
                                     (row.arguments_max == 0 ? std::string("no arguments")
                                                             : std::string(row.arguments_min == 0 ? "at most " : "") +
                                                                   std::to_string(row.arguments_max) + " argument"));
    return false;
  }
  if (k.name == "Decimal" && !check_decimal(k, arguments)) return false;
  if (arguments.empty() || (arguments[0] >= row.from && arguments[0] <= row.to)) return true;
  k.error(DiagnosticKind::range,
          "the argument of " + quoted(k.name) + " is " + std::to_string(row.from) + " to " + std::to_string(row.to));
  return false;
}

void check_use(Context& c, const AttributeUse& use, Field& field) {
  const auto full = use.node->name.text;
  Check k{c, use, field, full.substr(full.find('.') + 1)};
  if (!field.native.name.empty()) {
    k.error(DiagnosticKind::duplicate, "a field has one native type");
    return;
  }
  if (field.kind == FieldKind::relation || field.type == enum_ || field.type == unsupported ||
      (field.type == composite && !c.is(postgresql))) {
    k.error(DiagnosticKind::type, "native types are for scalar fields");
    return;
  }
  const auto title = std::string(c.provider().title);
  if (c.is(sqlite) || c.is(sqlserver) || c.is(cockroachdb)) {
    k.error(DiagnosticKind::provider, c.is(sqlite) ? "SQLite has no native types" : "native types of " + title + " are not supported",
            "remove the attribute");
    return;
  }
  const auto* row = find_row(k);
  std::vector<int> arguments;
  if (!row || !read_arguments(k, arguments) || !check_arguments(k, *row, arguments)) return;
  field.native = {std::string(k.name), std::move(arguments)};
}

}  // namespace

void check_native_types(Context& c) {
  for (auto* shapes : {&c.types, &c.models}) {
    for (auto& shape : *shapes) {
      for (size_t i = 0; i < shape.fields.size(); ++i) {
        auto& source = shape.fields[i];
        if (source.unresolved) continue;
        for (const auto& use : source.attributes) {
          if (use.id() == AttributeId::native) check_use(c, use, c.field(shape, static_cast<int>(i)));
        }
      }
    }
  }
}

}  // namespace trivet::schema
