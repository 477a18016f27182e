#include <algorithm>

#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

using tree::Node;
using tree::NodeKind;

std::string at_name(const tree::Attribute& a) { return "`" + std::string(a.level, '@') + std::string(a.name.text) + "`"; }

const AttributeInfo& unknown_attribute() {
  static constexpr AttributeInfo info{AttributeId::reserved, 0, "", {}, ~0U, false, false};
  return info;
}

class Binder {
 public:
  explicit Binder(Context& context) : c_(context) {}

  void bind(AttributeUse& use, uint32_t target) {
    use.info = find(use);
    if (!use.info) {
      use.info = &unknown_attribute();
      return;
    }
    if (use.info->id == AttributeId::reserved) {
      c_.error(DiagnosticKind::place, use.node->where, at_name(*use.node) + " is reserved for a later version", "remove it");
      return;
    }
    if ((use.info->targets & target) == 0) {
      const bool field = target < on_model;
      c_.error(field ? DiagnosticKind::type : DiagnosticKind::place, use.node->name.where,
               at_name(*use.node) + " can't be used here", wanted(*use.info));
    } else if ((target & on_fields) != 0 && (target & on_list) != 0 &&
               (use.info->targets & (on_list | on_any_list)) == 0) {
      c_.error(DiagnosticKind::type, use.node->name.where, at_name(*use.node) + " can't be used on a list");
    }
    if (use.info->id != AttributeId::native) arguments(use);
  }

 private:
  const AttributeInfo* find(const AttributeUse& use) {
    const auto& node = *use.node;
    const auto name = node.name.text;
    const auto prefix = std::string_view(name.substr(0, name.find('.')));
    if (node.level == 1 && name.find('.') != std::string_view::npos) {
      const bool native = c_.prisma(use.file) ? prefix == c_.datasource_name : prefix == "db";
      if (native) return find_attribute(1, "db");
      if (prefix == "db") {
        c_.error(DiagnosticKind::unknown, node.name.where, "there is no attribute " + at_name(node),
                 "native types are written with the datasource's name: @" + std::string(c_.datasource_name) +
                     std::string(name.substr(2)));
        return nullptr;
      }
    }
    const auto* info = name == "db" ? nullptr : find_attribute(node.level, name);
    if (info && info->zmodel_only && c_.prisma(use.file)) {
      c_.error(DiagnosticKind::unknown, node.name.where, "there is no attribute " + at_name(node) + " in .prisma files",
               "rename the file to .zmodel to use it");
      return nullptr;
    }
    if (info) return info;
    if (const auto declared = c_.declared_attributes.find(std::string(node.level, '@') + std::string(name));
        declared != c_.declared_attributes.end()) {
      return &declared->second;
    }
    c_.error(DiagnosticKind::unknown, node.name.where, "there is no attribute " + at_name(node), suggestion(node));
    return nullptr;
  }

  std::string suggestion(const tree::Attribute& node) {
    std::vector<std::string_view> names;
    for (const auto& row : attribute_table()) {
      if (row.level == node.level && row.name != "db") names.push_back(row.name);
    }
    const auto found = nearest_name(node.name.text, names);
    if (found.empty()) return {};
    return "did you mean `" + std::string(node.level, '@') + std::string(found) + "`?";
  }

  static std::string wanted(const AttributeInfo& info) {
    static constexpr std::pair<uint32_t, std::string_view> names[] = {
        {on_string, "String"}, {on_boolean, "Boolean"}, {on_int, "Int"}, {on_bigint, "BigInt"}, {on_float, "Float"},
        {on_decimal, "Decimal"}, {on_datetime, "DateTime"}, {on_json, "Json"}, {on_bytes, "Bytes"}, {on_enum, "enum"},
        {on_composite, "a `type`"}, {on_any_list, "lists"}, {on_model, "models"}, {on_view, "views"},
        {on_type, "types"}, {on_enum_block, "enums"}};
    std::string list;
    for (const auto& [bit, name] : names) {
      if ((info.targets & bit) != 0) list += (list.empty() ? "" : ", ") + std::string(name);
    }
    return list.empty() ? std::string() : "it is for: " + list;
  }

