#include "api/rest/watch/watch.h"

namespace trivet::api::rest {

bool wants_events(const http::Request& request) {
  if (request.method != http::Method::get) return false;
  const std::string_view accept = request.header("accept");
  return accept.substr(0, accept.find_first_of(",; ")) == "text/event-stream";
}

result<void> check_watchable(const Prepared& prepared, const http::Request& request) {
  const schema::Model& model = prepared.catalog->model(prepared.model);
  if (model.realtime == 0)
    return fail(ErrorCode::missing_capability, "changes of \"" + model.db_name + "\" are not kept",
                "The model " + model.name + " has no @@realtime.", "add @@realtime to it");
  if (prepared.operation.selection.grouped)
    return fail(ErrorCode::bad_query_string, "aggregates can't be watched", {}, "select rows");
  for (const Parameter& parameter : split_query(request.query))
    if (parameter.key == "limit" || parameter.key == "offset")
      return fail(ErrorCode::bad_query_string, '"' + parameter.key + "\" means nothing to who watches",
                  {}, "watch all rows of a filter");
  return {};
}

result<http::Response> open_stream(RowReader& reader, const http::Request& request,
                                   std::unique_ptr<engine::Watch> watch) {
  if (watch == nullptr)
    return fail(ErrorCode::pool_timeout, "too many watch already",
                "At most " + std::to_string(engine::watches_max) + " streams are open at once.");
  http::Response response;
  response.content_type = "text/event-stream";
  response.compressible = false;
  response.set("Cache-Control", "no-store");
  response.set("X-Accel-Buffering", "no");
  response.source = std::make_unique<EventStream>(reader, OwnedRequest(request), std::move(watch));
  return response;
}

}  // namespace trivet::api::rest
