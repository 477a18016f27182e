// Random conditions, such that the checker of schemas takes them.
#include <array>

#include "make_spec.h"

namespace trivet::rules {
namespace {

using What = Rule::What;

Rule of(What what) {
  Rule rule;
  rule.what = what;
  return rule;
}

Rule several(What what, Rule first, Rule second) {
  Rule rule = of(what);
  rule.args.push_back(std::move(first));
  rule.args.push_back(std::move(second));
  return rule;
}

}  // namespace

Rule SpecMaker::condition(Frame& frame) {
  ++frame.depth;
  Rule made;
  const uint64_t kind = frame.depth > 4 ? 40 + below(60) : below(100);
  if (kind < 25) {
    Rule first = condition(frame);
    Rule second = condition(frame);
    made = several(chance(45) ? What::and_ : What::or_, std::move(first), std::move(second));
  } else if (kind < 33) {
    made = of(What::not_);
    made.args.push_back(condition(frame));
  } else if (kind < 60 && frame.scopes.size() < 4) {
    made = collection(frame);
  } else {
    made = leaf(frame);
  }
  --frame.depth;
  return made;
}

Rule SpecMaker::leaf(Frame& frame) {
  const uint64_t kind = below(100);
  if (kind < 35) return compare(frame);
  if (kind < 45) return null_test(frame);
  if (kind < 65) return relation_test(frame);
  if (kind < 75) return text_test(frame);
  if (kind < 83) return check(frame);
  if (kind < 88) {
    Rule made = of(What::auth_null);
    made.truth = chance(40);
    return made;
  }
  if (kind < 92) {
    Rule made = of(What::operation);
    made.operation = static_cast<Operation>(below(5));
    return made;
  }
  Rule made = of(What::flag);
  bool nullable = false;
  if (value(frame, Kind::flag, made.left, nullable)) return made;
  made = of(What::literal);
  made.truth = chance(50);
  return made;
}

bool SpecMaker::usable(const Frame& frame, int scope, const End& end, bool first) const {
  const bool of_new_row = frame.creating && first && scope == 0;
  return !of_new_row || (end.side == 0 && spec_.relations[end.relation].key >= 0);
}

Path SpecMaker::chain(const Frame& frame, int& model, bool& nullable) {
  Path path;
  const int last = static_cast<int>(frame.scopes.size()) - 1;
  path.scope = chance(65) ? last : static_cast<int>(below(frame.scopes.size()));
  model = frame.scopes[path.scope];
  for (uint64_t hops = below(4); hops > 1; --hops) {
    std::vector<int> ends;
    for (size_t i = 0; i < spec_.models[model].ends.size(); ++i) {
      const End& end = spec_.models[model].ends[i];
      if (!end.list && usable(frame, path.scope, end, path.ends.empty()))
        ends.push_back(static_cast<int>(i));
    }
    if (ends.empty()) break;
    path.ends.push_back(ends[below(ends.size())]);
    const End& end = spec_.models[model].ends[path.ends.back()];
    nullable = nullable || end.optional;
    model = end.target;
  }
  return path;
}

// From the caller's row, over a to-one relation or none.
Path SpecMaker::auth_chain(int& model) {
  Path path;
  path.scope = of_auth;
  model = 0;
  std::vector<int> ends;
  for (size_t i = 0; i < spec_.models[0].ends.size(); ++i)
    if (!spec_.models[0].ends[i].list) ends.push_back(static_cast<int>(i));
  if (ends.empty() || chance(60)) return path;
  path.ends.push_back(ends[below(ends.size())]);
  model = spec_.models[0].ends[path.ends.back()].target;
  return path;
}

int SpecMaker::field_of(int model, Kind kind) {
  std::vector<int> fields;
  for (size_t i = 0; i < spec_.models[model].fields.size(); ++i)
    if (spec_.models[model].fields[i].kind == kind) fields.push_back(static_cast<int>(i));
  return fields[below(fields.size())];
}

bool SpecMaker::value(const Frame& frame, Kind kind, Operand& to, bool& nullable) {
  int model = 0;
  to.from = Operand::From::path;
  to.path = chain(frame, model, nullable);
  to.path.field = field_of(model, kind);
  nullable = nullable || spec_.models[model].fields[to.path.field].optional;
  return true;
}

Operand SpecMaker::other(const Frame& frame, Kind kind) {
  Operand made;
  const uint64_t from = below(10);
  bool nullable = false;
  if (from < 3) {
    made.from = Operand::From::literal;
    do made.literal = cell({"", kind, false});
    while (is_null(made.literal));
  } else if (from < 6) {
    made.from = Operand::From::auth;
    made.field = field_of(0, kind);
    // Foreign keys of the auth model are no claims here.
    if (spec_.models[0].fields[made.field].relation >= 0) made.field = 0;
  } else if (from < 8 && frame.before) {
    made.from = Operand::From::before;
    made.path.field = field_of(frame.model, kind);
  } else {
    (void)value(frame, kind, made, nullable);
  }
  return made;
}

Rule SpecMaker::compare(Frame& frame) {
  static constexpr std::array operators = {"==", "!=", "<", "<=", ">", ">="};
  const Kind kind = chance(70) ? Kind::number : chance(60) ? Kind::text : Kind::flag;
  Rule made = of(What::compare);
  made.op = operators[below(kind == Kind::number ? 6 : 2)];
  bool nullable = false;
  (void)value(frame, kind, made.left, nullable);
  if (chance(15) && kind == Kind::number) {
    made.what = What::in;
    for (uint64_t i = 1 + below(3); i > 0; --i)
      made.list.emplace_back(static_cast<int64_t>(below(6)));
    return made;
  }
  made.right = other(frame, kind);
  if (chance(20)) std::swap(made.left, made.right);
  return made;
}

Rule SpecMaker::null_test(Frame& frame) {
  Rule made = of(What::null_test);
  made.truth = chance(50);
  bool nullable = false;
  if (chance(20)) {
    made.left.from = Operand::From::auth;
    made.left.field = static_cast<int>(below(7));
    return made;
  }
  (void)value(frame, static_cast<Kind>(below(3)), made.left, nullable);
  if (nullable) return made;
  return compare(frame);
}

Rule SpecMaker::relation_test(Frame& frame) {
  bool nullable = false;
  int model = 0;
  Rule made = of(What::relation_auth);
  for (int attempt = 0; attempt < 5; ++attempt) {
    nullable = false;
    made.left.path = chain(frame, model, nullable);
    made.truth = chance(75);
    if (made.left.path.ends.empty() && made.left.path.scope != 0) continue;
    if (model == 0) return made;
    if (made.left.path.ends.empty()) continue;
    made.what = What::relation_null;
    if (nullable && chance(50)) return made;
    made.what = What::relation_auth;
  }
  return compare(frame);
}

Rule SpecMaker::text_test(Frame& frame) {
  static constexpr std::array functions = {"contains", "startsWith", "endsWith"};
  Rule made = of(What::text);
  made.op = functions[below(functions.size())];
  made.truth = chance(30);
  bool nullable = false;
  (void)value(frame, Kind::text, made.left, nullable);
  made.right = other(frame, Kind::text);
  return made;
}

Rule SpecMaker::collection(Frame& frame) {
  for (int attempt = 0; attempt < 6; ++attempt) {
    bool nullable = false;
    int model = 0;
    Path path = chance(15) ? auth_chain(model) : chain(frame, model, nullable);
    std::vector<int> lists;
    for (size_t i = 0; i < spec_.models[model].ends.size(); ++i) {
      const End& end = spec_.models[model].ends[i];
      if (end.list && usable(frame, path.scope, end, path.ends.empty()))
        lists.push_back(static_cast<int>(i));
    }
    if (lists.empty()) continue;
    path.ends.push_back(lists[below(lists.size())]);
    const uint64_t kind = below(10);
    Rule made = of(kind < 5 ? What::some : kind < 8 ? What::every : What::none);
    made.left.path = path;
    made.binding = static_cast<int>(frame.scopes.size());
    frame.scopes.push_back(spec_.models[model].ends[path.ends.back()].target);
    made.args.push_back(condition(frame));
    frame.scopes.pop_back();
    return made;
  }
  return leaf(frame);
}

// Downwards only, so that no check leads back to its own rule.
Rule SpecMaker::check(Frame& frame) {
  const int model = frame.scopes.back();
  const int scope = static_cast<int>(frame.scopes.size()) - 1;
  for (size_t i = 0; i < spec_.models[model].ends.size(); ++i) {
    const End& end = spec_.models[model].ends[i];
    if (end.list || end.target >= frame.model || !usable(frame, scope, end, true)) continue;
    Rule made = of(What::check);
    made.left.path = {scope, {static_cast<int>(i)}, -1};
    if (chance(60)) made.operation = static_cast<Operation>(below(4));
    return made;
  }
  return compare(frame);
}

}  // namespace trivet::rules
