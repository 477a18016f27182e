// GET /metrics, for the admin listener: Prometheus' exposition of what the process counted.
#pragma once

#include "http/handler.h"
#include "net/runtime.h"
#include "observe/metrics.h"

namespace trivet::http {

class MetricsHandler final : public Handler {
 public:
  // `metrics` must outlive it.
  explicit MetricsHandler(const observe::Metrics& metrics) : metrics_(metrics) {}
  task<Response> handle(const Request& request) override;

 private:
  const observe::Metrics& metrics_;
};

// Adds what the runtime knows of its connections and its pool. Before serving; `runtime` must outlive `metrics`' last
// rendering.
void add_runtime_metrics(observe::Metrics& metrics, net::Runtime& runtime);

}  // namespace trivet::http
