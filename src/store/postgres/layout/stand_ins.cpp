#include "store/postgres/layout/stand_ins.h"

#include "store/sql/render.h"

namespace trivet::store::postgres {

namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

}  // namespace

result<StandIns> StandIns::make(Session& session, const schema::Schema& schema) {
  StandIns made(schema);
  std::string rows;
  for (size_t i = 0; i < made.names_.size(); ++i) {
    const schema::PlacedName parts = schema::split_name(made.names_[i].placed);
    rows += (i == 0 ? "(" : ", (") + std::to_string(i) + ", " + sql::quote_literal(parts.db_schema) + ", " +
            sql::quote_literal(parts.name) + ")";
  }
  if (rows.empty()) return made;
  TRIVET_TRY(const auto written,
             session.query("SELECT concat_ws('.', quote_ident(nullif(s, '')), quote_ident(n)) FROM (VALUES " + rows +
                           ") AS names(i, s, n) ORDER BY i"));
  for (size_t i = 0; i < written.size(); ++i) made.names_[i].sql = written[i][0];
  made.replace_in_sql();
  return made;
}

StandIns::StandIns(const schema::Schema& schema) : renamed_(schema) {
  for (schema::Enum& type : renamed_.enums) {
    replace(type.db_name, type.db_schema, Kind::relation);
    type.db_schema.clear();
  }
  for (schema::Relation& relation : renamed_.relations) {
    const std::string& place = schema.models[static_cast<size_t>(relation.model[0])].db_schema;
    replace(relation.constraint, place, relation.kind == schema::RelationKind::many_to_many ? Kind::relation : Kind::part);
  }
  for (schema::Model& model : renamed_.models) {
    replace(model.db_name, model.db_schema, Kind::relation);
    if (model.primary_key) replace(model.primary_key->db_name, model.db_schema, Kind::part);
    for (std::vector<schema::Key>* keys : {&model.uniques, &model.indexes})
      for (schema::Key& key : *keys) replace(key.db_name, model.db_schema, Kind::part);
    model.db_schema.clear();
  }
}

void StandIns::replace_in_sql() {
  for (schema::Model& model : renamed_.models) {
    for (schema::Field& field : model.fields) replace_in(field.default_value.sql);
    for (std::vector<schema::Key>* keys : {&model.uniques, &model.indexes})
      for (schema::Key& key : *keys) replace_in(key.where_sql);
  }
}

void StandIns::replace(std::string& name, const std::string& db_schema, Kind kind) {
  Name made;
  made.stand_in = "stand_in_" + std::to_string(names_.size()) + "_";
  made.placed = kind == Kind::part ? name : schema::place_name({db_schema, name});
  name = made.stand_in;
  names_.push_back(std::move(made));
}

void StandIns::replace_in(std::string& sql) const {
  for (const Name& name : names_)
    if (name.placed.find(schema::schema_mark) != name.placed.npos) replace_all(sql, name.sql, name.stand_in);
}

std::string StandIns::name(const std::string& stand_in) const {
  // What is made of a join table's name has it in front.
  for (const Name& name : names_)
    if (stand_in.starts_with(name.stand_in)) {
      const bool is_whole = stand_in.size() == name.stand_in.size();
      return is_whole ? name.placed
                      : std::string(schema::split_name(name.placed).name) + stand_in.substr(name.stand_in.size());
    }
  return stand_in;
}

std::string StandIns::text(std::string sql) const {
  for (const Name& name : names_) replace_all(sql, name.stand_in, name.sql);
  return sql;
}

}  // namespace trivet::store::postgres
