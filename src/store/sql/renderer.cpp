#include "store/sql/renderer.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "store/sql/render.h"

namespace trivet::store::sql {

namespace {

bool is_json(Type type) { return type == Type::json || type == Type::jsonb; }

bool never_null(const schema::Schema& schema, const Renderer::Scope& scope, const Expr& expr) {
  return expr.op == Op::column && expr.depth == 0 &&
         !schema.models[scope.model].fields[expr.field].optional;
}

}  // namespace

std::string Renderer::fresh_alias() { return "t" + std::to_string(next_alias_++); }

void Renderer::stored(std::string_view alias, const schema::Field& field) {
  const bool is_bit = dialect_.has_bits && field.native.name == "Bit" &&
                      field.type == schema::ScalarType::boolean;
  if (is_bit) raw("(0 + ");
  if (alias.empty())
    identifier(field.db_name);
  else
    column(alias, field.db_name);
  if (is_bit) raw(")");
}

void Renderer::keep_from_aliases(std::string_view name) {
  int number = 0;
  if (name.size() < 2 || (name.front() != 't' && name.front() != 'T')) return;
  const auto [end, problem] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
  if (problem == std::errc() && end == name.data() + name.size())
    next_alias_ = std::max(next_alias_, number + 1);
}

std::string Renderer::push(int model) {
  scopes_.push_back({model, fresh_alias()});
  return scopes_.back().alias;
}

void Renderer::identifier(std::string_view name) {
  text_ += dialect_.quote;
  for (const char c : name) {
    if (c == schema::schema_mark) {
      text_ += dialect_.quote;
      text_ += '.';
      text_ += dialect_.quote;
      continue;
    }
    if (c == dialect_.quote) text_ += c;
    text_ += c;
  }
  text_ += dialect_.quote;
}

void Renderer::literal(std::string_view text) {
  text_ += '\'';
  for (const char c : text) {
    if (c == '\'') text_ += c;
    text_ += c;
  }
  text_ += '\'';
}

void Renderer::column(std::string_view alias, std::string_view name) {
  text_ += alias;
  text_ += '.';
  identifier(name);
}

void Renderer::bind(BindKind kind, int index, Type type) {
  const Binding binding{kind, index, type, -1};
  if (!dialect_.numbered) {
    bindings_.push_back(binding);
    text_ += dialect_.parameter;
    return;
  }
  // One parameter per value, however often it is used; the type may differ without changing how it
  // is bound.
  auto found = std::ranges::find_if(
      bindings_, [&](const Binding& b) { return b.kind == kind && b.index == index; });
  if (found == bindings_.end()) found = bindings_.insert(bindings_.end(), binding);
  text_ += dialect_.parameter;
  text_ += std::to_string(found - bindings_.begin() + 1);
}

void Renderer::expression(const Expr& expr) {
  switch (expr.op) {
    case Op::always_true:
      return raw(dialect_.true_text);
    case Op::always_false:
      return raw(dialect_.false_text);
    case Op::null_value:
      return raw("NULL");
    case Op::column: {
      TRIVET_ASSERT(expr.depth < scopes_.size());
      const Scope& scope = scopes_[scopes_.size() - 1 - expr.depth];
      if (dialect_.typed) return typed_column(scope, schema_.models[scope.model].fields[expr.field]);
      return stored(scope.alias, schema_.models[scope.model].fields[expr.field]);
    }
    case Op::row_function:
      TRIVET_ASSERT(dialect_.typed && expr.depth < scopes_.size());
      return raw(quote_identifier(expr.key) + "." + quote_identifier(expr.text) + "(" +
                 scopes_[scopes_.size() - 1 - expr.depth].alias + ")");
    case Op::before: {  // the row id comes first (render_check_row)
      const int cell = 1 + schema_.models[scopes_.front().model].fields[expr.field].column;
      if (dialect_.typed && expr.is_list)
        return bind_list(BindKind::cell, cell, expr.type, expr.enum_index);
      if (dialect_.typed) return bind_typed(BindKind::cell, cell, expr.type, expr.enum_index);
      return bind(BindKind::cell, cell, expr.type);
    }
    case Op::param:
      if (dialect_.typed && expr.is_list)
        return bind_list(BindKind::param, expr.param, expr.type, expr.enum_index);
      if (dialect_.typed)
        return bind_typed(BindKind::param, expr.param, expr.type, expr.enum_index);
      return bind(BindKind::param, expr.param, expr.type);
    case Op::and_:
      return logic(expr, " AND ", dialect_.true_text);
    case Op::or_:
      return logic(expr, " OR ", dialect_.false_text);
    case Op::not_:
      raw("(NOT ");
      expression(expr.args[0]);
      return raw(")");
    case Op::eq:
      return comparison(expr, " = ");
    case Op::ne:
      return comparison(expr, " <> ");
    case Op::lt:
      return comparison(expr, " < ");
    case Op::le:
      return comparison(expr, " <= ");
    case Op::gt:
      return comparison(expr, " > ");
    case Op::ge:
      return comparison(expr, " >= ");
    case Op::is_distinct:
      return is_distinct(expr);
    case Op::is_null:
    case Op::is_unknown:
      return suffix(expr, " IS NULL)");
    case Op::is_not_null:
      return suffix(expr, " IS NOT NULL)");
    case Op::is_true:
      return suffix(expr, " IS TRUE)");
    case Op::is_false:
      return suffix(expr, " IS FALSE)");
    case Op::in:
      return in_list(expr);
    default:
      return structure(expr);
  }
}

void Renderer::structure(const Expr& expr) {
  switch (expr.op) {
    case Op::text_search:
      return text_search(expr);
    case Op::json_get:
    case Op::json_get_text:
      return json_get(expr);
    case Op::cast:
      return cast(expr);
    case Op::case_when:
      raw("CASE WHEN ");
      expression(expr.args[0]);
      raw(" THEN ");
      expression(expr.args[1]);
      return raw(" END");
    case Op::exists:
    case Op::related:
      return linked(expr);
    case Op::count_rows:
    case Op::count:
    case Op::sum:
    case Op::avg:
    case Op::min:
    case Op::max:
      return aggregate(expr);
    default:
      return named_operator(expr);
  }
}

void Renderer::logic(const Expr& expr, std::string_view word, std::string_view empty) {
  if (expr.args.empty()) return raw(empty);
  raw("(");
  for (size_t i = 0; i < expr.args.size(); ++i) {
    if (i > 0) raw(word);
    expression(expr.args[i]);
  }
  raw(")");
}

void Renderer::enum_position(const Expr& expr) {
  const int enum_index = expr.enum_index;
  raw("CASE ");
  expression(expr);
  const auto& values = schema_.enums[enum_index].values;
  for (size_t i = 0; i < values.size(); ++i) {
    raw(" WHEN ");
    literal(values[i].db_name);
    raw(" THEN ");
    raw(std::to_string(i));
  }
  raw(" END");
}

void Renderer::order_key(const Expr& expr) {
  if (dialect_.typed) return expression(expr);
  if (expr.enum_index >= 0 && expr.type == Type::enum_) return enum_position(expr);
  if (is_json(expr.type) || expr.is_list)
    return form(dialect_.json_order, [&] { expression(expr); });
  expression(expr);
}

void Renderer::group_key(const Expr& expr) {
  if (is_json(expr.type)) return order_key(expr);
  expression(expr);
}

void Renderer::comparison(const Expr& expr, std::string_view sign) {
  if (dialect_.typed) return typed_comparison(expr, sign);
  const Expr& left = expr.args[0];
  const Expr& right = expr.args[1];
  raw("(");
  const bool ordering = expr.op != Op::eq && expr.op != Op::ne;
  const int enum_index = std::max(left.enum_index, right.enum_index);
  const bool documents = is_json(left.type) || is_json(right.type) || left.is_list;
  if (documents && ordering && !dialect_.json_sort.empty()) {
    document_keys(left);
    raw(sign);
    document_keys(right);
  } else if (documents) {
    form(
        dialect_.json_compare, [&] { expression(left); }, [&] { expression(right); });
    raw(sign);
    raw("0");
  } else if (ordering && enum_index >= 0) {
    for (const Expr* side : {&left, &right}) {
      Expr typed = *side;
      typed.enum_index = enum_index;
      typed.type = Type::enum_;
      if (side == &right) raw(sign);
      enum_position(typed);
    }
  } else {
    expression(left);
    raw(sign);
    expression(right);
  }
  raw(")");
}

void Renderer::document_keys(const Expr& expr) {
  for (const std::string_view key : dialect_.json_sort) {
    raw(key == dialect_.json_sort.front() ? "(" : ", ");
    form(key, [&] { expression(expr); });
  }
  raw(")");
}

void Renderer::is_distinct(const Expr& expr) {
  if (dialect_.typed) return typed_comparison(expr, " IS DISTINCT FROM ");
  const Expr& left = expr.args[0];
  const Expr& right = expr.args[1];
  raw("(");
  if (is_json(left.type) || left.is_list) {
    raw("coalesce(");
    form(
        dialect_.json_compare, [&] { expression(left); }, [&] { expression(right); });
    raw(" <> 0, (");
    expression(left);
    raw(" IS NULL) <> (");
    expression(right);
    raw(" IS NULL))");
  } else {
    form(
        dialect_.is_distinct, [&] { expression(left); }, [&] { expression(right); });
  }
  raw(")");
}

void Renderer::in_list(const Expr& expr) {
  if (dialect_.typed) return typed_in_list(expr);
  const Expr& left = expr.args[0];
  const auto list = [&] { bind(BindKind::list, expr.args[1].param, left.type); };
  raw("(");
  group_key(left);
  raw(" IN ");
  raw(dialect_.list_open);
  if (!dialect_.numbered) raw(item_open);
  if (!dialect_.numbered && is_json(left.type))
    form(dialect_.json_order, list);
  else
    list();
  if (!dialect_.numbered) raw(item_close);
  raw(dialect_.list_close);
  raw(")");
}

void Renderer::suffix(const Expr& expr, std::string_view after) {
  raw("(");
  expression(expr.args[0]);
  raw(after);
}

void Renderer::named_operator(const Expr& expr) {
  if (expr.op == Op::length && expr.args[0].is_list)
    return form(dialect_.list_length, [&] { expression(expr.args[0]); }, [] {});
  for (size_t i = 0; i < dialect_.op_count; ++i) {
    if (dialect_.ops[i].op != expr.op) continue;
    return form(
        dialect_.ops[i].text, [&] { expression(expr.args[0]); }, [&] { expression(expr.args[1]); });
  }
  TRIVET_ASSERT(!"operator that the dialect lacks: the planner refuses it by its capability");
}

bool Renderer::says_where_nulls_go(const OrderTerm& term) const {
  const bool natural = dialect_.nulls_smallest ? !term.descending : term.descending;
  return term.nulls_first != natural && !never_null(schema_, scopes_.back(), term.expr);
}

void Renderer::order_term(const OrderTerm& term) {
  if (!dialect_.nulls_words && says_where_nulls_go(term)) {
    order_key(term.expr);
    raw(term.nulls_first ? " IS NOT NULL, " : " IS NULL, ");
  }
  if (is_json(term.expr.type) && !dialect_.json_sort.empty()) {
    for (const std::string_view key : dialect_.json_sort) {
      if (key != dialect_.json_sort.front()) raw(", ");
      form(key, [&] { expression(term.expr); });
      if (term.descending) raw(" DESC");
    }
    return;
  }
  order_key(term.expr);
  order_direction(term);
}

void Renderer::order_direction(const OrderTerm& term) {
  if (term.descending) raw(" DESC");
  if (!dialect_.nulls_words || !says_where_nulls_go(term)) return;
  raw(term.nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

}  // namespace trivet::store::sql
