// A server on a free port and a blocking client, for tests of this folder. Not part of the product.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "http/router.h"
#include "http/server.h"
#include "net/runtime.h"

namespace trivet::http {

// Opened once, from any thread; waiting happens on the pool.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  bool reached_ = false;
};

class Pieces final : public BodySource {
 public:
  task<bool> next(std::string& out) override {
    if (sent_ < 3) out += "piece" + std::to_string(sent_++);
    co_return true;
  }

 private:
  int sent_ = 0;
};

class TestHandler final : public Handler {
 public:
  explicit TestHandler(std::string_view name) : name_(name) {}

  task<Response> handle(const Request& request) override {
    Response response;
    response.content_type = "text/plain";
    if (name_ != "root") {
      response.body = name_;
    } else if (request.path == "/gate") {
      const result<void> passed = co_await pool->run([this] { gate.pass(); });
      response.body = passed ? "opened" : "not opened";
    } else if (request.path == "/until-gone") {
      const result<void> left = co_await pool->run([](std::stop_token gone) {
        while (!gone.stop_requested()) std::this_thread::yield();
      });
      response.status = left ? 500 : 503;
    } else {
      fill(request, response);
    }
    co_return response;
  }

  static constexpr size_t huge_bytes = 64 * 1024 * 1024;

  Gate gate;
  net::Pool* pool = nullptr;

 private:
  static void fill(const Request& request, Response& response) {
    if (request.path == "/throw") throw std::runtime_error("thrown");
    if (request.path == "/201") response.status = 201, response.content_type.clear();
    if (request.path == "/204") response.status = 204;
    if (request.path == "/stream") response.source = std::make_unique<Pieces>();
    if (request.path == "/huge") response.body.assign(huge_bytes, 'x');
    if (request.path == "/inject") {
      response.set("X-Bad", "a\r\nInjected: yes");
      response.set("X-Fine", "yes");
    }
    if (request.path == "/") response.body = request.body.empty() ? "ok" : request.body;
  }

  std::string name_;
};

class TestServer final : public observe::Sink, public ReadyCheck {
 public:
  static constexpr size_t huge_bytes = TestHandler::huge_bytes;

  explicit TestServer(Limits limits = {}, net::PoolOptions pool = {.threads = 1})
      : limits_(limits),
        server_(router_, {.limits = limits, .sink = this}),
        runtime_({.threads = 1,
                  .tick = std::chrono::milliseconds(5),
                  .drain_timeout = limits.drain_timeout,
                  .pool = pool}) {
    root_.pool = &runtime_.pool();
    for (const std::string_view path : {"=/", "/gate", "/until-gone", "/throw", "/201", "/204", "/stream", "/huge",
                                        "/inject"})
      router_.mount(path, "root", root_);
    router_.mount("/area", "area", area_);
    router_.set_ready(*this);
    const result<std::string> bound =
        runtime_.listen("127.0.0.1:0", server_, {.connections_max = limits_.connections_max});
    if (!bound) throw std::runtime_error(bound.error().message);
    port_ = static_cast<uint16_t>(std::stoi(bound->substr(bound->rfind(':') + 1)));
    runtime_.start();
  }
  ~TestServer() override {
    open_gate();
    stop();
  }

  [[nodiscard]] uint16_t port() const { return port_; }
  void drain() { runtime_.drain(); }
  void stop() {
    if (stopped_) return;
    stopped_ = true;
    runtime_.stop();
  }
  void open_gate() { root_.gate.open(); }
  void wait_until_gate_is_reached() { root_.gate.wait_until_reached(); }
  void wait_until_queued(size_t count) {
    while (runtime_.pool().queued() != count) std::this_thread::yield();
  }
  void wait_until_open_connections(size_t count) {
    while (runtime_.connections().open != count) std::this_thread::yield();
  }
  [[nodiscard]] net::Runtime& runtime() { return runtime_; }
  void set_ready(bool ready) { ready_ = ready; }

  task<bool> is_ready() override { co_return ready_.load(); }

  void request(const observe::RequestEvent& event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(fmt::format("{} {} {} {} {} {}", event.method, event.path, event.route,
                                  event.status, event.request_id, event.client_address));
    if (!event.problem.empty()) events_.back() += fmt::format(" {}", event.problem);
  }
  void lifecycle(const observe::LifecycleEvent&) override {}
  [[nodiscard]] std::vector<std::string> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  const Limits limits_;
  TestHandler root_{"root"};
  TestHandler area_{"area"};
  Router router_;
  Server server_;
  std::mutex mutex_;
  std::vector<std::string> events_;  // guarded by mutex_
  std::atomic<bool> ready_{true};
  net::Runtime runtime_;
  uint16_t port_ = 0;
  bool stopped_ = false;
};

class Client {
 public:
  explicit Client(uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
      throw std::runtime_error("connect");
  }
  ~Client() { close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool try_send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void send(std::string_view bytes) {
    if (!try_send(bytes)) throw std::runtime_error("send");
  }
  [[nodiscard]] bool has_answer(std::chrono::milliseconds within) const {
    pollfd wait{descriptor_, POLLIN, 0};
    return poll(&wait, 1, static_cast<int>(within.count())) > 0;
  }
  // Everything received so far, up to and with `end` or the end of the stream; the next read starts empty.
  std::string read_until(std::string_view end) {
    received_.clear();
    while (!received_.ends_with(end) && read_piece()) {
    }
    return received_;
  }
  std::string ask(std::string_view bytes, std::string_view end) {
    send(bytes);
    return read_until(end);
  }
  std::string read_all() {
    received_.clear();
    while (read_piece()) {
    }
    return received_;
  }
  // For bodies larger than the sockets' buffers: the peer may answer before it has read all.
  void send_and_read_all(std::string_view bytes) {
    std::jthread sender([this, bytes] { send(bytes); });
    read_all();
  }
  [[nodiscard]] const std::string& received() const { return received_; }

 private:
  bool read_piece() {
    char piece[16 * 1024];
    const ssize_t n = recv(descriptor_, piece, sizeof(piece), 0);
    if (n > 0) received_.append(piece, static_cast<size_t>(n));
    return n > 0;
  }

  int descriptor_;
  std::string received_;
};

}  // namespace trivet::http
