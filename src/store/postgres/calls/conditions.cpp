#include "store/postgres/calls/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

// In the order of CallOp; empty where the operator isn't a plain one.
constexpr std::array<std::string_view, 25> operators = {
    "=", "<>", ">", ">=", "<", "<=", "LIKE", "ILIKE", "~", "~*", "", "", "",
    "",  "",   "",  "",   "@>", "<@", "&&",   "<<",    ">>", "&<", "&>", "-|-"};

result<const ProcedureColumn*> find_column(const Procedure& procedure, std::string_view name) {
  const auto found = std::ranges::find(procedure.columns, name, &ProcedureColumn::name);
  if (found != procedure.columns.end()) return &*found;
  return fail(ErrorCode::undefined_column, fmt::format("column pgrst_call.{} does not exist", name));
}

// What a literal beside the column is read as.
result<std::string> type_of(const Procedure& procedure, const CallColumn& column) {
  TRIVET_TRY(const ProcedureColumn* found, find_column(procedure, column.name));
  if (column.path.empty()) return found->type;
  return std::string(column.path.back().as_text ? "text" : "jsonb");
}

// '{"a","b"}'
std::string array_literal(const std::vector<std::string>& elements) {
  std::string text = "{";
  for (const std::string& element : elements) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (const char c : element) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

bool is_pattern(CallOp op) { return op >= CallOp::like && op <= CallOp::imatch; }

std::string with_percent(CallOp op, std::string value) {
  if (op == CallOp::like || op == CallOp::ilike) std::ranges::replace(value, '*', '%');
  return value;
}

std::string_view is_text(CallIs is) {
  switch (is) {
    case CallIs::null: return "IS NULL";
    case CallIs::not_null: return "IS NOT NULL";
    case CallIs::true_: return "IS TRUE";
    case CallIs::false_: return "IS FALSE";
    case CallIs::unknown: break;
  }
  return "IS UNKNOWN";
}

std::string search_text(const CallCondition& filter, const std::string& column, std::string_view type,
                        CallValues& values) {
  const std::string_view name = filter.op == CallOp::fts     ? "to_tsquery"
                                : filter.op == CallOp::plfts ? "plainto_tsquery"
                                : filter.op == CallOp::phfts ? "phraseto_tsquery"
                                                             : "websearch_to_tsquery";
  const std::string config =
      filter.config.empty() ? "" : values.text(filter.config) + "::regconfig, ";
  const std::string searched =
      type == "tsvector" ? column : fmt::format("to_tsvector({}{})", config, column);
  return fmt::format("{} @@ {}({}{})", searched, name, config, values.text(filter.value));
}

result<std::string> filter_text(const Procedure& procedure, const CallCondition& filter,
                                CallValues& values) {
  TRIVET_TRY(const std::string column, column_text(procedure, filter.column, values));
  TRIVET_TRY(const std::string type, type_of(procedure, filter.column));
  if (filter.op == CallOp::is) return fmt::format("{} {}", column, is_text(filter.is));
  if (filter.op >= CallOp::fts && filter.op <= CallOp::wfts)
    return search_text(filter, column, type, values);
  const std::string read_as = is_pattern(filter.op) ? "text" : type;
  if (filter.op == CallOp::in)
    return fmt::format("{} = ANY ({}::{}[])", column, values.text(array_literal(filter.list)), read_as);
  if (filter.op == CallOp::isdistinct)
    return fmt::format("{} IS DISTINCT FROM {}::{}", column, values.text(filter.value), read_as);
  const std::string value = values.text(with_percent(filter.op, filter.value));
  const std::string_view symbol = operators[static_cast<size_t>(filter.op)];
  if (filter.quantifier == CallQuantifier::none)
    return fmt::format("{} {} {}::{}", column, symbol, value, read_as);
  return fmt::format("{} {} {} ({}::{}[])", column, symbol,
                     filter.quantifier == CallQuantifier::any ? "ANY" : "ALL", value, read_as);
}

result<std::string> condition_text(const Procedure& procedure, const CallCondition& condition,
                                   CallValues& values) {
  std::string text;
  if (condition.kind == CallCondition::Kind::filter) {
    TRIVET_TRY(text, filter_text(procedure, condition, values));
  } else {
    for (const CallCondition& child : condition.children) {
      TRIVET_TRY(const std::string part, condition_text(procedure, child, values));
      if (!text.empty()) text += condition.kind == CallCondition::Kind::and_ ? " AND " : " OR ";
      text += part;
    }
  }
  return fmt::format("{}({})", condition.negated ? "NOT " : "", text);
}

}  // namespace

std::string CallValues::add(std::string_view value) {
  values_.emplace_back(value);
  return "$" + std::to_string(values_.size());
}

result<CallText> CallValues::check(CallText made, bool first_may_be_bytes) const {
  for (size_t i = first_may_be_bytes ? 1 : 0; i < made.values.size(); ++i)
    if (made.values[i].find('\0') != std::string::npos)
      return fail(ErrorCode::bad_character, "invalid byte sequence for encoding \"UTF8\": 0x00");
  return made;
}

result<std::string> column_text(const Procedure& procedure, const CallColumn& column,
                                CallValues& values) {
  TRIVET_CHECK(find_column(procedure, column.name));
  std::string text = "pgrst_call." + sql::quote_identifier(column.name);
  if (column.path.empty()) return text;
  text = "to_jsonb(" + text + ")";
  for (const CallPathStep& step : column.path)
    text += fmt::format("{}{}", step.as_text ? "->>" : "->",
                        step.is_index ? fmt::format("({}::int4)", values.text(std::to_string(step.index)))
                                      : values.text(step.key));
  return "(" + text + ")";
}

result<std::string> where_text(const Call& call, CallValues& values) {
  if (call.where.children.empty()) return std::string();
  TRIVET_TRY(const std::string condition, condition_text(*call.procedure, call.where, values));
  return " WHERE " + condition;
}

}  // namespace trivet::store::postgres
