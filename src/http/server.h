// The HTTP server as the composition root sees it: a net::Service that turns connections into calls of one Handler.
//
//   http::Server server(handler, {.limits = limits, .sink = &sink});
//   runtime.listen("127.0.0.1:3000", server, {limits.connections_max});
//
// Immutable once built; serves all loops at once. Handler and sink must outlive the runtime.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/limits.h"
#include "http/handler.h"
#include "http/pipeline/pipeline.h"
#include "http/trusted_proxies.h"
#include "net/service.h"
#include "observe/event.h"

namespace trivet::http {

struct ServerOptions {
  Limits limits{};
  PipelineOptions pipeline{};
  TrustedProxies proxies{};
  observe::Sink* sink = nullptr;
  uint64_t seed = 1;  // of request ids; random in production
};

// How often a runtime must look at deadlines for these limits to hold within a quarter.
[[nodiscard]] std::chrono::milliseconds tick_for(const Limits& limits);

class Server final : public net::Service {
 public:
  Server(Handler& handler, ServerOptions options);

  task<void> serve(net::Stream& stream) override;
  [[nodiscard]] std::string_view refusal() const override;
  [[nodiscard]] std::string_view plain_refusal() const override;

 private:
  Handler& handler_;
  const ServerOptions options_;
  const Pipeline pipeline_;
  std::atomic<uint64_t> connections_{0};
};

}  // namespace trivet::http