  void arguments(AttributeUse& use) {
    const auto& info = *use.info;
    size_t next = 0;
    for (const auto& argument : use.node->arguments) {
      const size_t slot = argument.name.text.empty() ? positional(use, next) : named(info, argument.name.text);
      const auto where = argument.name.text.empty() ? argument.value.where : argument.name.where;
      if (slot >= info.parameters.size()) {
        c_.error(DiagnosticKind::arg, where,
                 argument.name.text.empty() ? at_name(*use.node) + " takes no unnamed argument here"
                                            : at_name(*use.node) + " has no argument " + quoted(argument.name.text),
                 parameter_list(info));
        continue;
      }
      if (use.arguments[slot]) {
        c_.error(DiagnosticKind::arg, where, "the argument " + quoted(info.parameters[slot].name) + " is given twice");
        continue;
      }
      use.arguments[slot] = &argument.value;
      check_type(info.parameters[slot], argument.value);
    }
    for (size_t i = 0; i < info.parameters.size(); ++i) {
      if (!info.parameters[i].required || use.arguments[i]) continue;
      c_.error(DiagnosticKind::arg, use.node->where,
               at_name(*use.node) + " needs the argument " + quoted(info.parameters[i].name), parameter_list(info));
    }
  }

  static size_t positional(const AttributeUse& use, size_t& next) {
    const auto& parameters = use.info->parameters;
    while (next < parameters.size() && (!parameters[next].positional || use.arguments[next])) ++next;
    return next < parameters.size() ? next++ : parameters.size();
  }

  static size_t named(const AttributeInfo& info, std::string_view name) {
    for (size_t i = 0; i < info.parameters.size(); ++i) {
      if (info.parameters[i].name == name) return i;
    }
    return info.parameters.size();
  }

  static std::string parameter_list(const AttributeInfo& info) {
    if (info.parameters.empty()) return "it takes no arguments";
    std::string list = "it takes: ";
    for (size_t i = 0; i < info.parameters.size(); ++i) {
      list += (i ? ", " : "") + std::string(info.parameters[i].name);
    }
    return list;
  }

  void check_type(const ParameterInfo& parameter, const Node& value) {
    if (value.kind == NodeKind::invalid) return;
    switch (parameter.type) {
      case ParameterType::string: require(value.kind == NodeKind::string, parameter, value, "a string in quotes"); break;
      case ParameterType::integer:
        require(value.kind == NodeKind::number && parse_integer(value.text).has_value(), parameter, value, "a whole number");
        break;
      case ParameterType::number: require(value.kind == NodeKind::number, parameter, value, "a number"); break;
      case ParameterType::boolean: require(value.kind == NodeKind::boolean, parameter, value, "true or false"); break;
      case ParameterType::word: require(value.kind == NodeKind::name, parameter, value, "a name without quotes"); break;
      case ParameterType::field_list:
        require(value.kind == NodeKind::array || value.kind == NodeKind::name || value.kind == NodeKind::call, parameter, value,
                "a list of fields: [a, b]");
        break;
      case ParameterType::string_list: require(value.kind == NodeKind::array, parameter, value, "a list of strings"); break;
      case ParameterType::condition:
      case ParameterType::any: break;
    }
  }

  void require(bool fine, const ParameterInfo& parameter, const Node& value, std::string_view wanted) {
    if (fine) return;
    c_.error(DiagnosticKind::arg, value.where, "the argument " + quoted(parameter.name) + " must be " + std::string(wanted));
  }

  Context& c_;
};

uint32_t target_of(const Field& field) {
  uint32_t bit = 0;
  if (field.kind == FieldKind::relation) bit = on_relation;
  else if (field.type == ScalarType::enum_) bit = on_enum;
  else if (field.type == ScalarType::composite) bit = on_composite;
  else if (field.type == ScalarType::unsupported) bit = on_unsupported;
  else bit = 1U << static_cast<unsigned>(field.type);
  if (field.is_list) bit |= on_list | on_any_list;
  return bit;
}

