#include "api/rest/call/choose.h"

#include <fmt/format.h>

#include <algorithm>

namespace trivet::api::rest {
namespace {

using store::Procedure;
using store::ProcedureArgument;

bool contains(const std::vector<std::string>& sorted, std::string_view name) {
  return std::ranges::binary_search(sorted, name, std::less<>());
}

// The names given are the required ones and any of those with a default.
bool fits(const Procedure& procedure, const std::vector<std::string>& given) {
  const auto is_fine = [&](const ProcedureArgument& argument) {
    return !argument.name.empty() && (argument.has_default || argument.is_variadic || contains(given, argument.name));
  };
  const auto is_known = [&](const std::string& name) {
    return std::ranges::find(procedure.arguments, name, &ProcedureArgument::name) != procedure.arguments.end();
  };
  return std::ranges::all_of(procedure.arguments, is_fine) && std::ranges::all_of(given, is_known);
}

bool takes_raw(const Procedure& procedure, std::string_view raw_type) {
  if (procedure.arguments.size() != 1 || !procedure.arguments.front().name.empty()) return false;
  const std::string& type = procedure.arguments.front().type;
  return type == raw_type || (raw_type == "json" && type == "jsonb");
}

std::string qualified(const Procedure& procedure) { return procedure.schema + "." + procedure.name; }

std::string signature(const Procedure& procedure) {
  std::string text;
  for (const ProcedureArgument& argument : procedure.arguments)
    text += fmt::format("{}{} => {}", text.empty() ? "" : ", ", argument.name, argument.type);
  return qualified(procedure) + "(" + text + ")";
}

std::unexpected<Error> several(const std::vector<const Procedure*>& fitting) {
  std::string list;
  for (const Procedure* procedure : fitting)
    list += (list.empty() ? "" : ", ") + signature(*procedure);
  return fail(ErrorCode::ambiguous_function,
              "Could not choose the best candidate function between: " + list, {},
              "Try renaming the parameters or the function itself in the database so function "
              "overloading can be resolved");
}

// The overload that shares most names with what was given.
std::string hint_of(const std::vector<const Procedure*>& candidates, const std::vector<std::string>& given) {
  const auto shared = [&](const Procedure* procedure) {
    return std::ranges::count_if(procedure->arguments, [&](const ProcedureArgument& argument) {
      return contains(given, argument.name);
    });
  };
  const auto best = std::ranges::max_element(candidates, {}, shared);
  if (best == candidates.end()) return {};
  std::vector<std::string_view> names;
  for (const ProcedureArgument& argument : (*best)->arguments) names.push_back(argument.name);
  std::ranges::sort(names);
  const std::string list = names.empty() ? "" : fmt::format("({})", fmt::join(names, ", "));
  return fmt::format("Perhaps you meant to call the function {}{}", qualified(**best), list);
}

std::string searched_with(const Arguments& arguments, bool is_post) {
  const bool is_json = arguments.raw_type == "json" || arguments.raw_type.empty();
  if (is_post && !is_json)
    return fmt::format("with a single unnamed {} parameter", arguments.raw_type);
  const std::string list = fmt::format("{}", fmt::join(arguments.names, ", "));
  std::string text = arguments.names.empty()       ? "without parameters"
                     : arguments.names.size() == 1 ? "with parameter " + list
                                                   : "with parameters " + list;
  if (is_post && arguments.raw_type == "json") text += " or with a single unnamed json/jsonb parameter";
  return text;
}

std::unexpected<Error> none(const std::vector<const Procedure*>& candidates, const ApiRequest& api,
                            const Arguments& arguments) {
  const std::string function = (candidates.empty() ? api.profile : candidates.front()->schema) + "." + api.path.name;
  const bool is_post = api.method == http::Method::post;
  const bool names_none = arguments.names.empty();
  const bool is_raw = is_post && !arguments.raw_type.empty() && arguments.raw_type != "json";
  const std::string called =
      is_raw       ? function
      : names_none ? function + " without parameters"
                   : fmt::format("{}({})", function, fmt::join(arguments.names, ", "));
  return fail(ErrorCode::unknown_function,
              fmt::format("Could not find the function {} in the schema cache", called),
              fmt::format("Searched for the function {} {}, but no matches were found in the schema cache.",
                          function, searched_with(arguments, is_post)),
              hint_of(candidates, arguments.names));
}

}  // namespace

result<Choice> choose(const engine::Candidates& candidates, const ApiRequest& api,
                      const Arguments& arguments) {
  std::vector<const Procedure*> fitting;
  const bool is_raw_alone = !arguments.raw_type.empty() && arguments.raw_type != "json";
  if (!is_raw_alone)
    std::ranges::copy_if(candidates.procedures, std::back_inserter(fitting),
                         [&](const Procedure* procedure) { return fits(*procedure, arguments.names); });
  if (fitting.size() == 1) return Choice{fitting.front(), false};
  if (fitting.size() > 1) return several(fitting);
  if (!arguments.raw_type.empty())
    std::ranges::copy_if(candidates.procedures, std::back_inserter(fitting),
                         [&](const Procedure* procedure) { return takes_raw(*procedure, arguments.raw_type); });
  if (fitting.size() == 1) return Choice{fitting.front(), true};
  if (fitting.size() > 1) return several(fitting);
  return none(candidates.procedures, api, arguments);
}

}  // namespace trivet::api::rest
