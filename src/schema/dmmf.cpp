#include "schema/dmmf.h"

#include <algorithm>

#include "schema/check/context.h"

namespace trivet::schema {
namespace {

std::string json(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (byte < 0x20) (((out += "\\u00") += hex[byte >> 4]) += hex[byte & 15]);
    else out += c;
  }
  return out += '"';
}

std::string json_or_null(std::string_view text, bool present) { return present ? json(text) : "null"; }

// Writes the commas and keys of one object.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { out_ += '}'; }

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    return ((out_ += '"') += name) += "\":";
  }
  void text(std::string_view name, std::string_view value) { key(name) += json(value); }
  void flag(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void raw(std::string_view name, std::string_view value) { key(name) += value; }

 private:
  std::string& out_;
  bool first_ = true;
};

template <class Items, class Write>
void write_list(std::string& out, const Items& items, Write write) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    const size_t before = out.size();
    if (!first) out += ',';
    const size_t start = out.size();
    write(item);
    if (out.size() == start) out.resize(before);
    else first = false;
  }
  out += ']';
}

// "007.50" → "7.50": JSON has no leading zeros.
std::string number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  while (text.size() > 1 && text[0] == '0' && text[1] != '.') text.remove_prefix(1);
  return (negative ? "-" : "") + std::string(text);
}

// As the chrono library of Prisma's engine prints it: zone with a colon, fraction in groups of three digits.
std::string datetime(std::string_view text) {
  std::string out(text.substr(0, std::min<size_t>(19, text.size())));
  if (out.size() > 10) out[10] = 'T';
  size_t at = 19;
  std::string fraction;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) fraction += text[at];
  }
  fraction.resize(std::min<size_t>(fraction.size(), 9));
  while (fraction.ends_with('0')) fraction.pop_back();
  while (fraction.size() % 3 != 0) fraction += '0';
  if (!fraction.empty()) out += "." + fraction;
  const auto zone = at < text.size() ? text.substr(at) : std::string_view("Z");
  return out + (zone == "Z" || zone == "z" ? "+00:00" : std::string(zone));
}

std::string literal(const Expr& e, ScalarType type) {
  if (e.kind == ExprKind::literal_boolean) return e.boolean ? "true" : "false";
  switch (type) {
    case ScalarType::bigint: return json(number(e.text));
    case ScalarType::int_:
    case ScalarType::float_:
    case ScalarType::decimal: return number(e.text);
    case ScalarType::datetime: return json(datetime(e.text));
    default: return json(e.text);
  }
}

std::string call(std::string_view name, const std::string& arguments) {
  return "{\"name\":" + json(name) + ",\"args\":[" + arguments + "]}";
}

std::string default_text(const Field& field) {
  const auto& d = field.default_value;
  switch (d.kind) {
    case DefaultKind::none:
    case DefaultKind::auth: return {};
    case DefaultKind::literal: return literal(d.value, field.type);
    case DefaultKind::list: {
      std::string out;
      write_list(out, d.value.operands, [&](const Expr& e) { out += literal(e, field.type); });
      return out;
    }
    case DefaultKind::now: return call("now", "");
    case DefaultKind::autoincrement: return call("autoincrement", "");
    case DefaultKind::uuid4: return call("uuid", "4");
    case DefaultKind::uuid7: return call("uuid", "7");
    case DefaultKind::cuid1: return call("cuid", "1");
    case DefaultKind::cuid2: return call("cuid", "2");
    case DefaultKind::ulid: return call("ulid", "");
    case DefaultKind::nanoid: return call("nanoid", d.length_written ? std::to_string(d.length) : "");
    case DefaultKind::dbgenerated: return call("dbgenerated", d.sql.empty() ? "" : json(d.sql));
    case DefaultKind::object_id: return call("auto", "");
  }
  return {};
}

std::string_view action_name(ReferentialAction action) {
  static constexpr std::string_view names[] = {"Cascade", "Restrict", "NoAction", "SetNull", "SetDefault"};
  return names[static_cast<size_t>(action)];
}

class Writer {
 public:
  explicit Writer(const Schema& schema) : schema_(schema) {}

  std::string run() {
    out_ = "{\"datamodel\":";
    {
      Object model(out_);
      model.key("enums");
      write_list(out_, schema_.enums, [&](const Enum& e) { enumeration(e); });
      model.key("models");
      write_list(out_, schema_.models, [&](const Model& m) { this->model(m); });
      model.key("types");
      write_list(out_, schema_.types, [&](const CompositeType& t) { type(t); });
      model.key("indexes");
      indexes();
    }
    return out_ += '}';
  }

