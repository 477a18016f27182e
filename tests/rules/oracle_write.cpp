// Writes: in the order that they happen, on a copy of the world.
#include <algorithm>

#include "oracle.h"

namespace trivet::rules {

std::string RequestMaker::row_json(int model, const Row& row, const std::set<int>* only) const {
  std::string out;
  for (size_t i = 0; i < row.size(); ++i)
    if (only == nullptr || only->contains(static_cast<int>(i)))
      out += (out.empty() ? "\"" : ",\"") + spec_.models[model].fields[i].name +
             "\":" + json_of(row[i]);
  return "{" + out + "}";
}

Row RequestMaker::row(const World& world, int model, int64_t id) {
  Row made;
  for (const FieldSpec& field : spec_.models[model].fields) {
    if (made.empty()) {
      made.emplace_back(id);
      continue;
    }
    if (field.relation < 0) {
      made.push_back(values_.cell(field));
      continue;
    }
    const auto& targets = world.tables[spec_.relations[field.relation].to];
    if (targets.empty() || (field.optional && chance(20))) {
      made.emplace_back();
      continue;
    }
    made.emplace_back(std::next(targets.begin(),
                                static_cast<ptrdiff_t>(below(targets.size())))->first);
    if (chance(3)) made.back() = int64_t{77};
  }
  return made;
}

// Keys that lead nowhere, keys that are there twice, keys that are missing.
void RequestMaker::check_data() {
  const World& world = made_.expected.after;
  for (const RelationSpec& relation : spec_.relations) {
    if (relation.key < 0) continue;
    std::set<int64_t> seen;
    for (const auto& [id, row] : world.tables[relation.from]) {
      const Cell& key = row[relation.key];
      if (is_null(key)) {
        if (relation.required) refuse("23502");
        continue;
      }
      const int64_t target = std::get<int64_t>(key);
      if (!world.tables[relation.to].contains(target)) refuse("23503");
      if (relation.unique && !seen.insert(target).second) refuse("23505");
    }
  }
}

// A new row against what is there before it.
void RequestMaker::check_created(int model, const Row& row) {
  if (!now().allowed(model, Operation::create, row)) refuse("42501");
}

void RequestMaker::answer_written(int model, const Selection& shown,
                                  const std::vector<int64_t>& ids, bool returns) {
  made_.expected.answer = "affects " + std::to_string(ids.size());
  std::set<std::string>& refusals = made_.expected.refusals;
  if (!returns || (!refusals.empty() && refusals != std::set<std::string>{"23503"})) return;
  std::string out;
  std::vector<int64_t> sorted = ids;
  std::ranges::sort(sorted);
  for (int64_t id : sorted) {
    const Row& row = made_.expected.after.tables[model].at(id);
    // Stores check foreign keys when all rows are written, before or after what is shown.
    if (!now().allowed(model, Operation::read, row)) refuse("42501");
    out += (out.empty() ? "" : ",") + shown.render(now(), row);
  }
  made_.expected.answer = "gives [" + out + "]";
}

// A row of a to-many relation, written with its parent.
bool RequestMaker::add_child(int model, const Row& parent, std::string& json) {
  for (const End& end : spec_.models[model].ends) {
    const RelationSpec& relation = spec_.relations[end.relation];
    if (!end.list || relation.key < 0 || end.target == model) continue;
    World& world = made_.expected.after;
    Row child = row(world, end.target, static_cast<int64_t>(40 + below(3)));
    child[relation.key] = parent[0];
    need(end.target, Operation::create);
    check_created(end.target, child);
    std::set<int> given;
    for (size_t i = 0; i < child.size(); ++i)
      if (static_cast<int>(i) != relation.key) given.insert(static_cast<int>(i));
    json.insert(json.size() - 1, ",\"" + end.name + "\":{\"create\":" +
                                     row_json(end.target, child, &given) + "}");
    if (!world.tables[end.target].try_emplace(id_of(child), child).second) refuse("23505");
    return true;
  }
  return false;
}

void RequestMaker::create() {
  const int model = static_cast<int>(below(spec_.models.size()));
  need(model, Operation::create);
  const bool returns = chance(60);
  Selection shown;
  if (returns) {
    need(model, Operation::read);
    shown = selection(model, 0);
  }
  World& world = made_.expected.after;
  std::vector<Row> rows;
  std::vector<int64_t> ids;
  for (uint64_t i = 1 + below(3); i > 0; --i) {
    const auto id = static_cast<int64_t>(1 + below(14));
    if (std::ranges::find(ids, id) != ids.end()) continue;
    ids.push_back(id);
    rows.push_back(row(world, model, id));
    check_created(model, rows.back());
  }
  for (const Row& row : rows)
    if (!world.tables[model].try_emplace(id_of(row), row).second) refuse("23505");
  std::string json;
  for (const Row& row : rows) {
    std::string one = row_json(model, row);
    if (rows.size() == 1 && chance(40)) (void)add_child(model, row, one);
    json += (json.empty() ? "" : ",") + one;
  }
  check_data();
  answer_written(model, shown, ids, returns);
  made_.json = "{\"create\":\"" + spec_.models[model].name + "\",\"rows\":[" + json + "]" +
               (returns ? ",\"select\":[" + shown.json + "],\"order\":[\"id\"]" : "") + "}";
}

void RequestMaker::update() {
  const int model = static_cast<int>(below(spec_.models.size()));
  need(model, Operation::update);
  need(model, Operation::read);
  const bool filtered = chance(80);
  Filter where;
  if (filtered) where = filter(model, 0);
  const bool returns = chance(50);
  Selection shown;
  if (returns) shown = selection(model, 0);
  World& world = made_.expected.after;
  const Row source = row(world, model, 1);
  std::set<int> fields;
  for (uint64_t i = 1 + below(3); i > 0; --i)
    fields.insert(static_cast<int>(1 + below(source.size() - 1)));
  for (int field : fields) name_field(model, field, true);
  const std::vector<int64_t> ids = matching(model, filtered ? &where : nullptr, Operation::update);
  const auto before = world.tables[model];
  for (int64_t id : ids)
    for (int field : fields)
      if (!now().field_allowed(model, field, Operation::update, before.at(id))) refuse("42501");
  for (int64_t id : ids)
    for (int field : fields) world.tables[model].at(id)[field] = source[field];
  check_data();
  for (int64_t id : ids)
    if (!now().allowed(model, Operation::post_update, world.tables[model].at(id), &before.at(id)))
      refuse("42501");
  answer_written(model, shown, ids, returns);
  made_.json = "{\"update\":\"" + spec_.models[model].name +
               "\",\"set\":" + row_json(model, source, &fields) +
               (filtered ? ",\"where\":" + where.json : "") +
               (returns ? ",\"select\":[" + shown.json + "],\"order\":[\"id\"]" : "") + "}";
}

void RequestMaker::upsert() {
  const int model = static_cast<int>(below(spec_.models.size()));
  const bool ignore = chance(25);
  need(model, Operation::create);
  const bool returns = chance(50);
  if (!ignore) need(model, Operation::update);
  if (!ignore || returns) need(model, Operation::read);
  Selection shown;
  if (returns) shown = selection(model, 0);
  World& world = made_.expected.after;
  std::vector<Row> rows;
  std::set<int64_t> given;
  for (uint64_t i = 1 + below(3); i > 0; --i) {
    const auto id = static_cast<int64_t>(1 + below(12));
    if (!given.insert(id).second) continue;
    rows.push_back(row(world, model, id));
    check_created(model, rows.back());
  }
  std::vector<int64_t> written;
  std::vector<std::pair<int64_t, Row>> updated;
  std::string json;
  for (const Row& row : rows) {
    json += (json.empty() ? "" : ",") + row_json(model, row);
    const auto known = world.tables[model].find(id_of(row));
    if (known == world.tables[model].end()) {
      world.tables[model].emplace(id_of(row), row);
      written.push_back(id_of(row));
      check_data();
      continue;
    }
    if (ignore) continue;
    bool may = now().allowed(model, Operation::update, known->second) &&
               now().allowed(model, Operation::read, known->second);
    for (size_t field = 0; field < row.size(); ++field)
      may = may &&
            now().field_allowed(model, static_cast<int>(field), Operation::update, known->second);
    if (!may) refuse("42501");
    updated.emplace_back(id_of(row), known->second);
    known->second = row;
    written.push_back(id_of(row));
    check_data();
  }
  if (!ignore)
    for (size_t field = 0; field < spec_.models[model].fields.size(); ++field)
      name_field(model, static_cast<int>(field), true);
  for (const auto& [id, before] : updated)
    if (!now().allowed(model, Operation::post_update, world.tables[model].at(id), &before))
      refuse("42501");
  answer_written(model, shown, written, returns);
  made_.json = "{\"upsert\":\"" + spec_.models[model].name + "\",\"rows\":[" + json +
               "],\"conflict\":[\"id\"]" + (ignore ? ",\"ignore\":true" : "") +
               (returns ? ",\"select\":[" + shown.json + "],\"order\":[\"id\"]" : "") + "}";
}

void RequestMaker::erase(int model, int64_t id) {
  World& world = made_.expected.after;
  if (world.tables[model].erase(id) == 0) return;
  for (size_t index = 0; index < spec_.relations.size(); ++index) {
    const RelationSpec& relation = spec_.relations[index];
    if (relation.key < 0) {
      std::erase_if(world.pairs[index], [&](const auto& pair) {
        return (relation.from == model && pair.first == id) ||
               (relation.to == model && pair.second == id);
      });
      continue;
    }
    if (relation.to != model) continue;
    std::vector<int64_t> children;
    for (const auto& [child, row] : world.tables[relation.from])
      if (row[relation.key] == Cell(id)) children.push_back(child);
    for (int64_t child : children) {
      if (relation.required)
        erase(relation.from, child);
      else if (auto row = world.tables[relation.from].find(child);
               row != world.tables[relation.from].end())
        row->second[relation.key] = Cell();
    }
  }
}

void RequestMaker::remove() {
  const int model = static_cast<int>(below(spec_.models.size()));
  need(model, Operation::delete_);
  need(model, Operation::read);
  Filter where = filter(model, 0);
  const bool returns = chance(50);
  Selection shown;
  if (returns) shown = selection(model, 0);
  const std::vector<int64_t> ids = matching(model, &where, Operation::delete_);
  made_.expected.answer = "affects " + std::to_string(ids.size());
  if (returns) {
    std::string out;
    for (int64_t id : ids)
      out += (out.empty() ? "" : ",") + shown.render(now(), made_.expected.after.tables[model][id]);
    made_.expected.answer = "gives [" + out + "]";
  }
  for (int64_t id : ids) erase(model, id);
  made_.json = "{\"delete\":\"" + spec_.models[model].name + "\",\"where\":" + where.json +
               (returns ? ",\"select\":[" + shown.json + "],\"order\":[\"id\"]" : "") + "}";
}

}  // namespace trivet::rules
