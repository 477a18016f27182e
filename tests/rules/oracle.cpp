// Reads, and what all requests are made of.
#include "oracle.h"

#include <algorithm>
#include <array>

namespace trivet::rules {
namespace {

Tri tri(bool value) { return value ? Tri::yes : Tri::no; }

Tri compare(const std::string& op, const Cell& left, const Cell& right) {
  if (is_null(left) || is_null(right)) return Tri::unknown;
  if (op == "eq") return tri(left == right);
  if (op == "ne") return tri(left != right);
  return tri(op == "gt" ? left > right : left <= right);
}

}  // namespace

void RequestMaker::name_field(int model, int field, bool set) {
  if (spec_.models[model].fields[field].rules.empty()) return;
  (set ? made_.expected.set_fields : made_.expected.read_fields).emplace(model, field);
}

void RequestMaker::need(int model, Operation operation) {
  if (!now().open(model, operation)) refuse("42501");
}

RequestMaker::Filter RequestMaker::comparison(int model) {
  static constexpr std::array operators = {"eq", "ne", "gt", "le"};
  const int field = static_cast<int>(below(spec_.models[model].fields.size()));
  const FieldSpec& made = spec_.models[model].fields[field];
  name_field(model, field);
  const auto seen = [model, field](const Interpreter& rules, const Row& row) {
    return rules.seen(model, field, row);
  };
  if (chance(20))
    return {"[\"is_null\",\"" + made.name + "\"]",
            [seen](const Interpreter& rules, const Row& row) {
              return tri(is_null(seen(rules, row)));
            }};
  const std::string op = operators[below(made.kind == Kind::flag ? 2 : 4)];
  const Cell right = values_.cell({"", made.kind, false});
  return {"[\"" + op + "\",\"" + made.name + "\"," + json_of(right) + "]",
          [seen, op, right](const Interpreter& rules, const Row& row) {
            return compare(op, seen(rules, row), right);
          }};
}

RequestMaker::Filter RequestMaker::exists(int model, int depth) {
  const ModelSpec& owner = spec_.models[model];
  if (owner.ends.empty()) return comparison(model);
  const int index = static_cast<int>(below(owner.ends.size()));
  const End& end = owner.ends[index];
  need(end.target, Operation::read);
  const RelationSpec& relation = spec_.relations[end.relation];
  if (relation.key >= 0) name_field(relation.from, relation.key);
  const Filter inner = filter(end.target, depth + 1);
  return {"[\"exists\",\"" + end.name + "\"," + inner.json + "]",
          [model, index, inner](const Interpreter& rules, const Row& row) {
            for (const Row* other : rules.seen_linked(model, index, row))
              if (inner.holds(rules, *other) == Tri::yes) return Tri::yes;
            return Tri::no;
          }};
}

RequestMaker::Filter RequestMaker::filter(int model, int depth) {
  const uint64_t kind = depth > 2 ? 0 : below(10);
  if (kind < 4) return comparison(model);
  if (kind < 7) return exists(model, depth);
  const Filter first = filter(model, depth + 1);
  if (kind == 7)
    return {"[\"not\"," + first.json + "]", [first](const Interpreter& rules, const Row& row) {
              const Tri held = first.holds(rules, row);
              return held == Tri::unknown ? held : tri(held == Tri::no);
            }};
  const Filter second = filter(model, depth + 1);
  const bool both = kind == 8;
  return {std::string(both ? "[\"and\"," : "[\"or\",") + first.json + "," + second.json + "]",
          [first, second, both](const Interpreter& rules, const Row& row) {
            const Tri a = first.holds(rules, row);
            const Tri b = second.holds(rules, row);
            const Tri absorbing = both ? Tri::no : Tri::yes;
            if (a == absorbing || b == absorbing) return absorbing;
            if (a == Tri::unknown || b == Tri::unknown) return Tri::unknown;
            return both ? Tri::yes : Tri::no;
          }};
}

RequestMaker::Selection RequestMaker::selection(int model, int depth) {
  const ModelSpec& owner = spec_.models[model];
  Selection made;
  std::vector<int> fields = {0};
  for (size_t i = 1; i < owner.fields.size(); ++i)
    if (chance(40)) fields.push_back(static_cast<int>(i));
  for (int field : fields) {
    made.json += (made.json.empty() ? "\"" : ",\"") + owner.fields[field].name + "\"";
    name_field(model, field);
  }
  struct Below {
    int end;
    bool list;
    Selection inner;
  };
  std::vector<Below> embeds;
  if (depth < 2 && !owner.ends.empty() && chance(50)) {
    const int index = static_cast<int>(below(owner.ends.size()));
    const End& end = owner.ends[index];
    need(end.target, Operation::read);
    const RelationSpec& relation = spec_.relations[end.relation];
    if (relation.key >= 0) name_field(relation.from, relation.key);
    embeds.push_back({index, end.list, selection(end.target, depth + 1)});
    made.json += ",{\"embed\":\"" + end.name + "\",\"select\":[" + embeds.back().inner.json +
                 "],\"order\":[\"id\"]}";
  }
  made.render = [model, fields, embeds](const Interpreter& rules, const Row& row) {
    std::string out;
    for (int field : fields) out += (out.empty() ? "[" : ",") + json_of(rules.seen(model, field, row));
    for (const Below& embed : embeds) {
      const auto rows = rules.seen_linked(model, embed.end, row);
      if (!embed.list) {
        out += "," + (rows.empty() ? "null" : embed.inner.render(rules, *rows.front()));
        continue;
      }
      std::string list;
      for (const Row* other : rows)
        list += (list.empty() ? "" : ",") + embed.inner.render(rules, *other);
      out += ",[" + list + "]";
    }
    return out + "]";
  };
  return made;
}

std::vector<int64_t> RequestMaker::matching(int model, const Filter* filter,
                                            Operation operation) const {
  std::vector<int64_t> ids;
  const Interpreter rules = now();
  for (const auto& [id, row] : made_.expected.after.tables[model]) {
    if (!rules.allowed(model, Operation::read, row)) continue;
    if (operation != Operation::read && !rules.allowed(model, operation, row)) continue;
    if (filter == nullptr || filter->holds(rules, row) == Tri::yes) ids.push_back(id);
  }
  return ids;
}

void RequestMaker::aggregate(int model) {
  const Filter where = filter(model, 0);
  const int field = static_cast<int>(1 + below(spec_.models[model].fields.size() - 1));
  name_field(model, field);
  int64_t rows = 0;
  int64_t values = 0;
  for (int64_t id : matching(model, &where, Operation::read)) {
    ++rows;
    values += is_null(now().seen(model, field, made_.expected.after.tables[model][id])) ? 0 : 1;
  }
  made_.json = "{\"read\":\"" + spec_.models[model].name +
               "\",\"select\":[{\"count\":\"*\"},{\"count\":\"" +
               spec_.models[model].fields[field].name + "\"}],\"where\":" + where.json + "}";
  made_.expected.answer =
      "gives [[" + std::to_string(rows) + "," + std::to_string(values) + "]]";
}

void RequestMaker::read() {
  const int model = static_cast<int>(below(spec_.models.size()));
  const ModelSpec& owner = spec_.models[model];
  need(model, Operation::read);
  if (chance(20)) return aggregate(model);
  const bool filtered = chance(60);
  Filter where;
  if (filtered) where = filter(model, 0);
  const Selection shown = selection(model, 0);
  const bool counted = chance(30);
  std::vector<int64_t> ids = matching(model, filtered ? &where : nullptr, Operation::read);
  int order = 0;
  if (chance(40)) {
    order = static_cast<int>(below(owner.fields.size()));
    name_field(model, order);
    const Interpreter rules = now();
    const auto key = [&](int64_t id) {
      return rules.seen(model, order, made_.expected.after.tables[model].at(id));
    };
    std::ranges::stable_sort(ids, [&](int64_t a, int64_t b) {
      const Cell left = key(a);
      const Cell right = key(b);
      if (is_null(left) || is_null(right)) return !is_null(left) && is_null(right);
      return left < right;
    });
  }
  std::string out;
  for (int64_t id : ids)
    out += (out.empty() ? "" : ",") + shown.render(now(), made_.expected.after.tables[model][id]);
  made_.json = "{\"read\":\"" + owner.name + "\",\"select\":[" + shown.json + "],\"order\":[" +
               (order > 0 ? "\"" + owner.fields[order].name + "\"," : "") + "\"id\"]" +
               (filtered ? ",\"where\":" + where.json : "") + (counted ? ",\"count\":true" : "") +
               "}";
  made_.expected.answer =
      "gives [" + out + "]" + (counted ? " of " + std::to_string(ids.size()) : "");
}

Request RequestMaker::make(const World& world, const Caller& caller) {
  made_ = {};
  made_.expected.after = world;
  caller_ = &caller;
  const uint64_t kind = below(100);
  if (kind < 50)
    read();
  else if (kind < 65)
    create();
  else if (kind < 80)
    update();
  else if (kind < 90)
    upsert();
  else
    remove();
  if (!made_.expected.refusals.empty()) made_.expected.after = world;
  return std::move(made_);
}

}  // namespace trivet::rules
