#include "engine/testing/operation_text.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/policy/policy.h"
#include "store/store.h"
#include "value/coerce.h"
#include "value/json_writer.h"

namespace trivet::engine::testing {
namespace {

using schema::Field;
using schema::FieldKind;
using schema::Model;
using store::Expr;
using store::Op;

const std::map<std::string, Op> binary_ops = {{"eq", Op::eq},
                                              {"ne", Op::ne},
                                              {"lt", Op::lt},
                                              {"le", Op::le},
                                              {"gt", Op::gt},
                                              {"ge", Op::ge},
                                              {"is_distinct", Op::is_distinct},
                                              {"in", Op::in},
                                              {"like", Op::like},
                                              {"ilike", Op::ilike},
                                              {"regex", Op::regex},
                                              {"contains", Op::contains},
                                              {"starts_with", Op::starts_with},
                                              {"ends_with", Op::ends_with},
                                              {"icontains", Op::icontains},
                                              {"contains_all", Op::contains_all},
                                              {"contained_by", Op::contained_by},
                                              {"overlaps", Op::overlaps}};

const std::map<std::string, Op> unary_ops = {{"is_null", Op::is_null},
                                             {"is_not_null", Op::is_not_null},
                                             {"is_true", Op::is_true},
                                             {"is_false", Op::is_false},
                                             {"is_unknown", Op::is_unknown}};

const std::map<std::string, Op> aggregates = {
    {"count", Op::count}, {"sum", Op::sum}, {"avg", Op::avg}, {"min", Op::min}, {"max", Op::max}};

std::string text_of(JsonValue value) {
  std::string text;
  value.as_string().append_to(text);
  return text;
}

std::vector<JsonValue> elements_of(JsonValue value) {
  std::vector<JsonValue> elements;
  for (JsonValue element : value.elements()) elements.push_back(element);
  return elements;
}

class Parser {
 public:
  explicit Parser(const schema::Schema& schema) : schema_(schema) {}

  result<TestOperation> parse(JsonValue text) {
    static const std::pair<const char*, OperationKind> kinds[] = {
        {"read", OperationKind::read},
        {"create", OperationKind::create},
        {"update", OperationKind::update},
        {"upsert", OperationKind::upsert},
        {"delete", OperationKind::delete_}};
    Operation& operation = made_.operation;
    for (const auto& [name, kind] : kinds) {
      const auto model = text.find(name);
      if (!model) continue;
      operation.kind = kind;
      const auto known = schema_.model_by_name.find(text_of(*model));
      if (known == schema_.model_by_name.end())
        return fail(ErrorCode::undefined_table, "no model " + text_of(*model));
      TRIVET_TRY(operation.selection, level(known->second, text));
    }
    if (text.find("count")) operation.count = CountKind::exact;
    operation.returns_rows =
        operation.kind == OperationKind::read || text.find("select").has_value();
    TRIVET_CHECK(write(text));
    operation.shape = text.raw();
    return std::move(made_);
  }

 private:
  result<int> find_field(int model, JsonValue name) {
    const Model& owner = schema_.models[model];
    const auto known = owner.field_by_name.find(text_of(name));
    if (known == owner.field_by_name.end())
      return fail(ErrorCode::undefined_column,
                  "column " + owner.db_name + "." + text_of(name) + " does not exist");
    return known->second;
  }

  Expr column(int model, int field) {
    const TypeInfo type = type_info(schema_.models[model].fields[field]);
    Expr expr = store::make_column(field, type.type);
    expr.enum_index = type.enum_index;
    expr.is_list = type.is_list;
    return expr;
  }

  result<Value> coerce(JsonValue json, const TypeInfo& type) {
    CoerceContext context;
    std::vector<std::string> labels;
    if (type.enum_index >= 0)
      for (const auto& label : schema_.enums[type.enum_index].values)
        labels.push_back(label.db_name);
    context.enum_labels = labels;
    auto value = type.is_list ? coerce_json_list(json, type.type, context, *made_.arena)
                              : coerce_json(json, type.type, context, *made_.arena);
    if (!value) return value;
    if (value->kind() == ValueKind::text) return Value::text(made_.arena->copy(value->as_text()));
    if (value->kind() == ValueKind::json) return Value::json(made_.arena->copy(value->as_text()));
    if (value->kind() == ValueKind::numeric)
      return Value::numeric(made_.arena->copy(value->as_text()));
    return value;
  }

  result<Expr> param(JsonValue json, TypeInfo type) {
    TRIVET_TRY(const Value value, coerce(json, type));
    made_.params.values.push_back(value);
    Expr expr = store::make_param(static_cast<int>(made_.params.values.size()) - 1, type.type);
    expr.enum_index = type.enum_index;
    expr.is_list = type.is_list;
    return expr;
  }

  int number_param(JsonValue json) {
    made_.params.values.push_back(Value::integer(std::stoll(std::string(json.as_number()))));
    return static_cast<int>(made_.params.values.size()) - 1;
  }

