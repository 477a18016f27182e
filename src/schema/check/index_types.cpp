#include "schema/check/index_types.h"

#include <algorithm>

namespace trivet::schema {
namespace {

constexpr std::array<std::string_view, 6> methods = {"BTree", "Hash", "Gin", "Gist", "SpGist", "Brin"};

// What a class of operators works on: a scalar type, a native type ("" = the default one is right as well).
struct OperatorClass {
  std::string_view name;
  std::string_view method;
  ScalarType type;
  std::string_view natives;  // separated by spaces; a leading "-" = also without a native type
  bool list = false;
};

using enum ScalarType;
constexpr OperatorClass classes[] = {
    {"JsonbOps", "Gin", json, "-JsonB"},
    {"JsonbPathOps", "Gin", json, "-JsonB"},
    {"ArrayOps", "Gin", unsupported, "-", true},
    {"InetOps", "Gist", string, "Inet"},
    {"InetOps", "SpGist", string, "Inet"},
    {"TextOps", "SpGist", string, "-Text VarChar Char"},
    {"BitMinMaxOps", "Brin", string, "Bit"},
    {"VarBitMinMaxOps", "Brin", string, "VarBit"},
    {"BpcharMinMaxOps", "Brin", string, "Char"},
    {"BpcharBloomOps", "Brin", string, "Char"},
    {"ByteaMinMaxOps", "Brin", bytes, "-ByteA"},
    {"ByteaBloomOps", "Brin", bytes, "-ByteA"},
    {"InetInclusionOps", "Brin", string, "Inet"},
};

struct Family {
  std::string_view prefix;
  ScalarType type;
  std::string_view natives;
};
constexpr Family families[] = {
    {"TimestampTz", datetime, "Timestamptz"}, {"Timestamp", datetime, "-Timestamp"}, {"TimeTz", datetime, "Timetz"},
    {"Time", datetime, "Time"}, {"Date", datetime, "Date"}, {"Float4", float_, "Real"},
    {"Float8", float_, "-DoublePrecision"}, {"Inet", string, "Inet"}, {"Int2", int_, "SmallInt"},
    {"Int4", int_, "-Integer"}, {"Int8", bigint, "-BigInt"}, {"Numeric", decimal, "-Decimal"}, {"Oid", int_, "Oid"},
    {"Text", string, "-Text VarChar"}, {"Uuid", string, "Uuid"}};

bool find_class(std::string_view name, OperatorClass& out) {
  for (const auto& row : classes) {
    if (row.name == name) return out = row, true;
  }
  for (const auto suffix : {"BloomOps", "MinMaxMultiOps", "MinMaxOps"}) {
    if (!name.ends_with(suffix)) continue;
    const auto prefix = name.substr(0, name.size() - std::string_view(suffix).size());
    for (const auto& family : families) {
      if (family.prefix == prefix) return out = {name, "Brin", family.type, family.natives}, true;
    }
  }
  return false;
}

bool fits_native(std::string_view natives, std::string_view native) {
  const bool by_default = natives.starts_with('-');
  if (by_default) natives.remove_prefix(1);
  if (native.empty()) return by_default;
  while (!natives.empty()) {
    const auto space = natives.find(' ');
    if (natives.substr(0, space) == native) return true;
    natives = space == std::string_view::npos ? std::string_view{} : natives.substr(space + 1);
  }
  return false;
}

// Does the method index this type without an operator class?
bool has_default_class(std::string_view method, const Field& field) {
  if (method == "Gin") return field.is_list || field.type == json;
  if (method == "Gist") return false;
  if (method == "SpGist") {
    return field.type == string && !field.is_list &&
           (field.native.name.empty() || field.native.name == "Text" || field.native.name == "VarChar" || field.native.name == "Inet");
  }
  if (method == "Brin") {
    if (field.is_list || field.type == boolean || field.type == json || field.type == enum_) return false;
    return field.native.name != "Xml" && field.native.name != "Citext" && field.native.name != "Money";
  }
  return true;
}

struct Check {
  Context& c;
  const AttributeUse& use;
  std::string_view method;
};

void check_class(Check& k, const Field& field, const KeyColumn& column) {
  OperatorClass row;
  const auto where = k.use.node->where;
  if (!find_class(column.ops, row)) {
    k.c.error(DiagnosticKind::unknown, where, "there is no operator class " + quoted(column.ops), "or write raw(\"…\")");
    return;
  }
  const bool inet = column.ops == "InetOps" && (k.method == "Gist" || k.method == "SpGist");
  if (row.method != k.method && !inet) {
    k.c.error(DiagnosticKind::type, where, quoted(column.ops) + " doesn't work with " + quoted(k.method) + " indexes");
    return;
  }
  const bool fits = row.list ? field.is_list
                             : !field.is_list && field.type == row.type && fits_native(row.natives, field.native.name);
  if (!fits) {
    k.c.error(DiagnosticKind::type, where, quoted(column.ops) + " doesn't fit the type of " + quoted(field.name));
  }
}

void check_one(Check& k, const Field& field, const KeyColumn& column) {
  const auto where = k.use.node->where;
  if (k.method == "Hash" && column.sorted) {
    k.c.error(DiagnosticKind::arg, where, "a Hash index has no order", "remove `sort`");
  }
  if (field.type == unsupported || column.raw_ops) return;
  if (!column.ops.empty()) check_class(k, field, column);
  else if (!has_default_class(k.method, field)) {
    k.c.error(DiagnosticKind::type, where,
              "a " + std::string(k.method) + " index doesn't support the type of " + quoted(field.name),
              "name an operator class: " + field.name + "(ops: raw(\"…\"))");
  }
}

}  // namespace

void check_index_type(Context& c, const Shape& shape, const AttributeUse& use, const Key& key) {
  const auto where = use.node->where;
  if (!key.type.empty() && std::find(methods.begin(), methods.end(), key.type) == methods.end()) {
    c.error(DiagnosticKind::unknown, where, "there is no index type " + quoted(key.type), "BTree, Hash, Gin, Gist, SpGist or Brin");
    return;
  }
  if (!key.type.empty() && key.type != "BTree" && !c.provider().index_types) {
    c.error(DiagnosticKind::provider, where, std::string(c.provider().title) + " has no " + key.type + " indexes", "remove `type`");
    return;
  }
  const bool has_ops = std::any_of(key.columns.begin(), key.columns.end(), [](const KeyColumn& k) { return !k.ops.empty(); });
  if (has_ops && !c.is(Provider::postgresql)) {
    c.error(DiagnosticKind::provider, where, std::string(c.provider().title) + " has no operator classes", "remove `ops`");
    return;
  }
  if (!c.is(Provider::postgresql)) return;
  Check check{c, use, key.type.empty() ? std::string_view("BTree") : std::string_view(key.type)};
  for (const auto& column : key.columns) {
    const auto& field = c.field(shape, column.field);
    if (field.kind == FieldKind::scalar) check_one(check, field, column);
  }
}

}  // namespace trivet::schema