 private:
  void enumeration(const Enum& e) {
    Object o(out_);
    o.text("name", e.name);
    o.key("values");
    write_list(out_, e.values, [&](const EnumValue& v) {
      Object value(out_);
      value.text("name", v.name);
      value.raw("dbName", json_or_null(v.db_name, v.db_name != v.name));
      if (!v.doc.empty()) value.text("documentation", v.doc);
    });
    o.raw("dbName", json_or_null(e.db_name, e.db_name != e.name));
    if (!e.doc.empty()) o.text("documentation", e.doc);
  }

  bool hidden(const Field& field) const {
    if (field.ignored) return true;
    if (field.kind == FieldKind::scalar) return field.type == ScalarType::unsupported;
    if (field.relation < 0) return true;
    const auto& relation = schema_.relations[static_cast<size_t>(field.relation)];
    return schema_.models[static_cast<size_t>(relation.model[1 - field.side])].ignored;
  }

  void names(std::string_view key, Object& o, const Model* owner, const std::vector<int>& fields) {
    o.key(key);
    write_list(out_, fields, [&](int f) { out_ += json(owner->fields[static_cast<size_t>(f)].name); });
  }

  std::string type_name(const Field& field) const {
    if (field.kind == FieldKind::relation) {
      const auto& relation = schema_.relations[static_cast<size_t>(field.relation)];
      return schema_.models[static_cast<size_t>(relation.model[1 - field.side])].name;
    }
    if (field.type == ScalarType::enum_) return schema_.enums[static_cast<size_t>(field.enum_index)].name;
    if (field.type == ScalarType::composite) return schema_.types[static_cast<size_t>(field.type_index)].name;
    return std::string(scalar_name(field.type));
  }

  // The foreign key of a relation is set through the relation in Prisma's client.
  bool read_only(const Model* model, const Field& field) const {
    if (!model || field.kind == FieldKind::relation) return false;
    const int index = static_cast<int>(&field - model->fields.data());
    for (const auto& other : model->fields) {
      if (other.kind != FieldKind::relation || other.relation < 0) continue;
      const auto& relation = schema_.relations[static_cast<size_t>(other.relation)];
      if (relation.list_field[other.side] == index) return true;
      if (relation.kind == RelationKind::many_to_many || other.side != 0) continue;
      if (std::find(relation.from_fields.begin(), relation.from_fields.end(), index) != relation.from_fields.end()) return true;
    }
    return false;
  }

  void relation(Object& o, const Field& field) {
    const auto& r = schema_.relations[static_cast<size_t>(field.relation)];
    const bool owner = field.side == 0 && r.kind != RelationKind::many_to_many;
    o.text("relationName", r.name);
    if (r.list_field[field.side] >= 0) {
      const auto end = static_cast<size_t>(field.side);
      names("relationFromFields", o, &schema_.models[static_cast<size_t>(r.model[end])], {r.list_field[end]});
      names("relationToFields", o, &schema_.models[static_cast<size_t>(r.model[1 - end])], end == 0 ? r.to_fields : r.from_fields);
      return;
    }
    names("relationFromFields", o, &schema_.models[static_cast<size_t>(r.model[0])], owner ? r.from_fields : std::vector<int>{});
    names("relationToFields", o, &schema_.models[static_cast<size_t>(r.model[1])], owner ? r.to_fields : std::vector<int>{});
    if (owner && r.on_delete_written) o.text("relationOnDelete", action_name(r.on_delete));
    if (owner && r.on_update_written) o.text("relationOnUpdate", action_name(r.on_update));
  }

  void native(Object& o, const Field& field) {
    if (field.native.name.empty()) {
      o.raw("nativeType", "null");
      return;
    }
    o.key("nativeType") += '[' + json(field.native.name) + ',';
    write_list(out_, field.native.arguments, [&](int n) { out_ += json(std::to_string(n)); });
    out_ += ']';
  }

  void field(const Model* model, const Field& f) {
    if (f.kind == FieldKind::relation ? hidden(f) : f.ignored || f.type == ScalarType::unsupported) return;
    Object o(out_);
    const bool object = f.kind == FieldKind::relation || f.type == ScalarType::composite;
    const auto value = default_text(f);
    o.text("name", f.name);
    if (!f.db_name.empty() && f.db_name != f.name) o.text("dbName", f.db_name);
    o.text("kind", object ? "object" : f.type == ScalarType::enum_ ? "enum" : "scalar");
    o.flag("isList", f.is_list);
    o.flag("isRequired", !f.optional);
    o.flag("isUnique", model && is_unique(*model, f));
    o.flag("isId", f.is_id && model && model->primary_key && model->primary_key->columns.size() == 1);
    o.flag("isReadOnly", read_only(model, f));
    o.flag("hasDefaultValue", !value.empty());
    o.text("type", type_name(f));
    native(o, f);
    if (!value.empty()) o.raw("default", value);
    if (f.kind == FieldKind::relation) relation(o, f);
    if (model) {
      o.flag("isGenerated", false);
      o.flag("isUpdatedAt", f.updated_at);
    }
    if (!f.doc.empty()) o.text("documentation", f.doc);
  }

