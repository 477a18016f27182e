#include "store/introspect/relations.h"

#include "store/introspect/names.h"

#include <algorithm>
#include <set>
#include <utility>

namespace trivet::store::introspect {

namespace {

using schema::Provider;
using schema::ReferentialAction;
using Pair = std::pair<int, int>;

Pair sorted(int left, int right) { return std::minmax(left, right); }

const LiveForeignKey* key_on(const LiveTable& table, const std::string& column) {
  for (const LiveForeignKey& key : table.foreign_keys)
    if (key.columns.size() == 1 && key.columns.front() == column) return &key;
  return nullptr;
}

bool is_index(const LiveIndex& index, const std::string& name,
              const std::vector<std::string>& columns) {
  return index.name == name && index.where_sql.empty() && index.method.empty() &&
         std::ranges::equal(index.columns, columns, {}, &LiveIndexColumn::name) &&
         std::ranges::none_of(index.columns, &LiveIndexColumn::descending);
}

bool has_join_indexes(const LiveDatabase& live, const LiveTable& table) {
  const std::string name = bare_name(table.name);
  bool unique = live.provider == Provider::postgresql &&
                table.primary_key_name == name + "_AB_pkey" &&
                table.primary_key == std::vector<std::string>{"A", "B"};
  bool plain = false;
  for (const LiveIndex& index : table.indexes) {
    if (index.unique && is_index(index, name + "_AB_unique", {"A", "B"}))
      unique = true;
    else if (!index.unique && is_index(index, name + "_B_index", {"B"}))
      plain = true;
    else
      return false;
  }
  return unique && plain && (live.provider == Provider::postgresql || table.primary_key.empty());
}

// The table that the column points to as an implicit relation would; -1 if it doesn't.
int join_target(const LiveDatabase& live, const LiveTable& table, const std::string& column) {
  const LiveForeignKey* key = key_on(table, column);
  if (key == nullptr || key->on_delete != ReferentialAction::cascade ||
      key->on_update != ReferentialAction::cascade)
    return -1;
  const int to = live.find_table(key->table);
  if (to < 0 || live.tables[to].primary_key != key->to_columns || !has_usable_key(live.tables[to]))
    return -1;
  const LiveColumn& from = table.columns[table.find_column(column)];
  const LiveColumn& id =
      live.tables[to].columns[live.tables[to].find_column(key->to_columns.front())];
  const bool plain = from.required && from.type == id.type && from.native == id.native &&
                     from.default_value.kind == schema::DefaultKind::none;
  return plain ? to : -1;
}

// Finds the pairs of tables between which a bare field name would say too little.
class Ambiguous {
 public:
  Ambiguous(const Names& names, const std::vector<LiveRelation>& relations) : names_(names) {
    for (size_t i = 0; i < relations.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (tables(relations[i]) == tables(relations[j])) pairs_.insert(tables(relations[i]));
    for (const LiveRelation& relation : relations)
      if (relation.key >= 0 && hides_column(relation)) pairs_.insert(tables(relation));
  }

  [[nodiscard]] bool contains(const LiveRelation& relation) const {
    return pairs_.contains(tables(relation));
  }

 private:
  static Pair tables(const LiveRelation& relation) { return sorted(relation.from, relation.to); }

  [[nodiscard]] bool hides_column(const LiveRelation& relation) const {
    const std::string& from = names_.models[relation.from];
    const std::string& to = names_.models[relation.to];
    return std::ranges::count(names_.fields[relation.from], to) > 0 ||
           std::ranges::count(names_.fields[relation.to], from) > 0;
  }

  const Names& names_;
  std::set<Pair> pairs_;
};

class Namer {
 public:
  Namer(const LiveDatabase& live, const Matches& matches, Names& names, const Ambiguous& ambiguous)
      : live_(live), matches_(matches), names_(names), ambiguous_(ambiguous) {}

  void name(LiveRelation& relation) {
    if (relation.previous >= 0) return keep(relation);
    if (relation.key >= 0)
      name_reference(relation);
    else
      name_join(relation);
    relation.from_field = free_name(relation.from_field, names_.taken[relation.from]);
    relation.to_field = free_name(relation.to_field, names_.taken[relation.to]);
  }

