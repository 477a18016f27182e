#include <algorithm>

#include "schema/check/field_list.h"
#include "schema/check/index_types.h"
#include "schema/check/names.h"
#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

void check_column(Context& c, const Model& model, const AttributeUse& use, const KeyColumn& column) {
  const auto& field = model.fields[static_cast<size_t>(column.field)];
  if (use.id() == AttributeId::block_index) check_length_given(c, use, field, column);
  if (field.kind == FieldKind::relation) {
    c.error(DiagnosticKind::arg, use.node->where, quoted(field.name) + " is a relation: an index is made of scalar fields",
            "use the fields of its foreign key");
  } else if (field.computed) {
    c.error(DiagnosticKind::arg, use.node->where, quoted(field.name) + " is computed: it has no column");
  }
}

// `name` is an old alias of `map`.
void take_name(Context& c, const Model& model, const AttributeUse& use, Key& key) {
  const auto* map = use.argument("map");
  const auto* name = use.argument("name");
  if (map && name) {
    c.error(DiagnosticKind::arg, name->where, "`name` is an old spelling of `map`", "keep `map` only");
  }
  if (use.id() == AttributeId::block_fulltext && !map && name) {
    read_string(name, key.db_name);
    return;
  }
  if (read_string(map, key.db_name) || read_string(name, key.db_name)) {
    key.mapped = true;
    return;
  }
  key.db_name = key_name(c, model, key.columns, "_idx");
}

void check_index(Context& c, Shape& shape, Model& model, const AttributeUse& use) {
  if (model.is_view) {
    c.error(DiagnosticKind::place, use.node->where, "a view has no indexes");
    return;
  }
  for (const auto name : {"sort", "length"}) {
    if (const auto* node = use.argument(name)) {
      c.error(DiagnosticKind::arg, node->where, "`" + std::string(name) + "` belongs to a field of the list");
    }
  }
  Key key;
  key.where = use.node->where;
  key.fulltext = use.id() == AttributeId::block_fulltext;
  if (!read_field_list(c, shape, {use, use.argument("fields"), DiagnosticKind::arg}, key.columns)) return;
  for (const auto& column : key.columns) {
    check_column(c, model, use, column);
    if (shape.base >= 0 && shape.fields[static_cast<size_t>(column.field)].from_base) {
      c.error(DiagnosticKind::place, use.node->where, "an index can't use fields of the base model");
    }
  }
  if (key.fulltext && !c.provider().fulltext) {
    c.error(DiagnosticKind::provider, use.node->where, std::string(c.provider().title) + " has no @@fulltext indexes");
  }
  if (const auto* type = use.argument("type")) key.type = std::string(type->text);
  if (const auto* where = use.argument("where")) key.where_sql = read_index_condition(c, shape, *where);
  const auto* clustered = use.argument("clustered");
  if (clustered && clustered->kind == tree::NodeKind::boolean) key.clustered = clustered->text == "true";
  if (const auto* node = clustered; node && !c.is(Provider::sqlserver)) {
    c.error(DiagnosticKind::provider, node->where, std::string(c.provider().title) + " has no clustered indexes");
  }
  check_index_type(c, shape, use, key);
  take_name(c, model, use, key);
  model.indexes.push_back(std::move(key));
}

std::string quote_sql(std::string_view text) {
  std::string out = "'";
  for (const char ch : text) {
    if (ch == '\'') out += '\'';
    out += ch;
  }
  return out + "'";
}

// One entry of { f: v, g: null, h: { not: v } }.
class Condition {
 public:
  Condition(Context& context, const Shape& shape) : c_(context), shape_(shape) {}

  std::string read(const tree::Argument& entry) {
    const int index = shape_.find_field(entry.name.text);
    if (index < 0) {
      c_.error(DiagnosticKind::unknown, entry.name.where, "there is no field " + quoted(entry.name.text),
               did_you_mean(entry.name.text, field_names(shape_)));
      return {};
    }
    const auto& field = c_.field(shape_, index);
    if (field.kind == FieldKind::relation) {
      c_.error(DiagnosticKind::arg, entry.name.where, quoted(field.name) + " is a relation");
      return {};
    }
    const auto column = "\"" + field.db_name + "\"";
    const auto& value = entry.value;
    if (value.kind != tree::NodeKind::object) return compare(field, column, value, " = ", " IS NULL");
    if (value.arguments.size() != 1 || value.arguments[0].name.text != "not") {
      c_.error(DiagnosticKind::arg, value.where, "expected a value or { not: value }");
      return {};
    }
    return compare(field, column, value.arguments[0].value, " <> ", " IS NOT NULL");
  }

 private:
  std::string compare(const Field& field, const std::string& column, const tree::Node& value, const char* op, const char* null) {
    using tree::NodeKind;
    const bool text = field.type == ScalarType::string || field.type == ScalarType::enum_ ||
                      field.type == ScalarType::datetime;
    const bool number = field.type == ScalarType::int_ || field.type == ScalarType::bigint ||
                        field.type == ScalarType::float_ || field.type == ScalarType::decimal;
    if (value.kind == NodeKind::null_) return column + null;
    if (value.kind == NodeKind::string && text) return column + op + quote_sql(decode_string(value.text));
    if (value.kind == NodeKind::number && number) return column + op + std::string(value.text);
    if (value.kind == NodeKind::boolean && field.type == ScalarType::boolean) return column + op + std::string(value.text);
    c_.error(DiagnosticKind::type, value.where, "this value doesn't fit " + quoted(field.name));
    return {};
  }

  Context& c_;
  const Shape& shape_;
};

}  // namespace

std::string read_index_condition(Context& c, const Shape& shape, const tree::Node& node) {
  using tree::NodeKind;
  if (!c.provider().partial_indexes) {
    c.error(DiagnosticKind::provider, node.where, std::string(c.provider().title) + " has no partial indexes", "remove `where`");
    return {};
  }
  if (node.kind == NodeKind::call && node.text == "raw" && node.arguments.size() == 1) {
    std::string sql;
    if (read_string(&node.arguments[0].value, sql) && !sql.empty()) return sql;
  }
  if (node.kind != NodeKind::object || node.arguments.empty()) {
    c.error(DiagnosticKind::arg, node.where, "`where` is raw(\"…\") or an object: { deletedAt: null }");
    return {};
  }
  Condition condition(c, shape);
  std::string sql;
  for (const auto& entry : node.arguments) {
    const auto part = condition.read(entry);
    if (!part.empty()) sql += (sql.empty() ? "" : " AND ") + part;
  }
  return sql;
}

void check_indexes(Context& c) {
  for (auto& shape : c.models) {
    auto& model = c.schema.models[static_cast<size_t>(shape.index)];
    // In Prisma's order: its engine numbers plain indexes before full-text ones.
    for (const auto id : {AttributeId::block_index, AttributeId::block_fulltext}) {
      for (const auto& use : shape.attributes) {
        if (use.id() == id) check_index(c, shape, model, use);
      }
    }
  }
}

}  // namespace trivet::schema
