#include "store/postgres/calls/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "store/postgres/calls/conditions.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

using sql::quote_identifier;

const ProcedureArgument& argument_of(const Procedure& procedure, std::string_view name) {
  const auto found = std::ranges::find(procedure.arguments, name, &ProcedureArgument::name);
  TRIVET_ASSERT(found != procedure.arguments.end());
  return *found;
}

// "s"."f"("a" := pgrst_args."a", …)
std::string call_text(const Call& call, CallValues& values) {
  const Procedure& procedure = *call.procedure;
  std::string text = quote_identifier(procedure.schema) + "." + quote_identifier(procedure.name) + "(";
  if (call.is_raw) {
    const std::string& type = procedure.arguments.front().type;
    text += type == "bytea" ? values.add(call.arguments) + "::bytea"
                            : values.text(call.arguments) + "::" + type;
    return text + ")";
  }
  for (size_t i = 0; i < call.given.size(); ++i) {
    const ProcedureArgument& argument = argument_of(procedure, call.given[i]);
    const std::string name = quote_identifier(argument.name);
    text += fmt::format("{}{}{} := pgrst_args.{}", i == 0 ? "" : ", ",
                        argument.is_variadic ? "VARIADIC " : "", name, name);
  }
  return text + ")";
}

// The arguments as a row of their types: the database reads each from JSON as its type asks.
std::string arguments_text(const Call& call, CallValues& values) {
  if (call.is_raw || call.given.empty()) return {};
  std::string columns;
  for (const std::string& name : call.given)
    columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", quote_identifier(name),
                           argument_of(*call.procedure, name).type);
  return fmt::format("json_to_record({}::json) AS pgrst_args({})", values.text(call.arguments), columns);
}

bool has_columns(const Call& call) {
  return call.procedure->shape == ResultShape::row || call.procedure->shape == ResultShape::rows;
}

std::string source_text(const Call& call, CallValues& values) {
  const std::string arguments = arguments_text(call, values);
  const std::string called = call_text(call, values);
  if (has_columns(call))
    return fmt::format("SELECT pgrst_f.* FROM {}{}{} AS pgrst_f", arguments,
                       arguments.empty() ? "" : ", LATERAL ", called);
  return fmt::format("SELECT {} AS pgrst_scalar{}{}", called, arguments.empty() ? "" : " FROM ", arguments);
}

result<std::string> outputs_text(const Call& call, CallValues& values) {
  if (!has_columns(call) || call.outputs.empty()) return std::string("*");
  std::string text;
  for (const CallOutput& output : call.outputs) {
    TRIVET_TRY(std::string column, column_text(*call.procedure, output.column, values));
    if (!output.cast.empty()) column = fmt::format("CAST({} AS {})", column, output.cast);
    text += fmt::format("{}{} AS {}", text.empty() ? "" : ", ", column, quote_identifier(output.key));
  }
  return text;
}

result<std::string> order_text(const Call& call, CallValues& values) {
  std::string text;
  for (const CallOrder& order : call.order) {
    TRIVET_TRY(const std::string column, column_text(*call.procedure, order.column, values));
    text += fmt::format("{}{}{}", text.empty() ? " ORDER BY " : ", ", column,
                        order.descending ? " DESC" : " ASC");
    if (order.nulls_first) text += *order.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return text;
}

std::string json_body(const Call& call) {
  const bool is_column = !has_columns(call);
  const ResultShape shape = call.procedure->shape;
  const std::string_view item = is_column ? "pgrst_page.pgrst_scalar" : "pgrst_page";
  const bool one = shape == ResultShape::value || shape == ResultShape::row ||
                   call.format == CallFormat::json_object;
  // A set of values as an object: upstream gives the value a name.
  const std::string_view taken =
      is_column && shape == ResultShape::values && call.format == CallFormat::json_object ? "pgrst_page" : item;
  const std::string all = fmt::format("json_agg({})", taken);
  const std::string stripped = call.strip_nulls ? fmt::format("json_strip_nulls({})", all) : all;
  return one ? fmt::format("coalesce(({}->0)::text, 'null')", stripped)
             : fmt::format("coalesce({}::text, '[]')", stripped);
}

// Upstream's form: the header unquoted, each row the database's own text of it.
std::string csv_body(const Call& call, CallValues& values) {
  std::string header;
  const auto add = [&](std::string_view name) {
    if (!header.empty()) header += ',';
    header += name;
  };
  if (!has_columns(call)) add("pgrst_scalar");
  else if (call.outputs.empty()) for (const auto& column : call.procedure->columns) add(column.name);
  else for (const CallOutput& output : call.outputs) add(output.key);
  constexpr std::string_view row = "substring(pgrst_page::text, 2, length(pgrst_page::text) - 2)";
  return fmt::format("CASE count(*) WHEN 0 THEN '' ELSE {} END || E'\\n' || "
                     "coalesce(string_agg({}, E'\\n'), '')",
                     values.text(header), row);
}

}  // namespace

result<CallText> render_call(const Call& call) {
  CallText text;
  CallValues values(text.values);
  const std::string source = source_text(call, values);
  if (call.procedure->shape == ResultShape::nothing) {
    text.sql = fmt::format("WITH pgrst_call AS MATERIALIZED ({}) "
                           "SELECT ''::text, count(*)::int8, NULL::int8 FROM pgrst_call", source);
    return text;
  }
  TRIVET_TRY(const std::string outputs, outputs_text(call, values));
  TRIVET_TRY(const std::string where, where_text(call, values));
  TRIVET_TRY(std::string page, order_text(call, values));
  if (call.limit) page += fmt::format(" LIMIT {}::int8", values.text(std::to_string(*call.limit)));
  if (call.offset > 0) page += fmt::format(" OFFSET {}::int8", values.text(std::to_string(call.offset)));
  const std::string total =
      call.count ? fmt::format("(SELECT count(*)::int8 FROM pgrst_call{})", where) : "NULL::int8";
  const std::string body = call.format == CallFormat::csv ? csv_body(call, values) : json_body(call);
  text.sql = fmt::format("WITH pgrst_call AS MATERIALIZED ({}), pgrst_page AS MATERIALIZED "
                         "(SELECT {} FROM pgrst_call{}{}) SELECT {}, count(*)::int8, {} FROM pgrst_page",
                         source, outputs, where, page, body, total);
  return values.check(std::move(text), call.is_raw);
}

}  // namespace trivet::store::postgres
