#include <algorithm>

#include "schema/check/field_list.h"
#include "schema/check/names.h"
#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

struct Keys {
  Context& c;
  Shape& shape;
  Model& model;
  std::vector<std::string> names = {};  // custom names taken

  Field& field(int index) { return model.fields[static_cast<size_t>(index)]; }
};

void check_clustered(Context& c, const AttributeUse& use, Key& key) {
  const auto* node = use.argument("clustered");
  if (node && node->kind == tree::NodeKind::boolean) key.clustered = node->text == "true";
  if (node && !c.is(Provider::sqlserver)) {
    c.error(DiagnosticKind::provider, node->where, std::string(c.provider().title) + " has no clustered keys", "remove `clustered`");
  }
}

void check_column(Keys& k, const AttributeUse& use, const KeyColumn& column, bool primary) {
  check_length_given(k.c, use, k.field(column.field), column);
  const auto& field = k.field(column.field);
  const auto& source = k.shape.fields[static_cast<size_t>(column.field)];
  if (source.unresolved) return;
  const auto where = use.node->where;
  const auto name = quoted(field.name);
  if (field.kind == FieldKind::relation) {
    k.c.error(primary && use.id() == AttributeId::id ? DiagnosticKind::type : DiagnosticKind::key, where,
              name + " is a relation: a key is made of scalar fields", "use the fields of its foreign key");
  } else if (field.type == ScalarType::composite) {
    if (column.path.empty()) k.c.error(DiagnosticKind::key, where, name + " is a composite: a key is made of scalar fields");
  } else if (field.computed) {
    k.c.error(DiagnosticKind::key, where, name + " is computed: it has no column");
  } else if (primary && field.optional) {
    k.c.error(DiagnosticKind::key, where, name + " is optional: the fields of an id are required", "remove the `?`");
  } else if (primary && field.is_list) {
    k.c.error(DiagnosticKind::key, where, name + " is a list: the fields of an id are single values");
  } else if (primary && field.type == ScalarType::json && !k.c.prisma(source.file)) {
    k.c.error(DiagnosticKind::key, where, "a Json field can't be an id");
  }
  if (primary && column.sorted && !k.c.is(Provider::sqlserver)) {
    k.c.error(DiagnosticKind::provider, where, std::string(k.c.provider().title) + " has no sorted primary keys", "remove `sort`");
  }
  if (source.from_base && use.inherited == false && k.shape.base >= 0) {
    k.c.error(DiagnosticKind::place, where, name + " is in the table of the base model");
  }
}

void take_client_name(Keys& k, const AttributeUse& use, Key& key) {
  const auto* node = use.argument("name");
  if (!read_string(node, key.name)) return;
  const auto word = [](char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_';
  };
  if (key.name.empty() || !std::all_of(key.name.begin(), key.name.end(), word)) {
    k.c.error(DiagnosticKind::arg, node->where, "a name has letters, digits and `_` only");
  } else if (k.shape.find_field(key.name) >= 0) {
    k.c.error(DiagnosticKind::duplicate, node->where, "the name " + quoted(key.name) + " is already that of a field");
  } else if (std::find(k.names.begin(), k.names.end(), key.name) != k.names.end()) {
    k.c.error(DiagnosticKind::duplicate, node->where, "the name " + quoted(key.name) + " is already that of another key");
  }
  k.names.push_back(key.name);
}

void finish_key(Keys& k, const AttributeUse& use, Key& key, std::string_view suffix) {
  key.where = use.node->where;
  check_clustered(k.c, use, key);
  key.mapped = read_string(use.argument("map"), key.db_name);
  if (!key.mapped) key.db_name = key_name(k.c, k.model, key.columns, suffix);
}

void set_primary(Keys& k, const AttributeUse& use, Key key) {
  if (k.model.is_view) {
    k.c.error(DiagnosticKind::place, use.node->where, "a view has no id", "use @unique");
    return;
  }
  if (k.model.primary_key) {
    k.c.error(DiagnosticKind::key, use.node->where, "the model has an id already", "use @@id for an id of several fields");
    return;
  }
  finish_key(k, use, key, "_pkey");
  for (const auto& column : key.columns) k.field(column.field).is_id = true;
  if (k.c.is(Provider::mongodb) && key.columns.size() == 1 && k.field(key.columns[0].field).db_name != "_id") {
    k.c.error(DiagnosticKind::key, use.node->where, "the id of a MongoDB document is called _id", "add @map(\"_id\")");
  }
  k.model.primary_key = std::move(key);
}