  result<Expr> condition(int model, JsonValue json) {
    const std::vector<JsonValue> parts = elements_of(json);
    const std::string op = text_of(parts[0]);
    if (op == "and" || op == "or") {
      std::vector<Expr> args;
      for (size_t i = 1; i < parts.size(); ++i) {
        TRIVET_TRY(Expr arg, condition(model, parts[i]));
        args.push_back(std::move(arg));
      }
      return op == "and" ? store::make_and(std::move(args)) : store::make_or(std::move(args));
    }
    if (op == "not") {
      TRIVET_TRY(Expr operand, condition(model, parts[1]));
      return store::make_unary(Op::not_, std::move(operand));
    }
    TRIVET_TRY(const int field, find_field(model, parts[1]));
    if (op == "exists") return existence(model, field, parts);
    if (unary_ops.contains(op)) return store::make_unary(unary_ops.at(op), column(model, field));
    TypeInfo type = type_info(schema_.models[model].fields[field]);
    if (op == "in") type.is_list = true;
    TRIVET_TRY(Expr right, param(parts[2], type));
    return store::make_binary(binary_ops.at(op), column(model, field), std::move(right));
  }

  result<Expr> existence(int model, int field, const std::vector<JsonValue>& parts) {
    Expr exists;
    exists.op = Op::exists;
    exists.type = Type::boolean;
    const store::Link link = link_of(model, field);
    exists.link = link;
    Expr inner;
    inner.type = Type::boolean;
    const int target = schema_.relations[link.relation].model[1 - link.side];
    if (parts.size() > 2) {
      TRIVET_TRY(inner, condition(target, parts[2]));
    }
    exists.args.push_back(std::move(inner));
    return exists;
  }

  store::Link link_of(int model, int field) {
    const Field& relation = schema_.models[model].fields[field];
    return {relation.relation, static_cast<uint8_t>(relation.side), -1, 0};
  }

  result<store::Level> level(int model, JsonValue text) {
    store::Level made;
    made.model = model;
    if (auto select = text.find("select"))
      for (JsonValue item : select->elements()) TRIVET_CHECK(selected(made, item));
    if (auto where = text.find("where")) {
      TRIVET_TRY(made.where, condition(model, *where));
    }
    if (auto order = text.find("order"))
      for (JsonValue term : order->elements()) TRIVET_CHECK(ordered(made, term));
    if (auto limit = text.find("limit")) made.limit_param = number_param(*limit);
    if (auto offset = text.find("offset")) made.offset_param = number_param(*offset);
    made.distinct = text.find("distinct").has_value();
    return made;
  }

  result<void> ordered(store::Level& to, JsonValue term) {
    std::string name = text_of(term);
    const bool descending = name.starts_with('-');
    if (descending) name.erase(0, 1);
    const Model& model = schema_.models[to.model];
    const auto known = model.field_by_name.find(name);
    if (known == model.field_by_name.end())
      return fail(ErrorCode::undefined_column, "no column " + name);
    to.order.push_back({column(to.model, known->second), descending, descending});
    return {};
  }

  result<void> selected(store::Level& to, JsonValue item) {
    if (item.kind() == JsonKind::string) {
      TRIVET_TRY(const int field, find_field(to.model, item));
      to.outputs.push_back({column(to.model, field)});
      return {};
    }
    if (auto relation = item.find("embed")) {
      TRIVET_TRY(const int field, find_field(to.model, *relation));
      store::Embed embed;
      embed.link = link_of(to.model, field);
      embed.to_one = !schema_.models[to.model].fields[field].is_list;
      int target = schema_.relations[embed.link.relation].model[1 - embed.link.side];
      if (auto onward = item.find("through")) {
        TRIVET_TRY(const int next, find_field(target, *onward));
        const store::Link second = link_of(target, next);
        embed.link.second = second.relation;
        embed.link.second_side = second.side;
        target = schema_.relations[second.relation].model[1 - second.side];
      }
      TRIVET_TRY(embed.level, level(target, item));
      to.embeds.push_back(std::move(embed));
      return {};
    }
    for (const auto& [name, op] : aggregates) {
      const auto operand = item.find(name);
      if (!operand) continue;
      to.grouped = true;
      Expr expr;
      expr.op = op;
      expr.type = Type::int8;
      if (text_of(*operand) == "*") {
        expr.op = Op::count_rows;
      } else {
        TRIVET_TRY(const int field, find_field(to.model, *operand));
        expr.args.push_back(column(to.model, field));
        if (op != Op::count) expr.type = expr.args[0].type;
      }
      to.outputs.push_back({std::move(expr)});
    }
    return {};
  }

