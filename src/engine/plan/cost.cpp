#include "engine/plan/cost.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace trivet::engine {
namespace {

using schema::Relation;
using schema::RelationKind;
using store::Expr;
using store::Level;
using store::Link;
using store::Op;

bool is_to_one(const schema::Schema& schema, const Link& link) {
  if (link.every >= 0) return false;
  const Relation& relation = schema.relations[link.relation];
  if (link.second >= 0 || relation.kind == RelationKind::many_to_many) return false;
  return link.side == 0 || relation.kind == RelationKind::one_to_one;
}

// Only hops to one row are bounded by themselves.
bool hops_are_bounded(const schema::Schema& schema, const Expr& expr) {
  if ((expr.op == Op::exists || expr.op == Op::related) && !is_to_one(schema, expr.link))
    return false;
  if (expr.op == Op::text_search || expr.op == Op::row_function) return false;
  return std::ranges::all_of(expr.args,
                             [&](const Expr& arg) { return hops_are_bounded(schema, arg); });
}

// A where as equalities with parameters, and whatever else.
struct Conjuncts {
  std::set<int> equal;                      // fields
  std::map<int, int> given;                 // a field's parameter
  std::vector<std::pair<int, int>> same;    // further parameters of one
  std::vector<std::pair<int, int>> listed;  // field, list parameter
  bool residual = false;

  void add(const Expr& expr) {
    if (expr.op == Op::always_true) return;
    if (expr.op == Op::and_) {
      for (const Expr& arg : expr.args) add(arg);
      return;
    }
    const bool own = expr.args.size() == 2 && is_own_column(expr.args[0]) &&
                     expr.args[1].op == Op::param;
    // As `auth().id == owner` reads.
    const bool turned = expr.args.size() == 2 && is_own_column(expr.args[1]) &&
                        expr.args[0].op == Op::param;
    if (own && expr.op == Op::eq)
      add_equal(expr.args[0].field, expr.args[1].param);
    else if (turned && expr.op == Op::eq)
      add_equal(expr.args[1].field, expr.args[0].param);
    else if (own && expr.op == Op::in)
      listed.emplace_back(expr.args[0].field, expr.args[1].param);
    else
      residual = true;
  }

  // By which a level hangs on its parent.
  void add_linked(const std::set<int>& fields) {
    for (const int field : fields) residual = residual || equal.contains(field);
    equal.insert(fields.begin(), fields.end());
  }

 private:
  static bool is_own_column(const Expr& expr) { return expr.op == Op::column && expr.depth == 0; }

  void add_equal(int field, int param) {
    equal.insert(field);
    const auto [known, is_first] = given.emplace(field, param);
    if (!is_first && known->second != param) same.emplace_back(known->second, param);
  }
};

std::vector<const schema::Key*> keys_of(const schema::Model& model) {
  std::vector<const schema::Key*> keys;
  if (model.primary_key) keys.push_back(&*model.primary_key);
  for (const schema::Key& key : model.uniques) keys.push_back(&key);
  return keys;
}

// Whether `index`, entered by equality on all of `equal`, yields the rows in the order wanted.
bool serves(const schema::Model& model, const schema::Key& index, const std::set<int>& equal,
            const std::vector<store::OrderTerm>& order) {
  if (!index.where_sql.empty() || !index.type.empty()) return false;
  if (equal.size() > index.columns.size()) return false;
  for (size_t i = 0; i < equal.size(); ++i)
    if (!equal.contains(index.columns[i].field)) return false;
  size_t at = equal.size();
  std::optional<bool> reversed;
  for (const store::OrderTerm& term : order) {
    if (term.expr.op != Op::column || term.expr.depth != 0) return false;
    if (equal.contains(term.expr.field)) continue;
    if (at == index.columns.size() || index.columns[at].field != term.expr.field) return false;
    const schema::Field& field = model.fields[term.expr.field];
    // Nulls stand first in an ascending index; another wish means sorting.
    if (field.optional && term.nulls_first == term.descending) return false;
    const bool against = term.descending != index.columns[at].descending;
    if (reversed && *reversed != against) return false;
    reversed = against;
    ++at;
  }
  return true;
}

class BoundFinder {
 public:
  BoundFinder(const schema::Schema& schema, bool counted) : schema_(schema), counted_(counted) {}
  std::vector<LevelBound> bounds;

  bool level(const Level& level, int parent, const std::set<int>& linked, bool one) {
    Conjuncts conjuncts;
    if (level.where) conjuncts.add(*level.where);
    conjuncts.add_linked(linked);
    if (!expressions_are_bounded(level)) return false;
    LevelBound bound;
    bound.parent = parent;
    if (!one && !by_key(level, conjuncts, bound) && !by_limit(level, conjuncts, bound))
      return false;
    bounds.push_back(bound);
    const int self = static_cast<int>(bounds.size()) - 1;
    return std::ranges::all_of(level.embeds,
                               [&](const store::Embed& embed) { return this->embed(embed, self); });
  }

