#include "api/rest/resolve/relationship.h"

#include <fmt/format.h>

#include <algorithm>

#include "value/json_writer.h"

namespace trivet::api::rest {
namespace {

using schema::Relation;
using schema::RelationKind;

bool covers(const schema::Key& key, const std::vector<int>& fields) {
  return key.columns.size() == fields.size() &&
         std::ranges::all_of(key.columns, [&](const schema::KeyColumn& column) {
           return std::ranges::find(fields, column.field) != fields.end();
         });
}

bool is_unique_set(const schema::Model& model, const std::vector<int>& fields) {
  if (model.primary_key && covers(*model.primary_key, fields)) return true;
  return std::ranges::any_of(model.uniques, [&](const schema::Key& key) {
    return key.where_sql.empty() && covers(key, fields);
  });
}

std::string join_columns(const schema::Model& model, const std::vector<int>& fields) {
  std::string out;
  for (const int field : fields) {
    if (!out.empty()) out += ", ";
    out += model.fields[field].db_name;
  }
  return out;
}

std::string sole_column(const schema::Model& model, const std::vector<int>& fields) {
  return fields.size() == 1 ? model.fields[fields[0]].db_name : std::string();
}

class Lister {
 public:
  Lister(const Catalog& catalog, int origin)
      : catalog_(catalog), schema_(*catalog.schema()), origin_(origin) {}

  std::vector<Relationship> list() {
    for (size_t i = 0; i < schema_.relations.size(); ++i)
      for (const int side : {0, 1})
        if (schema_.relations[i].model[side] == origin_) add(static_cast<int>(i), side);
    std::ranges::stable_sort(found_, [](const Relationship& a, const Relationship& b) {
      if (a.cardinality != b.cardinality) return a.cardinality < b.cardinality;
      return a.constraint < b.constraint;
    });
    return std::move(found_);
  }

 private:
  [[nodiscard]] const schema::Model& model(int index) const { return schema_.models[index]; }

  void add(int index, int side) {
    const Relation& relation = schema_.relations[index];
    if (relation.kind == RelationKind::many_to_many) {
      add_implicit(index, side);
      return;
    }
    add_key(index, side);
    if (side == 1) add_junctions(index);
  }

  Relationship start(int index, int side) const {
    const Relation& relation = schema_.relations[index];
    Relationship r;
    r.target = relation.model[1 - side];
    r.link = {.relation = index, .side = static_cast<uint8_t>(side)};
    r.origin_field = relation.field[side];
    r.constraint = relation.constraint;
    r.self = relation.model[0] == relation.model[1];
    return r;
  }

  void add_key(int index, int side) {
    const Relation& relation = schema_.relations[index];
    Relationship r = start(index, side);
    if (!catalog_.serves(r.target)) return;
    const std::vector<int>& own = side == 0 ? relation.from_fields : relation.to_fields;
    const std::vector<int>& other = side == 0 ? relation.to_fields : relation.from_fields;
    const bool unique = is_unique_set(model(relation.model[0]), relation.from_fields);
    r.cardinality = unique      ? Cardinality::one_to_one
                    : side == 0 ? Cardinality::many_to_one
                                : Cardinality::one_to_many;
    r.origin_column = sole_column(model(origin_), own);
    r.target_column = sole_column(model(r.target), other);
    r.description = fmt::format("{} using {}({}) and {}({})", r.constraint, model(origin_).db_name,
                                join_columns(model(origin_), own), model(r.target).db_name,
                                join_columns(model(r.target), other));
    found_.push_back(std::move(r));
  }

  void add_implicit(int index, int side) {
    Relationship r = start(index, side);
    if (!catalog_.serves(r.target)) return;
    r.cardinality = Cardinality::many_to_many;
    const char* own = side == 0 ? "A" : "B";
    const char* other = side == 0 ? "B" : "A";
    r.description = fmt::format("{0} using {0}_{1}_fkey({1}) and {0}_{2}_fkey({2})", r.constraint,
                                own, other);
    found_.push_back(std::move(r));
  }

  // Relation `index` leads from a junction to the origin; pair it with the junction's other keys.
  void add_junctions(int index) {
    const Relation& first = schema_.relations[index];
    const int junction = first.model[0];
    if (!catalog_.leads_through(junction) || !in_primary_key(junction, first.from_fields) ||
        is_unique_set(model(junction), first.from_fields))
      return;
    for (size_t i = 0; i < schema_.relations.size(); ++i) {
      const Relation& second = schema_.relations[i];
      if (static_cast<int>(i) == index || second.model[0] != junction ||
          second.kind == RelationKind::many_to_many ||
          !in_primary_key(junction, second.from_fields) ||
          is_unique_set(model(junction), second.from_fields) || !catalog_.serves(second.model[1]))
        continue;
      add_junction(index, static_cast<int>(i));
    }
  }

  void add_junction(int first_index, int second_index) {
    const Relation& first = schema_.relations[first_index];
    const Relation& second = schema_.relations[second_index];
    const schema::Model& junction = model(first.model[0]);
    Relationship r;
    r.cardinality = Cardinality::many_to_many;
    r.target = second.model[1];
    r.link = {.relation = first_index, .side = 1, .second = second_index, .second_side = 0};
    r.constraint = junction.db_name;
    r.self = r.target == origin_;
    r.description = fmt::format("{} using {}({}) and {}({})", junction.db_name, first.constraint,
                                join_columns(junction, first.from_fields), second.constraint,
                                join_columns(junction, second.from_fields));
    found_.push_back(std::move(r));
  }

