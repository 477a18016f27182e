#include "api/rest/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "value/json_reader.h"

namespace trivet::api::rest {
namespace {

bool is_reserved(std::string_view key) {
  const size_t dot = key.rfind('.');
  const std::string_view last = dot == key.npos ? key : key.substr(dot + 1);
  return key == "select" || key == "columns" || key == "on_conflict" || last == "order" ||
         last == "limit" || last == "offset" || last == "and" || last == "or";
}

// GET: what isn't reserved and doesn't read as a filter. POST: the keys of the object.
std::set<std::string> argument_names(const ApiRequest& api, const http::Request& request) {
  std::set<std::string> names;
  if (request.method != http::Method::post) {
    for (const Parameter& parameter : api.parameters)
      if (!is_reserved(parameter.key) && !parse_filter(parameter.value)) names.insert(parameter.key);
    return names;
  }
  const auto body = parse_json(request.body, 64);
  if (!body || body->kind() != JsonKind::object) return names;
  Arena arena;
  for (const JsonMember& member : body->members()) names.emplace(member.key.text(arena));
  return names;
}

}  // namespace

std::unexpected<Error> unknown_function(const ApiRequest& api, const http::Request& request) {
  const std::set<std::string> names = argument_names(api, request);
  const std::string function = "public." + api.path.name;
  const std::string list = fmt::format("{}", fmt::join(names, ", "));
  const std::string message =
      names.empty()
          ? fmt::format("Could not find the function {} without parameters in the schema cache",
                        function)
          : fmt::format("Could not find the function {}({}) in the schema cache", function, list);
  const std::string with = names.empty() ? "without parameters"
                           : names.size() == 1 ? "with parameter " + list
                                               : "with parameters " + list;
  const std::string unnamed = request.method == http::Method::post
                                  ? " or with a single unnamed json/jsonb parameter"
                                  : "";
  return fail(ErrorCode::unknown_function, message,
              fmt::format("Searched for the function {} {}{}, but no matches were found in the "
                          "schema cache.",
                          function, with, unnamed));
}

}  // namespace trivet::api::rest