 private:
  void keep(LiveRelation& relation) {
    const schema::Relation& previous = matches_.schema->relations[relation.previous];
    const auto field = [&](int side) {
      return previous.field[side] < 0
                 ? std::string()
                 : matches_.schema->models[previous.model[side]].fields[previous.field[side]].name;
    };
    relation.name = previous.name;
    relation.from_field = field(0);
    relation.to_field = field(1);
  }

  void name_reference(LiveRelation& relation) {
    const std::string& from = names_.models[relation.from];
    const std::string& to = names_.models[relation.to];
    const bool self = relation.from == relation.to;
    const std::string other = self ? "other_" : "";
    relation.from_field = to;
    relation.to_field = other + from;
    if (self) relation.name = from + "To" + to;
    if (!ambiguous_.contains(relation)) return;
    relation.name = from;
    for (const std::string& column : live_.tables[relation.from].foreign_keys[relation.key].columns)
      relation.name +=
          "_" + names_.fields[relation.from][live_.tables[relation.from].find_column(column)];
    relation.name += "To" + to;
    relation.from_field = to + "_" + relation.name;
    relation.to_field = other + from + "_" + relation.name;
  }

  void name_join(LiveRelation& relation) {
    const std::string& a = names_.models[relation.from];
    const std::string& b = names_.models[relation.to];
    const std::string table = bare_name(live_.tables[relation.join].name);
    const bool self = relation.from == relation.to;
    const std::string suffix = ambiguous_.contains(relation) ? table : std::string();
    if (self || !suffix.empty() || table != "_" + a + "To" + b) relation.name = table.substr(1);
    relation.from_field = identifier(b + suffix + (self ? "_A" : ""));
    relation.to_field = identifier(a + suffix + (self ? "_B" : ""));
  }

  const LiveDatabase& live_;
  const Matches& matches_;
  Names& names_;
  const Ambiguous& ambiguous_;
};

std::vector<LiveRelation> find_relations(const LiveDatabase& live, const Matches& matches,
                                         const Names& names) {
  std::vector<LiveRelation> relations;
  std::vector<LiveRelation> joins;
  for (size_t i = 0; i < live.tables.size(); ++i) {
    const LiveTable& table = live.tables[i];
    const int at = static_cast<int>(i);
    if (is_join_table(live, matches, names, at)) {
      LiveRelation& join = joins.emplace_back();
      join.join = at;
      join.previous = matches.joins[i];
      join.from = join_target(live, table, "A");
      join.to = join_target(live, table, "B");
      continue;
    }
    for (size_t k = 0; k < table.foreign_keys.size(); ++k) {
      const LiveForeignKey& key = table.foreign_keys[k];
      LiveRelation& relation = relations.emplace_back();
      relation.key = static_cast<int>(k);
      relation.previous = matches.references[i][k];
      relation.from = at;
      relation.to = live.find_table(key.table);
      relation.one_to_one = is_unique(table, key.columns);
      relation.optional = std::ranges::any_of(key.columns, [&](const std::string& column) {
        return !table.columns[table.find_column(column)].required;
      });
    }
  }
  relations.insert(relations.end(), joins.begin(), joins.end());
  return relations;
}

}  // namespace

bool is_join_table(const LiveDatabase& live, const Matches& matches, const Names& names, int at) {
  const LiveTable& table = live.tables[at];
  const std::string name = bare_name(table.name);
  if (matches.model(at) != nullptr || table.is_view || table.columns.size() != 2 ||
      table.find_column("A") < 0 || table.find_column("B") < 0 || table.foreign_keys.size() != 2 ||
      name.size() < 2 || name.front() != '_' || !has_join_indexes(live, table))
    return false;
  const int a = join_target(live, table, "A");
  const int b = join_target(live, table, "B");
  if (a < 0 || b < 0 || names.models[a] > names.models[b]) return false;
  return schema::split_name(live.tables[a].name).db_schema == schema::split_name(table.name).db_schema;
}

std::vector<LiveRelation> make_relations(const LiveDatabase& live, const Matches& matches,
                                         Names& names) {
  std::vector<LiveRelation> relations = find_relations(live, matches, names);
  const Ambiguous ambiguous(names, relations);
  Namer namer(live, matches, names, ambiguous);
  for (LiveRelation& relation : relations) namer.name(relation);
  return relations;
}

}  // namespace trivet::store::introspect
