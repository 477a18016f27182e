#include "schema/check/field_list.h"

#include <algorithm>

#include "schema/check/values.h"

namespace trivet::schema {
namespace {

using tree::Node;
using tree::NodeKind;

bool read_options(Context& c, const Node& call, ColumnOptions& out) {
  bool fine = true;
  const size_t first = call.kind == NodeKind::member ? 1 : 0;
  for (size_t i = first; i < call.arguments.size(); ++i) {
    const auto& argument = call.arguments[i];
    const auto name = argument.name.text;
    if (name == "sort") out.sort = &argument.value;
    else if (name == "length") out.length = &argument.value;
    else if (name == "ops") out.ops = &argument.value;
    else {
      c.error(DiagnosticKind::arg, argument.value.where, "a field in a key takes `sort`, `length` and `ops` only");
      fine = false;
    }
  }
  return fine;
}

// addr.city: reaches into an embedded composite. Only the first name is a field of the model.
bool resolve_path(Context& c, const Shape& shape, const Node& node, KeyColumn& column) {
  const Node* root = &node;
  std::vector<std::string_view> path;
  while (root->kind == NodeKind::member) {
    path.push_back(root->text);
    root = &root->arguments[0].value;
  }
  if (root->kind != NodeKind::name) return false;
  column.field = shape.find_field(root->text);
  if (column.field < 0) return false;
  int type = c.field(shape, column.field).type_index;
  for (auto name = path.rbegin(); name != path.rend(); ++name) {
    if (type < 0) return false;
    const auto& inner = c.types[static_cast<size_t>(type)];
    const int next = inner.find_field(*name);
    if (next < 0) return false;
    type = c.field(inner, next).type_index;
    (column.path += column.path.empty() ? "" : ".") += *name;
  }
  return true;
}

bool resolve_element(Context& c, const Shape& shape, const FieldListUse& what, const Node& node, KeyColumn& column) {
  if (node.kind == NodeKind::member) {
    if (resolve_path(c, shape, node, column)) return true;
    c.error(DiagnosticKind::unknown, node.where, "there is no such path in " + quoted(shape.name()));
    return false;
  }
  if (node.kind != NodeKind::name && node.kind != NodeKind::call) {
    c.error(what.wrong, node.where, "expected the name of a field",
            node.kind == NodeKind::string ? "remove the quotes" : "");
    return false;
  }
  column.field = shape.find_field(node.text);
  if (column.field >= 0) return true;
  c.error(DiagnosticKind::unknown, node.where, "there is no field " + quoted(node.text) + " in " + quoted(shape.name()),
          did_you_mean(node.text, field_names(shape)));
  return false;
}

bool read_element(Context& c, const Shape& shape, const FieldListUse& what, const Node& node, KeyColumn& column) {
  if (!resolve_element(c, shape, what, node, column)) return false;
  if (node.kind == NodeKind::name || (node.kind == NodeKind::member && node.arguments.size() == 1)) return true;
  if (!what.options) {
    c.error(DiagnosticKind::arg, node.where, "options are not allowed here", "write the name alone");
    return false;
  }
  ColumnOptions options;
  if (!read_options(c, node, options)) return false;
  apply_column_options(c, shape, options, column);
  return true;
}

}  // namespace

void check_length_given(Context& c, const AttributeUse& use, const Field& field, const KeyColumn& column) {
  if (!c.is(Provider::mysql) || column.length > 0) return;
  if (!field.native.name.ends_with("Text") && !field.native.name.ends_with("Blob")) return;
  c.error(DiagnosticKind::provider, use.node->where, "MySQL needs a length for " + quoted(field.name) + " in a key",
          "write [" + field.name + "(length: 100)]");
}

void apply_column_options(Context& c, const Shape& shape, const ColumnOptions& options, KeyColumn& column) {
  if (options.sort) {
    const auto text = options.sort->text;
    if (options.sort->kind != NodeKind::name || (text != "Asc" && text != "Desc")) {
      c.error(DiagnosticKind::arg, options.sort->where, "`sort` is Asc or Desc");
    }
    column.descending = text == "Desc";
    column.sorted = true;
  }
  if (options.length) {
    int64_t length = 0;
    const auto& field = c.field(shape, column.field);
    if (!read_integer(options.length, length) || length < 1) {
      c.error(DiagnosticKind::arg, options.length->where, "`length` is a positive number");
    } else if (!c.provider().key_length) {
      c.error(DiagnosticKind::provider, options.length->where,
              std::string(c.provider().title) + " has no key lengths", "remove `length`");
    } else if (field.type != ScalarType::string && field.type != ScalarType::bytes) {
      c.error(DiagnosticKind::type, options.length->where, "`length` is for String and Bytes fields");
    }
    column.length = static_cast<int>(std::clamp<int64_t>(length, 0, 1 << 30));
  }
  if (options.ops) {
    const auto& ops = *options.ops;
    if (ops.kind == NodeKind::call && ops.text == "raw" && ops.arguments.size() == 1) {
      std::string raw;
      read_string(&ops.arguments[0].value, raw);
      column.ops = raw;
      column.raw_ops = true;
    } else if (ops.kind == NodeKind::name) {
      column.ops = std::string(ops.text);
    } else {
      c.error(DiagnosticKind::arg, ops.where, "`ops` is the name of an operator class, or raw(\"…\")");
    }
  }
}

bool read_field_list(Context& c, const Shape& shape, const FieldListUse& what, std::vector<KeyColumn>& out) {
  if (!what.list) return false;
  if (what.list->kind != NodeKind::array) {  // one field without brackets
    KeyColumn column;
    if (!read_element(c, shape, what, *what.list, column)) return false;
    out.push_back(std::move(column));
    return true;
  }
  bool fine = true;
  if (what.list->arguments.empty()) {
    c.error(what.wrong, what.list->where, "the list of fields is empty");
    return false;
  }
  for (const auto& element : what.list->arguments) {
    KeyColumn column;
    if (!read_element(c, shape, what, element.value, column)) {
      fine = false;
      continue;
    }
    const bool path = element.value.kind == NodeKind::member;
    const bool again = !path && std::any_of(out.begin(), out.end(), [&](const KeyColumn& k) { return k.field == column.field; });
    if (again) {
      c.error(what.wrong, element.value.where, "the field " + quoted(element.value.text) + " is listed twice");
      fine = false;
      continue;
    }
    out.push_back(std::move(column));
  }
  return fine;
}

}  // namespace trivet::schema