  result<void> write(JsonValue text) {
    WriteSpec& spec = made_.operation.write;
    const int model = made_.operation.selection.model;
    if (auto set = text.find("set")) {
      spec.block = 0;
      TRIVET_CHECK(add_rows(model, {*set}));
    }
    if (auto rows = text.find("rows")) {
      spec.block = 0;
      TRIVET_CHECK(add_rows(model, elements_of(*rows)));
    }
    if (auto conflict = text.find("conflict"))
      for (JsonValue name : conflict->elements()) {
        TRIVET_TRY(const int field, find_field(model, name));
        spec.conflict_fields.push_back(field);
      }
    spec.ignore_duplicates = text.find("ignore").has_value();
    spec.default_missing = text.find("default_missing").has_value();
    spec.put = text.find("put").has_value();
    spec.singular = text.find("singular").has_value();
    spec.rollback = text.find("rollback").has_value();
    if (auto limit = text.find("rows_max"))
      spec.rows_max = std::stoull(std::string(limit->as_number()));
    return {};
  }

  result<void> add_rows(int model, const std::vector<JsonValue>& rows) {
    WriteSpec& spec = made_.operation.write;
    std::set<int> fields;
    for (size_t i = 0; i < rows.size(); ++i)
      for (const JsonMember& member : rows[i].members()) {
        TRIVET_TRY(const int field, member_field(model, member));
        if (schema_.models[model].fields[field].kind == FieldKind::scalar)
          fields.insert(field);
        else
          TRIVET_CHECK(
              add_nested(model, field, member.value, static_cast<uint32_t>(i), spec.nested));
      }
    spec.fields.assign(fields.begin(), fields.end());
    auto cells = std::make_unique<std::vector<Value>>();
    for (JsonValue row : rows)
      for (int field : spec.fields) {
        const auto given = row.find(schema_.models[model].fields[field].name);
        Value value = Value::absent();
        if (given) {
          TRIVET_TRY(value, coerce(*given, type_info(schema_.models[model].fields[field])));
        }
        cells->push_back(value);
      }
    made_.params.blocks.push_back({static_cast<uint32_t>(rows.size()), *cells});
    made_.cells.push_back(std::move(cells));
    return {};
  }

  result<int> member_field(int model, const JsonMember& member) {
    std::string name;
    member.key.append_to(name);
    const Model& owner = schema_.models[model];
    const auto known = owner.field_by_name.find(name);
    if (known == owner.field_by_name.end())
      return fail(ErrorCode::unknown_body_column, "no column " + name);
    return known->second;
  }

  // {"create":{…}}, {"connect":{…}}, or an array of such.
  result<void> add_nested(int model, int field, JsonValue json, uint32_t row,
                          std::vector<NestedWrite>& to) {
    if (json.kind() == JsonKind::array) {
      for (JsonValue element : json.elements())
        TRIVET_CHECK(add_nested(model, field, element, row, to));
      return {};
    }
    const Field& relation = schema_.models[model].fields[field];
    const int target = schema_.relations[relation.relation].model[1 - relation.side];
    NestedWrite write;
    write.row = row;
    write.relation_field = field;
    write.connect = json.find("connect").has_value();
    const JsonValue body = *json.find(write.connect ? "connect" : "create");
    for (const JsonMember& member : body.members()) {
      TRIVET_TRY(const int own, member_field(target, member));
      if (schema_.models[target].fields[own].kind == FieldKind::relation) {
        TRIVET_CHECK(add_nested(target, own, member.value, 0, write.nested));
        continue;
      }
      TRIVET_TRY(const Value value,
                 coerce(member.value, type_info(schema_.models[target].fields[own])));
      write.fields.push_back(own);
      write.values.push_back(value);
    }
    to.push_back(std::move(write));
    return {};
  }

  const schema::Schema& schema_;
  TestOperation made_;
};

void print_batch(std::string& out, const store::Level& level, const Batch& batch);

void print_row(std::string& out, const store::Level& level, std::span<const Value> row) {
  out += '[';
  for (size_t i = 0; i < row.size(); ++i) {
    if (i != 0) out += ',';
    const bool output = i < level.outputs.size();
    if (output) {
      append_json_value(out, row[i], level.outputs[i].expr.type, {});
      continue;
    }
    const store::Embed& embed = level.embeds[i - level.outputs.size()];
    if (row[i].is_null())
      out += "null";
    else if (embed.to_one)
      print_row(out, embed.level, row[i].as_rows()->row(0));
    else
      print_batch(out, embed.level, *row[i].as_rows());
  }
  out += ']';
}

void print_batch(std::string& out, const store::Level& level, const Batch& batch) {
  out += '[';
  for (uint32_t i = 0; i < batch.rows; ++i) {
    if (i != 0) out += ',';
    print_row(out, level, batch.row(i));
  }
  out += ']';
}

}  // namespace

result<TestOperation> parse_operation(const schema::Schema& schema, JsonValue text) {
  return Parser(schema).parse(text);
}

std::string print_rows(const store::Level& level, const Batch& batch) {
  std::string out;
  print_batch(out, level, batch);
  return out;
}

}  // namespace trivet::engine::testing
