#include "api/rest/request/request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "http/text.h"

namespace trivet::api::rest {
namespace {

using http::Method;

bool method_fits(Method method, Target target) {
  switch (method) {
    case Method::get:
    case Method::head:
    case Method::options: return true;
    case Method::post: return target != Target::root;
    case Method::put:
    case Method::patch:
    case Method::delete_: return target == Target::relation;
    case Method::other: return false;
  }
  return false;
}

result<void> check_method(const http::Request& request, Target target) {
  if (method_fits(request.method, target)) return {};
  if (target == Target::function)
    return fail(ErrorCode::bad_rpc_method,
                fmt::format("Cannot use the {} method on RPC", request.method_text));
  return fail(ErrorCode::bad_method,
              fmt::format("Unsupported HTTP method: {}", request.method_text));
}

std::string_view named_profile(const Headers& headers, Method method) {
  const bool reads = method == Method::get || method == Method::head || method == Method::options;
  return reads ? headers.accept_profile : headers.content_profile;
}

result<std::string> choose_profile(std::string_view named, const std::vector<std::string>& schemas) {
  if (named.empty()) return schemas.front();
  if (std::ranges::find(schemas, named) != schemas.end()) return std::string(named);
  return fail(ErrorCode::unknown_profile, fmt::format("Invalid schema: {}", named), {},
              fmt::format("Only the following schemas are exposed: {}", fmt::join(schemas, ", ")));
}

const LimitValue* find_root(const std::vector<AtPath<LimitValue>>& values) {
  for (const auto& [path, value] : values)
    if (path.empty()) return &value;
  return nullptr;
}

result<void> read_page(ApiRequest& api, const Headers& headers) {
  const LimitValue* limit = find_root(api.query.limits);
  const LimitValue* offset = find_root(api.query.offsets);
  if (api.method == Method::put && (limit || offset))
    return fail(ErrorCode::put_limits,
                "limit/offset querystring parameters are not allowed for PUT");
  if (limit) api.page.limit = limit->value;
  if (offset) api.page.offset = offset->value;
  if (api.method == Method::get) api.range = parse_range_header(headers.range);
  TRIVET_TRY(api.page, intersect_page(api.page, api.range));
  return {};
}

}  // namespace

Headers find_headers(const http::Request& request) {
  Headers headers;
  for (const http::HeaderView& field : request.headers) {
    const auto is = [&](std::string_view name) { return http::equals_lower(field.name, name); };
    switch (field.name.size()) {
      case 5:
        if (is("range")) headers.range = field.value;
        break;
      case 6:
        if (is("accept") && headers.accept.empty()) headers.accept = field.value;
        if (is("prefer")) {
          headers.several_prefer |= headers.prefer.data() != nullptr;
          if (!headers.prefer.data()) headers.prefer = field.value;
        }
        break;
      case 12:
        if (is("content-type")) headers.content_type = field.value;
        break;
      case 14:
        if (is("accept-profile")) headers.accept_profile = field.value;
        break;
      case 15:
        if (is("content-profile")) headers.content_profile = field.value;
        break;
      default: break;
    }
  }
  return headers;
}

std::string join_prefer(const http::Request& request) {
  std::string joined;
  for (const http::HeaderView& field : request.headers) {
    if (!http::equals_lower(field.name, "prefer")) continue;
    if (!joined.empty()) joined += ',';
    joined += field.value;
  }
  return joined;
}

result<Path> parse_path(std::string_view path) {
  if (path.empty() || path == "/") return Path{};
  const auto bad = [] {
    return fail(ErrorCode::bad_path, "Invalid path specified in request URL");
  };
  if (path.front() != '/') return bad();
  path.remove_prefix(1);
  Path parsed{.target = Target::relation, .name = {}};
  if (path.starts_with("rpc/")) {
    parsed.target = Target::function;
    path.remove_prefix(4);
  }
  if (path.empty() || path.find('/') != path.npos) return bad();
  parsed.name = percent_decode(path, Plus::is_plus);
  return parsed;
}

result<std::string> find_profile(const http::Request& request, const std::vector<std::string>& schemas) {
  return choose_profile(named_profile(find_headers(request), request.method), schemas);
}

result<ApiRequest> decode_request(const http::Request& request,
                                  std::string_view path_below_prefix,
                                  const std::vector<std::string>& schemas) {
  const Headers headers = find_headers(request);
  ApiRequest api;
  api.method = request.method;
  api.accept = headers.accept;
  TRIVET_TRY(api.path, parse_path(path_below_prefix));
  const std::string_view named = named_profile(headers, request.method);
  api.names_profile = !named.empty();
  TRIVET_TRY(api.profile, choose_profile(named, schemas));
  TRIVET_CHECK(check_method(request, api.path.target));
  api.parameters = split_query(request.query);
  std::erase_if(api.parameters, [](const Parameter& p) { return p.key == "apikey"; });
  api.prefer = parse_prefer(headers.several_prefer ? join_prefer(request)
                                                   : std::string(headers.prefer));
  // Arguments of functions and the root's query string follow other rules.
  if (api.path.target == Target::relation && request.method != Method::options) {
    TRIVET_TRY(api.query, parse_query(api.parameters));
    TRIVET_CHECK(read_page(api, headers));
  }
  return api;
}

}  // namespace trivet::api::rest