void field_key(Keys& k, int index, const AttributeUse& use) {
  const bool primary = use.id() == AttributeId::id;
  Key key;
  key.on_field = true;
  KeyColumn column;
  column.field = index;
  apply_column_options(k.c, k.shape, {use.argument("sort"), use.argument("length"), nullptr}, column);
  check_column(k, use, column, primary);
  if (k.field(index).kind == FieldKind::relation) return;
  key.columns.push_back(std::move(column));
  if (primary) {
    set_primary(k, use, std::move(key));
    return;
  }
  finish_key(k, use, key, "_key");
  k.field(index).is_unique = true;
  k.model.uniques.push_back(std::move(key));
}

void refuse_block_options(Keys& k, const AttributeUse& use) {
  for (const auto name : {"sort", "length"}) {
    if (const auto* node = use.argument(name)) {
      k.c.error(DiagnosticKind::arg, node->where, "`" + std::string(name) + "` belongs to a field of the list",
                "write [a(" + std::string(name) + ": …)]");
    }
  }
}

void block_key(Keys& k, const AttributeUse& use, bool primary) {
  Key key;
  refuse_block_options(k, use);
  const bool fine = read_field_list(k.c, k.shape, {use, use.argument("fields"), DiagnosticKind::key}, key.columns);
  for (const auto& column : key.columns) check_column(k, use, column, primary);
  take_client_name(k, use, key);
  if (primary && k.c.is(Provider::mongodb)) {
    k.c.error(DiagnosticKind::provider, use.node->where, "MongoDB has no ids of several fields", "use @id and @@unique");
  }
  const bool relation = std::any_of(key.columns.begin(), key.columns.end(),
                                    [&](const KeyColumn& x) { return k.field(x.field).kind == FieldKind::relation; });
  if (!fine || relation) {
    k.shape.has_broken_key = true;
    return;
  }
  if (primary) {
    set_primary(k, use, std::move(key));
    return;
  }
  if (const auto* where = use.argument("where")) key.where_sql = read_index_condition(k.c, k.shape, *where);
  finish_key(k, use, key, "_key");
  k.model.uniques.push_back(std::move(key));
}

bool is_strict(Keys& k, const Key& key) {
  if (!key.where_sql.empty()) return false;
  return std::all_of(key.columns.begin(), key.columns.end(), [&](const KeyColumn& column) {
    const auto& field = k.field(column.field);
    return !field.optional && field.type != ScalarType::unsupported;
  });
}

// Every model can be addressed by one row: an id, or a unique of required fields.
void check_has_key(Keys& k) {
  if (k.model.is_view || k.model.ignored || k.shape.has_broken_key || k.shape.base >= 0) return;
  if (k.model.primary_key && is_strict(k, *k.model.primary_key)) return;
  for (const auto& key : k.model.uniques) {
    if (is_strict(k, key)) return;
  }
  for (const auto& field : k.shape.fields) {
    if (field.find(AttributeId::id)) {
      if (k.field(k.shape.find_field(field.node->name.text)).type != ScalarType::unsupported) return;
    }
  }
  k.c.error(DiagnosticKind::key, k.model.where, "the model " + quoted(k.model.name) + " has no key",
            "mark a required field with @id or @unique, or add @@id([…])");
}

void check_model(Context& c, Shape& shape) {
  Keys k{c, shape, c.schema.models[static_cast<size_t>(shape.index)]};
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    for (const auto& use : shape.fields[i].attributes) {
      if (use.id() != AttributeId::id && use.id() != AttributeId::unique) continue;
      if (shape.base >= 0 && use.id() == AttributeId::id && !shape.fields[i].from_base) {
        c.error(DiagnosticKind::key, use.node->where, "a model that extends another has that one's id");
        continue;
      }
      field_key(k, static_cast<int>(i), use);
    }
  }
  for (const auto& use : shape.attributes) {
    if (use.id() == AttributeId::block_id) block_key(k, use, true);
    if (use.id() == AttributeId::block_unique) block_key(k, use, false);
  }
  check_has_key(k);
}

void check_type(Context& c, const Shape& shape) {
  if (!shape.used_as_type) return;
  for (const auto& field : shape.fields) {
    for (const auto id : {AttributeId::id, AttributeId::unique}) {
      const auto* use = field.find(id);
      if (use) c.error(DiagnosticKind::place, use->node->where, "a type that is stored inside a row has no keys");
    }
  }
}

}  // namespace

void check_keys(Context& c) {
  for (auto& shape : c.types) check_type(c, shape);
  for (auto& shape : c.models) check_model(c, shape);
}

}  // namespace trivet::schema
