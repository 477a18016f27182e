#include "http/metrics_handler.h"

#include "http/router.h"

namespace trivet::http {

task<Response> MetricsHandler::handle(const Request& request) {
  if (request.method != Method::get && request.method != Method::head)
    co_return method_not_allowed("GET, HEAD");
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = metrics_.render();
  co_return response;
}

}  // namespace trivet::http