 private:
  bool expressions_are_bounded(const Level& level) {
    const auto bounded = [&](const auto& holder) { return hops_are_bounded(schema_, holder.expr); };
    return (!level.where || hops_are_bounded(schema_, *level.where)) &&
           std::ranges::all_of(level.outputs, bounded) && std::ranges::all_of(level.order, bounded);
  }

  bool by_key(const Level& level, const Conjuncts& conjuncts, LevelBound& bound) {
    for (const schema::Key* key : keys_of(schema_.models[level.model])) {
      if (!key->where_sql.empty()) continue;
      size_t equal = 0;
      int list = -1;
      for (const schema::KeyColumn& column : key->columns) {
        if (conjuncts.equal.contains(column.field)) {
          ++equal;
          continue;
        }
        for (const auto& [field, param] : conjuncts.listed)
          if (field == column.field) list = param;
      }
      if (equal == key->columns.size()) return true;
      if (list < 0 || equal + 1 != key->columns.size()) continue;
      bound.list_param = list;
      return true;
    }
    return false;
  }

  bool by_limit(const Level& level, const Conjuncts& conjuncts, LevelBound& bound) {
    if (level.limit_param < 0 || level.grouped || level.distinct) return false;
    if (conjuncts.residual || !conjuncts.listed.empty()) return false;
    if (bounds.empty() && counted_) return false;
    bound.limit_param = level.limit_param;
    bound.offset_param = level.offset_param;
    bound.same = conjuncts.same;
    if (conjuncts.equal.empty() && level.order.empty()) return true;
    const schema::Model& model = schema_.models[level.model];
    const auto fits = [&](const schema::Key& key) {
      return serves(model, key, conjuncts.equal, level.order);
    };
    return (model.primary_key && fits(*model.primary_key)) ||
           std::ranges::any_of(model.uniques, fits) || std::ranges::any_of(model.indexes, fits);
  }

  bool embed(const store::Embed& embed, int parent) {
    const Link& link = embed.link;
    if (link.every >= 0) return false;  // what a function does is anybody's guess
    const Relation& relation = schema_.relations[link.relation];
    if (is_to_one(schema_, link)) return level(embed.level, parent, {}, true);
    const bool joined = link.second >= 0 || relation.kind == RelationKind::many_to_many;
    if (joined) {
      // The join table's index gives the rows in no order; what is kept of them is what is looked
      // at.
      if (embed.through || embed.level.where || !embed.level.order.empty()) return false;
      if (link.second >= 0 && !junction_is_indexed(link)) return false;
      return level(embed.level, parent, {}, false);
    }
    return level(embed.level, parent, {relation.from_fields.begin(), relation.from_fields.end()},
                 false);
  }

  bool junction_is_indexed(const Link& link) {
    const Relation& relation = schema_.relations[link.relation];
    const schema::Model& junction = schema_.models[relation.model[0]];
    const std::set<int> columns(relation.from_fields.begin(), relation.from_fields.end());
    const auto fits = [&](const schema::Key& key) { return serves(junction, key, columns, {}); };
    return (junction.primary_key && fits(*junction.primary_key)) ||
           std::ranges::any_of(junction.uniques, fits) ||
           std::ranges::any_of(junction.indexes, fits);
  }

  const schema::Schema& schema_;
  bool counted_;
};

bool is_same(Value a, Value b) {
  if (a.kind() != b.kind()) return false;
  if (a.kind() == ValueKind::text) return a.as_text() == b.as_text();
  return a.kind() == ValueKind::integer && a.as_integer() == b.as_integer();
}

}  // namespace

std::optional<std::vector<LevelBound>> find_bounds(const store::Query& query) {
  if (query.root.rows_param >= 0) return std::nullopt;
  BoundFinder finder(*query.schema, query.count);
  if (!finder.level(query.root, -1, {}, false)) return std::nullopt;
  return std::move(finder.bounds);
}

bool is_small(std::span<const LevelBound> bounds, std::span<const Value> params) {
  uint64_t total = 0;
  std::array<uint64_t, 80> rows{};
  if (bounds.empty() || bounds.size() > rows.size()) return false;
  const auto value = [&](int param) {
    return param < 0 ? 0 : static_cast<uint64_t>(std::max<int64_t>(0, params[param].as_integer()));
  };
  for (size_t i = 0; i < bounds.size(); ++i) {
    const LevelBound& bound = bounds[i];
    uint64_t own = bound.rows;
    for (const auto& [one, other] : bound.same)
      if (!is_same(params[static_cast<size_t>(one)], params[static_cast<size_t>(other)])) return false;
    if (bound.limit_param >= 0)
      own = std::min(value(bound.limit_param) + value(bound.offset_param), small_rows_max + 1);
    if (bound.list_param >= 0)
      own = params[bound.list_param].kind() == ValueKind::list
                ? params[bound.list_param].as_list().size()
                : 1;
    rows[i] = bound.parent < 0 ? own : own * rows[bound.parent];
    total += rows[i];
    if (total > small_rows_max) return false;
  }
  return rows[0] <= small_root_rows_max;
}

}  // namespace trivet::engine
