#include "http/server.h"

#include <algorithm>

#include "http/session.h"

namespace trivet::http {

std::chrono::milliseconds tick_for(const Limits& limits) {
  using std::chrono::milliseconds;
  const milliseconds shortest = std::min({limits.header_timeout, limits.body_timeout,
                                          limits.idle_timeout, limits.write_timeout});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(1000));
}

Server::Server(Handler& handler, ServerOptions options)
    : handler_(handler), options_(std::move(options)), pipeline_(options_.pipeline) {}

task<void> Server::serve(net::Stream& stream) {
  const uint64_t number = connections_.fetch_add(1, std::memory_order_relaxed);
  // Ids of one connection are a sequence; the gap keeps those of two apart.
  Session session({handler_, pipeline_, options_.limits, options_.proxies, options_.sink,
                   options_.seed + (number << 32)},
                  stream);
  co_await session.run();
}

std::string_view Server::refusal() const {
  return "HTTP/1.1 503 Service Unavailable\r\n"
         "Content-Type: application/json; charset=utf-8\r\n"
         "Content-Length: 87\r\n"
         "Retry-After: 1\r\n"
         "Connection: close\r\n\r\n"
         "{\"code\":\"53300\",\"details\":null,\"hint\":null,"
         "\"message\":\"too many connections, try again\"}";
}

std::string_view Server::plain_refusal() const {
  return "HTTP/1.1 400 Bad Request\r\n"
         "Content-Type: application/json; charset=utf-8\r\n"
         "Content-Length: 88\r\n"
         "Connection: close\r\n\r\n"
         "{\"code\":\"HTTP400\",\"details\":null,\"hint\":\"use https://\",\"message\":\"this port "
         "speaks TLS\"}";
}

}  // namespace trivet::http
