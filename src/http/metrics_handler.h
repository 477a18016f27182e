// GET /metrics, for the admin listener: Prometheus' exposition of what the process counted.
#pragma once

#include "http/handler.h"
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

}  // namespace trivet::http