  [[nodiscard]] bool in_primary_key(int index, const std::vector<int>& fields) const {
    const std::optional<schema::Key>& key = model(index).primary_key;
    return key && std::ranges::all_of(fields, [&](int field) {
             return std::ranges::any_of(key->columns, [&](const schema::KeyColumn& column) {
               return column.field == field;
             });
           });
  }

  const Catalog& catalog_;
  const schema::Schema& schema_;
  const int origin_;
  std::vector<Relationship> found_;
};

// A self relation gives two relationships over one key; upstream tells them apart by what is named.
bool matches_self(const Relationship& r, EmbedName name, std::string_view table) {
  const bool inverse = r.cardinality == Cardinality::one_to_many;
  if (!name.hint.empty()) return inverse && name.target == table && name.hint == r.target_column;
  return (inverse && name.target == table) ||
         (r.cardinality == Cardinality::many_to_one && name.target == r.origin_column);
}

bool matches(const Relationship& r, EmbedName name, const schema::Model& target) {
  const std::string_view table = target.db_name;
  if (r.self) return matches_self(r, name, table);
  const bool has_constraint = r.cardinality != Cardinality::many_to_many;
  const bool own_column = !r.origin_column.empty();
  if (name.hint.empty())
    return name.target == table ||
           (!target.is_view && ((has_constraint && name.target == r.constraint) ||
                                (own_column && name.target == r.origin_column)));
  return name.target == table &&
         (name.hint == r.constraint || (own_column && (name.hint == r.origin_column ||
                                                       name.hint == r.target_column)));
}

// Ours: the relation field's own name, where upstream's names find nothing.
bool matches_field(const Catalog& catalog, int origin, const Relationship& r, EmbedName name) {
  if (r.origin_field < 0) return false;
  const std::string& field = catalog.model(origin).fields[r.origin_field].name;
  if (name.hint.empty()) return name.target == field;
  return name.hint == field && name.target == catalog.model(r.target).db_name;
}

std::string_view cardinality_name(Cardinality cardinality) {
  switch (cardinality) {
    case Cardinality::one_to_many: return "one-to-many";
    case Cardinality::many_to_one: return "many-to-one";
    case Cardinality::one_to_one: return "one-to-one";
    default: return "many-to-many";
  }
}

std::unexpected<Error> not_found(const Catalog& catalog, int origin, EmbedName name) {
  const std::string& table = catalog.model(origin).db_name;
  const std::string with_hint =
      name.hint.empty() ? "" : fmt::format(" using the hint '{}'", name.hint);
  return fail(ErrorCode::no_relationship,
              fmt::format("Could not find a relationship between '{}' and '{}' in the schema cache",
                          table, name.target),
              fmt::format("Searched for a foreign key relationship between '{}' and '{}'{} in the "
                          "schema '{}', but no matches were found.",
                          table, name.target, with_hint, catalog.profile()));
}

std::unexpected<Error> ambiguous(const Catalog& catalog, int origin, EmbedName name,
                                 const std::vector<Relationship>& found) {
  const std::string& table = catalog.model(origin).db_name;
  std::string details = "[";
  std::string choices;
  for (const Relationship& r : found) {
    const std::string& target = catalog.model(r.target).db_name;
    if (details.size() > 1) details += ',';
    details += fmt::format("{{\"cardinality\":\"{}\",\"embedding\":", cardinality_name(r.cardinality));
    append_json_string(details, fmt::format("{} with {}", table, target));
    details += ",\"relationship\":";
    append_json_string(details, r.description);
    details += '}';
    if (!choices.empty()) choices += ", ";
    choices += fmt::format("'{}!{}'", target, r.constraint);
  }
  details += ']';
  auto failure = fail(
      ErrorCode::ambiguous_relationship,
      fmt::format("Could not embed because more than one relationship was found for '{}' and '{}'",
                  table, name.target),
      {},
      fmt::format("Try changing '{}' to one of the following: {}. Find the desired relationship in "
                  "the 'details' key.",
                  name.target, choices));
  failure.error().details_json = std::move(details);
  return failure;
}

}  // namespace

std::vector<Relationship> list_relationships(const Catalog& catalog, int origin) {
  return Lister(catalog, origin).list();
}

result<Relationship> find_relationship(const Catalog& catalog, int origin, EmbedName name) {
  std::vector<Relationship> all = list_relationships(catalog, origin);
  std::vector<Relationship> found;
  for (const Relationship& r : all)
    if (matches(r, name, catalog.model(r.target))) found.push_back(r);
  if (found.empty())
    for (const Relationship& r : all)
      if (matches_field(catalog, origin, r, name)) found.push_back(r);
  if (found.empty()) return not_found(catalog, origin, name);
  if (found.size() > 1) return ambiguous(catalog, origin, name, found);
  return std::move(found[0]);
}

}  // namespace trivet::api::rest
