// Expressions that reach into documents, other rows, or groups of rows.
#include <algorithm>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/sql/renderer.h"
#include "value/json_writer.h"

namespace trivet::store::sql {

namespace {

bool is_integer(Type type) {
  return type == Type::int2 || type == Type::int4 || type == Type::int8;
}

bool is_text(Type type) {
  return type == Type::text || type == Type::varchar || type == Type::citext ||
         type == Type::enum_ || type == Type::uuid || type == Type::other_text;
}

bool is_json(Type type) { return type == Type::json || type == Type::jsonb; }

// True where the stored form of `from` is already the stored form of `to`, whatever the value.
bool same_form(Type from, Type to) {
  if (from == to) return to != Type::bpchar;
  if (is_text(from) && (to == Type::text || to == Type::varchar)) return true;
  if (is_json(from)) return is_json(to);
  if (to == Type::int8) return is_integer(from);
  return to == Type::int4 && from == Type::int2;
}

}  // namespace

void Renderer::text_search(const Expr& expr) {
  form(
      dialect_.text_search, [&] { expression(expr.args[0]); }, [&] { expression(expr.args[1]); },
      [&] { literal(expr.text); }, [&] { literal(expr.key); });
}

void Renderer::json_get(const Expr& expr) {
  const Expr& from = expr.args[0];
  // A list of the database's own is no document yet.
  const bool is_array = dialect_.typed && from.is_list;
  const auto document = [&] {
    if (is_array) raw("to_jsonb(");
    expression(from);
    if (is_array) raw(")");
  };
  const auto get = [&] {
    if (dialect_.json_paths) return json_path(expr);
    if (dialect_.typed && expr.is_index) {
      // The operator takes a scalar for a list of one.
      raw("jsonb_path_query_first((");
      document();
      raw(")::jsonb, 'strict $[");
      if (expr.index < 0) raw("last - ");
      raw(std::to_string(expr.index < 0 ? -(expr.index + 1) : expr.index));
      return raw("]', '{}', true)");
    }
    form(dialect_.json_get, document,
         [&] { expr.is_index ? raw(std::to_string(expr.index)) : literal(expr.key); });
  };
  if (expr.op == Op::json_get) return get();
  form(dialect_.json_text, get);
}

// One path for all steps of a chain. A path knows no difference between a scalar and a list of one:
// where that matters it is asked.
void Renderer::json_path(const Expr& expr) {
  std::vector<const Expr*> steps{&expr};
  while (steps.back()->args[0].op == Op::json_get) steps.push_back(&steps.back()->args[0]);
  const Expr& document = steps.back()->args[0];
  std::string path = "$";
  std::vector<std::string> lists;
  for (const Expr* step : std::views::reverse(steps)) {
    if (!step->is_index) {
      path += ".";
      append_json_string(path, step->key);
      continue;
    }
    if (step->index == 0 || step->index == -1) lists.push_back(path);
    path += "[";
    path += step->index >= 0    ? std::to_string(step->index)
            : step->index == -1 ? "last"
                                : "last-" + std::to_string(-(step->index + 1));
    path += "]";
  }
  const auto extract = [&](std::string_view at) {
    form(dialect_.json_get, [&] { expression(document); }, [&] { literal(at); });
  };
  for (const std::string& list : lists) {
    raw(&list == &lists.front() ? "(CASE WHEN JSON_TYPE(" : " AND JSON_TYPE(");
    extract(list);
    raw(") = 'ARRAY'");
  }
  if (!lists.empty()) raw(" THEN ");
  extract(path);
  if (!lists.empty()) raw(" END)");
}

void Renderer::cast(const Expr& expr) {
  const Expr& operand = expr.args[0];
  if (dialect_.typed) {
    if (operand.is_list && is_json(expr.type)) {
      raw(expr.type == Type::json ? "to_json(" : "to_jsonb(");
      expression(operand);
      return raw(")");
    }
    if (operand.type == expr.type && !operand.is_list) return expression(operand);
    return form(
        dialect_.cast, [&] { expression(operand); }, [] {},
        [&] { type_name(expr.type, expr.enum_index); });
  }
  if (same_form(operand.type, expr.type)) return expression(operand);
  if (dialect_.casts != nullptr) {
    const Type to = is_text(expr.type) || expr.type == Type::bpchar ? Type::text : expr.type;
    const Type from = is_text(operand.type) ? Type::text : operand.type;
    const std::span casts(dialect_.casts, dialect_.cast_count);
    const auto found = std::ranges::find_if(casts, [&](const CastText& candidate) {
      return candidate.to == to && (candidate.from == from || candidate.from == Type::unknown);
    });
    TRIVET_ASSERT(found != casts.end());
    return form(found->text, [&] { expression(operand); });
  }
  form(
      dialect_.cast, [&] { expression(operand); },
      [&] { raw(std::to_string(static_cast<int>(operand.type))); },
      [&] { raw(std::to_string(static_cast<int>(expr.type))); });
}

void Renderer::link_tables(const ResolvedLink& link, const LinkAliases& aliases) {
  const auto [target_alias, junction_alias, near_alias] = aliases;
  if (!link.function.empty()) {
    identifier(link.function);
    raw("(");
    raw(near_alias);
    raw(") AS ");
    return raw(target_alias);
  }
  const auto table = [&](std::string_view name, std::string_view alias) {
    identifier(name);
    raw(" AS ");
    raw(alias);
  };
  table(schema_.models[link.target].table(), target_alias);
  if (link.junction.empty()) return;
  raw(" JOIN ");
  table(link.junction, junction_alias);
  for (size_t i = 0; i < link.junction_columns.size(); ++i) {
    raw(i == 0 ? " ON " : " AND ");
    column(target_alias, link.target_columns[i]);
    raw(" = ");
    column(junction_alias, link.junction_columns[i]);
  }
}

// A function that gives null instead of a row gives a row of nulls in FROM.
void Renderer::no_null_row(std::string_view alias) {
  raw("NOT (");
  raw(alias);
  raw(" IS NULL)");
}

void Renderer::linked(const Expr& expr) {
  const ResolvedLink link = resolve_link(schema_, expr.link);
  TRIVET_ASSERT(expr.depth < scopes_.size());
  const Scope near = scopes_[scopes_.size() - 1 - expr.depth];
  const std::string target = push(link.target);
  const std::string junction = link.junction.empty() ? target : fresh_alias();
  raw(expr.op == Op::exists ? "EXISTS (SELECT 1 FROM " : "(SELECT ");
  if (expr.op == Op::related) {
    expression(expr.args[0]);
    raw(" FROM ");
  }
  link_tables(link, {target, junction, near.alias});
  for (size_t i = 0; i < link.near_fields.size(); ++i) {
    raw(i == 0 ? " WHERE " : " AND ");
    column(junction, link.far_columns[i]);
    raw(" = ");
    column(near.alias, schema_.models[near.model].fields[link.near_fields[i]].db_name);
  }
  const bool is_call = !link.function.empty();
  if (is_call) {
    raw(" WHERE ");
    no_null_row(target);
  }
  if (expr.op == Op::exists && !expr.args.empty() && expr.args[0].op != Op::always_true) {
    raw(link.near_fields.empty() && !is_call ? " WHERE " : " AND ");
    expression(expr.args[0]);
  }
  if (is_call && expr.op == Op::related) raw(" LIMIT 1");
  raw(")");
  pop();
}

void Renderer::extreme(const Expr& expr, std::string_view function) {
  const Expr& operand = expr.args[0];
  const bool by_declaration =
      !dialect_.typed && operand.type == Type::enum_ && operand.enum_index >= 0;
  if (by_declaration) raw("CASE ");
  raw(function);
  raw("(");
  order_key(operand);
  raw(")");
  if (!by_declaration) return;
  const auto& values = schema_.enums[operand.enum_index].values;
  for (size_t i = 0; i < values.size(); ++i) {
    raw(" WHEN " + std::to_string(i) + " THEN ");
    literal(values[i].db_name);
  }
  raw(" END");
}

void Renderer::aggregate(const Expr& expr) {
  if (expr.op == Op::count_rows) return raw("COUNT(*)");
  const Expr& operand = expr.args[0];
  const auto write = [&] { expression(operand); };
  const bool floating = operand.type == Type::float4 || operand.type == Type::float8;
  switch (expr.op) {
    case Op::count:
      return form("COUNT($1)", write);
    case Op::sum:
      if (floating) return form(dialect_.sum_float, write);
      if (operand.type == Type::int2 || operand.type == Type::int4)
        return form(dialect_.sum_integer, write);
      return form(dialect_.sum_exact, write);
    case Op::avg:
      return form(floating ? dialect_.avg_float : dialect_.avg_exact, write);
    case Op::min:
      return extreme(expr, "MIN");
    case Op::max:
      return extreme(expr, "MAX");
    default:
      TRIVET_ASSERT(!"not an aggregate");
  }
}

}  // namespace trivet::store::sql
