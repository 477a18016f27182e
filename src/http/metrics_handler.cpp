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

void add_runtime_metrics(observe::Metrics& metrics, net::Runtime& runtime) {
  metrics.add_reader({"trivet_connections", "gauge", "Connections open now."},
                     [&runtime] { return static_cast<double>(runtime.connections().open); });
  metrics.add_reader({"trivet_connections_accepted_total", "counter", "Connections accepted."},
                     [&runtime] { return static_cast<double>(runtime.connections().accepted); });
  metrics.add_reader({"trivet_connections_refused_total", "counter", "Connections over the limit."},
                     [&runtime] { return static_cast<double>(runtime.connections().refused); });
  metrics.add_reader({"trivet_pool_queued", "gauge", "Blocking jobs that wait for a thread."},
                     [&runtime] { return static_cast<double>(runtime.pool().queued()); });
}

}  // namespace trivet::http
