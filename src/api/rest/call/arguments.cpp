#include "api/rest/call/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/rest/request/url.h"
#include "http/text.h"
#include "value/json_reader.h"
#include "value/json_writer.h"

namespace trivet::api::rest {
namespace {

constexpr size_t json_depth_max = 64;

bool is_reserved(std::string_view key) {
  const size_t dot = key.rfind('.');
  const std::string_view last = dot == key.npos ? key : key.substr(dot + 1);
  return key == "select" || key == "columns" || key == "on_conflict" || last == "order" ||
         last == "limit" || last == "offset" || last == "and" || last == "or";
}

void add_name(Arguments& arguments, std::string name) {
  const auto place = std::ranges::lower_bound(arguments.names, name);
  if (place == arguments.names.end() || *place != name) arguments.names.insert(place, std::move(name));
}

void add_values(Arguments& arguments, std::vector<Parameter> values) {
  for (const Parameter& value : values) add_name(arguments, value.key);
  arguments.values = std::move(values);
}

std::unexpected<Error> bad_json() { return fail(ErrorCode::bad_body, "Empty or invalid json"); }

result<void> read_json(std::string_view body, Arguments& arguments) {
  if (http::trim_blanks(body).empty()) body = "{}";
  const auto parsed = parse_json(body, json_depth_max);
  if (!parsed) return bad_json();
  arguments.raw = body;
  arguments.raw_type = "json";
  JsonValue object = *parsed;
  if (object.kind() == JsonKind::array)
    for (const JsonValue& element : parsed->elements()) {
      object = element;
      break;
    }
  if (object.kind() != JsonKind::object) return {};
  arguments.json = object.raw();
  Arena arena;
  for (const JsonMember& member : object.members()) add_name(arguments, std::string(member.key.text(arena)));
  return {};
}

std::string_view raw_type_of(std::string_view media) {
  if (media == "text/plain") return "text";
  if (media == "text/xml") return "xml";
  if (media == "application/octet-stream") return "bytea";
  return {};
}

}  // namespace

result<void> read_body_arguments(const http::Request& request, Arguments& arguments) {
  std::string_view rest = find_headers(request).content_type;
  std::string media(http::trim_blanks(http::take_until(rest, ';')));
  std::ranges::transform(media, media.begin(), http::ascii_lower);
  if (media.empty() || media == "application/json") return read_json(request.body, arguments);
  if (media == "application/x-www-form-urlencoded") {
    add_values(arguments, split_query(request.body));
    return {};
  }
  arguments.raw = request.body;
  arguments.raw_type = raw_type_of(media);
  if (arguments.raw_type.empty())
    return fail(ErrorCode::bad_body, "Content-Type not acceptable: " + media);
  return {};
}

Arguments split_arguments(const ApiRequest& api) {
  Arguments arguments;
  if (api.method == http::Method::post) {
    arguments.rest = api.parameters;
    return arguments;
  }
  std::vector<Parameter> values;
  for (const Parameter& parameter : api.parameters) {
    const bool is_argument = parameter.has_value && !is_reserved(parameter.key) &&
                             !parse_filter(parameter.value);
    (is_argument ? values : arguments.rest).push_back(parameter);
  }
  add_values(arguments, std::move(values));
  return arguments;
}

std::string arguments_json(const Arguments& arguments, const store::Procedure& procedure) {
  if (arguments.values.empty()) return arguments.json;
  std::string json = "{";
  for (const std::string& name : arguments.names) {
    if (json.size() > 1) json += ',';
    append_json_string(json, name);
    json += ':';
    const auto known = std::ranges::find(procedure.arguments, name, &store::ProcedureArgument::name);
    const bool collects = known != procedure.arguments.end() && known->is_variadic;
    std::string all;
    std::string last;
    for (const Parameter& value : arguments.values) {
      if (value.key != name) continue;
      last.clear();
      append_json_string(last, value.value);
      all += (all.empty() ? "" : ",") + last;
    }
    json += collects ? "[" + all + "]" : last;
  }
  return json + "}";
}

}  // namespace trivet::api::rest
