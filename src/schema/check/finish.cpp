#include "schema/check/passes.h"

namespace trivet::schema {
namespace {

// FNV-1a over everything that shapes plans.
class Hash {
 public:
  Hash& operator<<(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    mix(0);
    return *this;
  }
  Hash& operator<<(int64_t number) {
    for (int i = 0; i < 8; ++i) mix(static_cast<unsigned char>(static_cast<uint64_t>(number) >> (8 * i)));
    return *this;
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  Hash& operator<<(Enum value) {
    return *this << static_cast<int64_t>(value);
  }
  uint64_t value() const { return value_; }

 private:
  void mix(unsigned char byte) { value_ = (value_ ^ byte) * 1099511628211ULL; }
  uint64_t value_ = 14695981039346656037ULL;
};

void add(Hash& h, const Expr& e) {
  h << e.kind << e.text << int64_t{e.boolean} << int64_t{e.model} << int64_t{e.field} << static_cast<int64_t>(e.operands.size());
  for (const auto& operand : e.operands) add(h, operand);
}

void add(Hash& h, const Key& key) {
  h << key.name << key.db_name << key.type << key.where_sql << static_cast<int64_t>(key.columns.size());
  for (const auto& column : key.columns) h << int64_t{column.field} << int64_t{column.descending} << int64_t{column.length} << column.ops;
}

void add(Hash& h, const Field& f) {
  h << f.name << f.db_name << f.kind << f.type << int64_t{f.enum_index} << int64_t{f.type_index} << int64_t{f.relation}
    << int64_t{f.side};
  h << int64_t{f.is_list} << int64_t{f.optional} << int64_t{f.is_id} << int64_t{f.updated_at} << int64_t{f.ignored}
    << int64_t{f.omitted} << int64_t{f.computed};
  h << f.default_value.kind << f.default_value.sql << f.default_value.format << int64_t{f.default_value.length};
  add(h, f.default_value.value);
  h << f.native.name << f.unsupported_type;
  for (const int argument : f.native.arguments) h << int64_t{argument};
  for (const auto& rule : f.rules) {
    h << rule.effect << int64_t{rule.on_read} << int64_t{rule.on_update};
    add(h, rule.condition);
  }
}

void add(Hash& h, const Model& m) {
  h << m.name << m.db_name << m.db_schema << int64_t{m.is_view} << int64_t{m.ignored};
  for (const auto& field : m.fields) add(h, field);
  if (m.primary_key) add(h, *m.primary_key);
  for (const auto& key : m.uniques) add(h, key);
  for (const auto& key : m.indexes) add(h, key);
  for (const auto& rule : m.rules) {
    h << rule.effect << int64_t{rule.operations};
    add(h, rule.condition);
  }
}

uint64_t fingerprint(const Schema& schema) {
  Hash h;
  h << schema.datasource.provider << int64_t{schema.auth_model} << int64_t{schema.auth_type};
  for (const auto& model : schema.models) add(h, model);
  for (const auto& type : schema.types) {
    h << type.name << int64_t{type.strict};
    for (const auto& field : type.fields) add(h, field);
  }
  for (const auto& item : schema.enums) {
    h << item.name << item.db_name << item.db_schema;
    for (const auto& value : item.values) h << value.name << value.db_name;
  }
  for (const auto& r : schema.relations) {
    h << r.kind << r.name << r.constraint << r.on_delete << r.on_update << int64_t{r.model[0]} << int64_t{r.model[1]};
    for (const int field : r.from_fields) h << int64_t{field};
    for (const int field : r.to_fields) h << int64_t{field};
  }
  return h.value();
}

void index_model(Model& model) {
  for (size_t i = 0; i < model.fields.size(); ++i) {
    auto& field = model.fields[i];
    model.field_by_name.emplace(field.name, static_cast<int>(i));
    if (field.kind == FieldKind::relation || field.db_name.empty()) continue;
    field.column = static_cast<int>(model.columns.size());
    model.columns.push_back(static_cast<int>(i));
    model.field_by_db_name.emplace(field.db_name, static_cast<int>(i));
  }
}

}  // namespace

void finish_schema(Context& c) {
  auto& schema = c.schema;
  for (size_t i = 0; i < schema.models.size(); ++i) {
    index_model(schema.models[i]);
    schema.model_by_name.emplace(schema.models[i].name, static_cast<int>(i));
    schema.model_by_table.emplace(schema.models[i].table(), static_cast<int>(i));
  }
  schema.fingerprint = fingerprint(schema);
}

}  // namespace trivet::schema
