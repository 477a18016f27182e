// trivet-peer --listen ADDR:PORT [--port-file FILE] [--threads N]
//
// The product's own HTTP stack with a trivial handler: "/" answers GET with "ok" and POST with the request body; any
// other path is a 404. SIGTERM drains. For suites that test a server and not this product.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "http/router.h"
#include "http/server.h"
#include "net/runtime.h"

namespace {

using namespace trivet;

class Peer final : public http::Handler {
 public:
  task<http::Response> handle(const http::Request& request) override {
    http::Response response;
    response.content_type = "text/plain; charset=utf-8";
    switch (request.method) {
      case http::Method::get:
      case http::Method::head:
        response.body = "ok";
        break;
      case http::Method::post:
        response.body = request.body;
        break;
      case http::Method::options:
        response.content_type.clear();
        response.set("Allow", "OPTIONS, GET, HEAD, POST");
        break;
      default:
        co_return http::method_not_allowed("OPTIONS, GET, HEAD, POST");
    }
    co_return response;
  }
};

struct Arguments {
  std::vector<std::string> listen;
  std::string port_file;
  unsigned threads = 0;
};

bool parse_arguments(int count, char** values, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view name = values[i];
    if (i + 1 == count) return false;
    const std::string_view value = values[++i];
    if (name == "--listen")
      arguments.listen.emplace_back(value);
    else if (name == "--port-file")
      arguments.port_file = value;
    else if (name == "--threads")
      arguments.threads = static_cast<unsigned>(std::atoi(value.data()));
    else
      return false;
  }
  return !arguments.listen.empty();
}

// A SIGTERM that comes as soon as the port is known must drain: it is held back until wait() listens.
void hold_signals() {
  sigset_t held;
  sigemptyset(&held);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&held, number);
  pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

}  // namespace

int main(int count, char** values) {
  Arguments arguments;
  if (!parse_arguments(count, values, arguments)) {
    std::fputs("usage: trivet-peer --listen ADDR:PORT [--port-file FILE] [--threads N]\n", stderr);
    return 2;
  }
  hold_signals();
  const Limits limits;
  Peer peer;
  http::Router router;
  router.mount("=/", "peer", peer);
  http::Server server(router, {.limits = limits});
  net::Runtime runtime({.threads = arguments.threads,
                        .tick = http::tick_for(limits),
                        .drain_timeout = limits.drain_timeout});
  for (const std::string& endpoint : arguments.listen) {
    const result<std::string> bound =
        runtime.listen(endpoint, server, {.connections_max = limits.connections_max});
    if (!bound) {
      fmt::print(stderr, "trivet-peer: {}\n", bound.error().message);
      return 1;
    }
    fmt::print("listening on {}\n", *bound);
    std::fflush(stdout);
    if (!arguments.port_file.empty())
      std::ofstream(arguments.port_file) << bound->substr(bound->rfind(':') + 1) << '\n';
  }
  runtime.start();
  runtime.wait({});
  return 0;
}
