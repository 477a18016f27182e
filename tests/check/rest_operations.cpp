// rest.parse {"path": "/films?select=…"} → the parsed query string, or the error as the dialect answers it.
#include "api/rest/encode/error.h"
#include "api/rest/encode/query_text.h"
#include "api/rest/request/request.h"
#include "operations.h"

namespace trivet::check {

std::string rest_parse(simdjson::dom::object request) {
  using namespace trivet::api::rest;
  const std::string_view path = request["path"].get_string();
  const size_t mark = path.find('?');
  const auto target = parse_path(path.substr(0, mark));
  if (!target) return "{\"ok\":false,\"error\":" + error_body(target.error()) + "}";
  const std::string_view text = mark == path.npos ? std::string_view() : path.substr(mark + 1);
  const auto query = parse_query(split_query(text));
  if (!query) return "{\"ok\":false,\"error\":" + error_body(query.error()) + "}";
  return "{\"ok\":true,\"relation\":" + json_string(target->name) +
         ",\"query\":" + query_text(*query) + "}";
}

}  // namespace trivet::check