  static bool is_unique(const Model& model, const Field& field) {
    if (field.is_id && model.primary_key && model.primary_key->on_field) return false;
    return std::any_of(model.uniques.begin(), model.uniques.end(), [&](const Key& key) {
      return key.columns[0].path.empty() && key.columns.size() == 1 && key.where_sql.empty() &&
             &model.fields[static_cast<size_t>(key.columns[0].field)] == &field;
    });
  }

  // Of a path into a composite, the last name.
  static std::string_view column_name(const Model& m, const KeyColumn& column) {
    if (column.path.empty()) return m.fields[static_cast<size_t>(column.field)].name;
    return std::string_view(column.path).substr(column.path.rfind('.') + 1);
  }

  void key_object(const Model& m, const Key& key) {
    Object o(out_);
    o.raw("name", json_or_null(key.name, !key.name.empty()));
    o.key("fields");
    write_list(out_, key.columns, [&](const KeyColumn& column) { out_ += json(column_name(m, column)); });
  }

  void model(const Model& m) {
    if (m.ignored) return;
    Object o(out_);
    o.text("name", m.name);
    o.raw("dbName", json_or_null(m.db_name, m.db_name != m.name));
    o.raw("schema", json_or_null(m.db_schema, !m.db_schema.empty()));
    o.key("fields");
    write_list(out_, m.fields, [&](const Field& f) { field(&m, f); });
    o.key("primaryKey");
    if (m.primary_key && !m.primary_key->on_field) key_object(m, *m.primary_key);
    else out_ += "null";
    std::vector<const Key*> uniques;
    for (const auto& key : m.uniques) {
      if (!key.on_field && key.where_sql.empty()) uniques.push_back(&key);
    }
    o.key("uniqueFields");
    write_list(out_, uniques, [&](const Key* key) {
      write_list(out_, key->columns, [&](const KeyColumn& column) { out_ += json(column_name(m, column)); });
    });
    o.key("uniqueIndexes");
    write_list(out_, uniques, [&](const Key* key) { key_object(m, *key); });
    o.flag("isGenerated", false);
    if (!m.doc.empty()) o.text("documentation", m.doc);
  }

  void type(const CompositeType& t) {
    Object o(out_);
    o.text("name", t.name);
    o.raw("dbName", "null");
    o.raw("schema", "null");
    o.key("fields");
    write_list(out_, t.fields, [&](const Field& f) { field(nullptr, f); });
    o.raw("primaryKey", "null");
    o.raw("uniqueFields", "[]");
    o.raw("uniqueIndexes", "[]");
  }

  void index(const Model& m, const Key& key, std::string_view kind) {
    Object o(out_);
    o.text("model", m.name);
    o.text("type", kind);
    o.flag("isDefinedOnField", key.on_field);
    if (!key.name.empty()) o.text("name", key.name);
    if (key.mapped) o.text("dbName", key.db_name);
    if (!key.type.empty()) o.text("algorithm", key.type);
    if (key.clustered) o.flag("clustered", *key.clustered);
    o.key("fields");
    write_list(out_, key.columns, [&](const KeyColumn& column) {
      Object part(out_);
      const auto& name = m.fields[static_cast<size_t>(column.field)].name;
      part.text("name", column.path.empty() ? name : name + "." + column.path);
      if (column.sorted) part.text("sortOrder", column.descending ? "desc" : "asc");
      if (column.length > 0) part.raw("length", std::to_string(column.length));
      if (!column.ops.empty()) part.text("operatorClass", column.ops);
    });
  }

  // Per model: id, uniques on fields, indexes, unique blocks, full-text.
  void indexes() {
    struct Row {
      const Model* model;
      const Key* key;
      std::string_view kind;
    };
    std::vector<Row> rows;
    for (const auto& m : schema_.models) {
      if (m.ignored) continue;
      if (m.primary_key) rows.push_back({&m, &*m.primary_key, "id"});
      for (const auto& key : m.uniques) {
        if (key.on_field) rows.push_back({&m, &key, "unique"});
      }
      for (const auto& key : m.indexes) {
        if (!key.fulltext) rows.push_back({&m, &key, "normal"});
      }
      for (const auto& key : m.uniques) {
        if (!key.on_field) rows.push_back({&m, &key, "unique"});
      }
      for (const auto& key : m.indexes) {
        if (key.fulltext) rows.push_back({&m, &key, "fulltext"});
      }
    }
    write_list(out_, rows, [&](const Row& row) { index(*row.model, *row.key, row.kind); });
  }

  const Schema& schema_;
  std::string out_;
};

}  // namespace

std::string render_dmmf(const Schema& schema) { return Writer(schema).run(); }

}  // namespace trivet::schema
