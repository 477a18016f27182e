#include <array>
#include <utility>

#include "generator.h"
#include "store/store.h"
#include "value/decimal.h"

namespace trivet::random {

using schema::Field;
using schema::FieldKind;
using store::Op;

namespace {

constexpr auto texts =
    std::to_array<std::string_view>({"", "a", "A", "b", "ab", "aB", "ä", "Ä", "straße", "STRASSE",
                                     "a_b", "a%b", "z", "zz", "Ω", "1", "x y", "the fat cats",
                                     "A fat-cat sat on Straße 1"});
constexpr auto patterns = std::to_array<std::string_view>(
    {"a%", "%b", "%", "_", "a\\_b", "%\\%%", "STRASSE", "%ß%", "", "__", "ä%", "%B", "b\\"});
constexpr auto expressions =
    std::to_array<std::string_view>({"^a", "b$", "[0-9]+", "a|z", "^$", ".", "ß", "(a", "(.)\\1"});
constexpr auto searches = std::to_array<std::string_view>(
    {"fat & cat", "cat", "a | zz", "!ab", "fat <-> cat", "fat <2> sat", "stra:*", "the", "",
     "\"fat cat\" -sat", "x y", "(cat | z) & !1", "'x y'", "cat &"});
constexpr auto search_modes =
    std::to_array<std::string_view>({"", "plain", "phrase", "websearch"});
constexpr auto search_configurations =
    std::to_array<std::string_view>({"", "english", "simple", "simple", "klingon"});
constexpr auto decimals =
    std::to_array<std::string_view>({"0", "1.5", "-2.25", "10", "9.99", "1000000.01", "1.50",
                                     "10.0", "0.00"});
constexpr auto documents = std::to_array<std::string_view>(
    {"{\"a\": 1, \"b\": [1, 2]}", "{\"a\": \"x\"}", "[1, 2, 3]", "{}", "[]", "5", "\"x\"", "null",
     "true", "{\"a\": null}", "{\"a\": {\"b\": [\"x\"]}}", "1.50",
     "12345678901234567890123", "0.30000000000000004", "-7", "1.5e+400",
     "100000000000000000000"});
constexpr auto floats = std::to_array<double>({0.0, 1.5, -2.25, 100.0, 0.125, 1e20, -1e-5});
constexpr auto times =
    std::to_array<int64_t>({0, 1'704'067'200'000'000, 1'704'067'200'123'000, -86'400'000'000});

template <class T, size_t N>
const T& pick(SeededRandom& random, const std::array<T, N>& from) {
  return from[random.below(N)];
}

}  // namespace

Value Generator::pick_text() { return Value::text(pick(random_, texts)); }

std::string_view Generator::pick_document() {
  const std::string_view document = pick(random_, documents);
  const bool large = document.find("e+400") != std::string_view::npos;
  return large && numbers_ == Numbers::alike_everywhere ? "null" : document;
}

Value Generator::pick_value(const Field& field, bool null_allowed) {
  if (null_allowed && chance(15)) return {};
  const auto integer = static_cast<int64_t>(below(9)) - 1;
  switch (store::field_type(field)) {
    case Type::boolean:
      return Value::boolean(chance(50));
    case Type::int2:
    case Type::int4:
      return Value::integer(integer);
    case Type::int8:
      return Value::integer(chance(80) ? integer : int64_t{9'007'199'254'740'993} + integer);
    case Type::float4:
    case Type::float8:
      return Value::floating(pick(random_, floats));
    case Type::numeric: {
      const std::string_view decimal = pick(random_, decimals);
      return Value::numeric(numbers_ == Numbers::any ? decimal : strip_numeric_zeros(decimal));
    }
    case Type::timestamp:
    case Type::timestamptz:
      return Value::timestamp(pick(random_, times));
    case Type::jsonb:
    case Type::json:
      return Value::json(pick_document());
    case Type::bytea:
      return Value::bytes(pick(random_, texts));
    case Type::enum_: {
      const auto& values = schema_.enums[field.enum_index].values;
      return Value::text(values[below(values.size())].db_name);
    }
    default:
      return pick_text();
  }
}

store::Expr Generator::column(int model, int field) const {
  const Field& stored = schema_.models[model].fields[field];
  store::Expr expr = store::make_column(field, store::field_type(stored));
  expr.enum_index = stored.enum_index;
  expr.is_list = stored.is_list;
  return expr;
}

store::Expr Generator::param(Value value, const Expr& like, bool list) {
  made_.params.values.push_back(value);
  store::Expr expr = store::make_param(static_cast<int>(made_.params.values.size()) - 1, like.type);
  expr.enum_index = like.enum_index;
  expr.is_list = list;
  return expr;
}

int Generator::pick_column(int model) {
  const std::vector<int>& columns = schema_.models[model].columns;
  return columns[below(columns.size())];
}

int Generator::target_of(const store::Link& link) const {
  if (link.second >= 0) return schema_.relations[link.second].model[1 - link.second_side];
  return schema_.relations[link.relation].model[1 - link.side];
}

// A relation of the model, now and then through a junction.
store::Link Generator::pick_link(int model, bool to_one, bool& found) {
  std::vector<store::Link> links;
  for (const Field& field : schema_.models[model].fields) {
    if (field.kind != FieldKind::relation || field.is_list == to_one) continue;
    const store::Link link{field.relation, static_cast<uint8_t>(field.side), -1, 0};
    links.push_back(link);
    const schema::Relation& relation = schema_.relations[field.relation];
    if (to_one || relation.kind != schema::RelationKind::one_to_many || field.side != 1) continue;
    const schema::Model& junction = schema_.models[relation.model[0]];
    for (const Field& other : junction.fields)
      if (other.kind == FieldKind::relation && !other.is_list && other.side == 0 &&
          other.relation != field.relation && junction.primary_key &&
          junction.primary_key->columns.size() == 2)
        links.push_back({field.relation, 1, other.relation, 0});
  }
  found = !links.empty();
  return found ? links[below(links.size())] : store::Link{};
}

store::Expr Generator::predicate(int model, int depth) {
  const uint64_t kind = below(depth > 2 ? 60 : 100);
  if (kind < 60) return comparison(model);
  if (kind < 80) {
    std::vector<store::Expr> args;
    for (uint64_t i = 2 + below(2); i > 0; --i) args.push_back(predicate(model, depth + 1));
    return kind < 70 ? store::make_and(std::move(args)) : store::make_or(std::move(args));
  }
  if (kind < 88) return store::make_unary(Op::not_, predicate(model, depth + 1));
  return linked(model, depth);
}

store::Expr Generator::linked(int model, int depth) {
  bool found = false;
  const store::Link link = pick_link(model, chance(40), found);
  if (!found) return comparison(model);
  store::Expr exists;
  exists.op = Op::exists;
  exists.type = Type::boolean;
  exists.link = link;
  if (chance(70))
    exists.args.push_back(predicate(target_of(link), depth + 1));
  else
    exists.args.push_back(store::make_and({}));
  return exists;
}

store::Expr Generator::text_search(int model, int field) {
  const store::Expr subject = column(model, field);
  store::Expr made = store::make_binary(Op::text_search, subject,
                                        param(Value::text(pick(random_, searches)), subject));
  made.text = pick(random_, search_modes);
  made.key = pick(random_, search_configurations);
  return made;
}

store::Expr Generator::text_match(int model, int field) {
  if (chance(25)) return text_search(model, field);
  const bool like = chance(30);
  if (!like && chance(15)) {
    const Op op = chance(50) ? Op::regex : Op::iregex;
    const store::Expr subject = column(model, field);
    return store::make_binary(op, subject, param(Value::text(pick(random_, expressions)), subject));
  }
  const Op op = like ? (chance(50) ? Op::like : Op::ilike)
                     : std::array{Op::contains,  Op::starts_with,  Op::ends_with,
                                  Op::icontains, Op::istarts_with, Op::iends_with}[below(6)];
  const store::Expr subject = column(model, field);
  const Value pattern = like ? Value::text(pick(random_, patterns)) : pick_text();
  return store::make_binary(op, subject, param(pattern, subject));
}

store::Expr Generator::json_test(int model, int field) {
  const store::Expr document = column(model, field);
  if (chance(40))
    return store::make_binary(chance(50) ? Op::contains_all : Op::contained_by, document,
                              param(Value::json(pick_document()), document));
  store::Expr get = store::make_unary(chance(50) ? Op::json_get : Op::json_get_text, document);
  get.is_index = chance(30);
  get.key = "a";
  get.index = static_cast<int64_t>(below(4)) - 2;
  get.type = get.op == Op::json_get ? Type::jsonb : Type::text;
  if (chance(20)) return store::make_unary(Op::is_null, get);
  const Value right = get.type == Type::jsonb ? Value::json(pick_document()) : pick_text();
  Op op = std::array{Op::eq, Op::ne, Op::lt, Op::gt}[below(4)];
  if (unordered(get)) op = Op::eq;
  return store::make_binary(op, get, param(right, get));
}

store::Expr Generator::comparison(int model) {
  const int field = pick_column(model);
  const Field& stored = schema_.models[model].fields[field];
  const store::Expr left = column(model, field);
  if (left.type == Type::text && chance(40)) return text_match(model, field);
  if (left.type == Type::jsonb && chance(60)) return json_test(model, field);
  if (left.type == Type::boolean && chance(50))
    return store::make_unary(std::array{Op::is_true, Op::is_false, Op::is_unknown}[below(3)], left);
  if (chance(15)) return store::make_unary(chance(50) ? Op::is_null : Op::is_not_null, left);
  if (chance(20)) {
    std::vector<Value> list;
    for (uint64_t i = below(4); i > 0; --i) list.push_back(pick_value(stored, chance(20)));
    return store::make_binary(Op::in, left, param(arena_.copy_list(list), left, true));
  }
  Op op = std::array{Op::eq, Op::ne, Op::lt, Op::le, Op::gt, Op::ge, Op::is_distinct}[below(7)];
  if (unordered(left) && op != Op::is_distinct) op = Op::ne;
  if (chance(10)) {
    const int other = pick_column(model);
    const store::Expr right = column(model, other);
    if (right.type == left.type && right.enum_index == left.enum_index)
      return store::make_binary(op, left, right);
  }
  return store::make_binary(op, left, param(pick_value(stored, chance(10)), left));
}

// Something computed: a cast, a value of a to-one row, a value under a condition.
store::Expr Generator::value_expr(int model) {
  bool found = false;
  const uint64_t kind = below(3);
  if (kind == 0) {
    const store::Link link = pick_link(model, true, found);
    if (found) {
      const int target = target_of(link);
      store::Expr inner = column(target, pick_column(target));
      store::Expr related = store::make_unary(Op::related, inner);
      related.type = inner.type;
      related.enum_index = inner.enum_index;
      related.link = link;
      return related;
    }
  }
  const store::Expr plain = column(model, pick_column(model));
  if (kind == 1) {
    store::Expr when = store::make_binary(Op::case_when, comparison(model), plain);
    when.type = plain.type;
    when.enum_index = plain.enum_index;
    return when;
  }
  if (plain.type != Type::int4 && plain.type != Type::boolean && plain.type != Type::numeric)
    return plain;
  store::Expr cast = store::make_unary(Op::cast, plain);
  cast.type = Type::text;
  if (plain.type == Type::int4 && chance(60)) cast.type = chance(50) ? Type::numeric : Type::float8;
  return cast;
}

}  // namespace trivet::random
