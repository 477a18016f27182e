#include "http/router.h"

#include <algorithm>

#include "http/error_body.h"

namespace trivet::http {
namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";

bool is_read(const Request& request) {
  return request.method == Method::get || request.method == Method::head;
}

Response plain(int status, std::string_view body) {
  Response response;
  response.status = status;
  response.content_type = text_type;
  response.body = body;
  // A probe wants to know now.
  response.set("Cache-Control", "no-store");
  return response;
}

Response server_options() {
  Response response;
  response.set("Allow", "OPTIONS, GET, HEAD, POST, PUT, PATCH, DELETE");
  return response;
}

}  // namespace

Response not_found() {
  return error_response(404, {.code = "PGRST125", .message = "Invalid path specified in request URL"});
}

Response method_not_allowed(std::string_view allow) {
  Response response =
      error_response(405, {.code = "PGRST117", .message = "Unsupported HTTP method"});
  response.set("Allow", allow);
  return response;
}

void Router::mount(std::string_view prefix, std::string_view route, Handler& handler) {
  const bool exact = prefix.starts_with('=');
  if (exact) prefix.remove_prefix(1);
  if (!exact && prefix.ends_with('/')) prefix.remove_suffix(1);
  entries_.push_back({std::string(prefix), exact, route, &handler});
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.prefix.size() > b.prefix.size();
  });
}

const Router::Entry* Router::find(std::string_view path) const {
  for (const Entry& entry : entries_) {
    if (!path.starts_with(entry.prefix)) continue;
    const bool whole = path.size() == entry.prefix.size();
    if (whole || (!entry.exact && path[entry.prefix.size()] == '/')) return &entry;
  }
  return nullptr;
}

task<Response> Router::handle(const Request& request) {
  if (const Entry* entry = find(request.path)) {
    request.route = entry->route;
    return entry->handler->handle(request);
  }
  return answer_builtin(request);
}

task<Response> Router::answer_builtin(const Request& request) {
  if (request.path == "/healthz") {
    request.route = "health";
    if (!is_read(request)) co_return method_not_allowed("GET, HEAD");
    co_return plain(200, "ok\n");
  }
  if (request.path == "/readyz") {
    request.route = "ready";
    if (!is_read(request)) co_return method_not_allowed("GET, HEAD");
    bool ready = true;
    if (ready_ != nullptr) ready = co_await ready_->is_ready();
    if (ready) co_return plain(200, "ok\n");
    co_return plain(503, "not ready\n");
  }
  if (request.path == "*" && request.method == Method::options) co_return server_options();
  co_return not_found();
}

}  // namespace trivet::http