void check_once(Context& c, const std::vector<AttributeUse>& attributes) {
  for (size_t i = 0; i < attributes.size(); ++i) {
    if (!attributes[i].info->once) continue;
    for (size_t j = 0; j < i; ++j) {
      if (attributes[j].info != attributes[i].info) continue;
      c.error(DiagnosticKind::duplicate, attributes[i].node->where, at_name(*attributes[i].node) + " is given twice");
      break;
    }
  }
}

void bind_list(Context& c, std::vector<AttributeUse>& attributes, uint32_t target) {
  Binder binder(c);
  for (auto& use : attributes) binder.bind(use, target);
  std::erase_if(attributes, [](const AttributeUse& use) { return use.info->level == 0; });
  check_once(c, attributes);
}

void bind_enum(Context& c, const EnumSource& source, Enum& made) {
  std::vector<AttributeUse> block;
  for (const auto& attribute : source.node->attributes) block.push_back({&attribute, nullptr, {}, source.file, false});
  bind_list(c, block, on_enum_block);
  const bool placed = std::any_of(block.begin(), block.end(), [](const AttributeUse& use) {
    return use.id() == AttributeId::block_schema;
  });
  if (!placed) check_has_schema(c, {"enum", made.name, source.node->name.where}, source.file);
  made.db_schema = c.schema.datasource.default_schema;
  for (const auto& use : block) {
    if (use.id() == AttributeId::block_map) read_string(use.argument("name"), made.db_name);
    if (use.id() != AttributeId::block_schema) continue;
    check_schema_name(c, use);
    read_string(use.argument("map"), made.db_schema);
  }
  for (size_t i = 0; i < source.node->fields.size(); ++i) {
    std::vector<AttributeUse> on_value;
    for (const auto& attribute : source.node->fields[i].attributes) {
      on_value.push_back({&attribute, nullptr, {}, source.file, false});
    }
    bind_list(c, on_value, on_enum_value);
    for (const auto& use : on_value) {
      if (use.id() == AttributeId::map) read_string(use.argument("name"), made.values[i].db_name);
    }
  }
}

}  // namespace

void check_schema_name(Context& c, const AttributeUse& use) {
  std::string name;
  if (!read_string(use.argument("map"), name)) return;
  if (!c.provider().multi_schema) {
    c.error(DiagnosticKind::provider, use.node->where, std::string(c.provider().title) + " has no schemas within a database");
    return;
  }
  const auto& schemas = c.schema.datasource.schemas;
  if (std::find(schemas.begin(), schemas.end(), name) != schemas.end()) return;
  c.error(DiagnosticKind::unknown, use.argument("map")->where, "the schema " + quoted(name) + " is not declared",
          "add it in the datasource: schemas = [\"" + name + "\"]");
}

void check_has_schema(Context& c, const Unplaced& what, uint32_t file) {
  const auto& source = c.schema.datasource;
  if (source.schemas.empty()) return;
  const bool is_there = std::find(source.schemas.begin(), source.schemas.end(), source.default_schema) != source.schemas.end();
  if (is_there && !c.prisma(file)) return;
  c.error(DiagnosticKind::arg, what.where, "the " + std::string(what.kind) + " " + quoted(what.name) + " has no @@schema",
          "name one of the datasource's schemas");
}

void bind_attributes(Context& c) {
  for (size_t i = 0; i < c.enums.size(); ++i) bind_enum(c, c.enums[i], c.schema.enums[i]);
  for (auto* shapes : {&c.types, &c.models}) {
    for (auto& shape : *shapes) {
      const uint32_t target = shape.kind == ShapeKind::type ? on_type : shape.kind == ShapeKind::view ? on_view : on_model;
      bind_list(c, shape.attributes, target);
      for (size_t i = 0; i < shape.fields.size(); ++i) {
        const auto& source = shape.fields[i];
        const uint32_t on = source.unresolved ? static_cast<uint32_t>(on_fields) & ~on_list & ~on_relation
                                              : target_of(c.field(shape, static_cast<int>(i)));
        bind_list(c, shape.fields[i].attributes, on);
      }
    }
  }
}

}  // namespace trivet::schema
