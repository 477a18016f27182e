#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "net/endpoint.h"
#include "net/runtime.h"

namespace trivet::net {
namespace {

TEST(Endpoint, ReadsEveryForm) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:80")->text(), "127.0.0.1:80");
  EXPECT_EQ(parse_endpoint(":80")->text(), "0.0.0.0:80");
  EXPECT_EQ(parse_endpoint("*:80")->text(), "0.0.0.0:80");
  EXPECT_EQ(parse_endpoint("[::1]:0")->text(), "[::1]:0");
  EXPECT_EQ(parse_endpoint("unix:/tmp/x")->text(), "unix:/tmp/x");
}

TEST(Endpoint, RefusesTheRest) {
  for (const char* text : {"", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                           "::1:80", "unix:", "127.0.0.1:80x"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
  EXPECT_FALSE(parse_endpoint("unix:" + std::string(200, 'x')));
}

TEST(Endpoint, SocketsShareAFreePort) {
  Endpoint endpoint = *parse_endpoint("127.0.0.1:0");
  const result<std::vector<int>> descriptors = bind_endpoint(endpoint, 3);
  ASSERT_TRUE(descriptors);
  EXPECT_EQ(descriptors->size(), 3u);
  EXPECT_NE(endpoint.port(), 0);
  // A second server must not share it.
  Endpoint same = endpoint;
  EXPECT_FALSE(bind_endpoint(same, 1));
  for (const int descriptor : *descriptors) close(descriptor);
}

TEST(Endpoint, ReplacesAStaleSocketFileOnly) {
  const std::string path = testing::TempDir() + "trivet_net_test.sock";
  std::filesystem::remove(path);
  Endpoint endpoint = *parse_endpoint("unix:" + path);
  const result<std::vector<int>> first = bind_endpoint(endpoint, 1);
  ASSERT_TRUE(first);
  EXPECT_FALSE(bind_endpoint(endpoint, 1)) << "in use";
  close(first->front());
  const result<std::vector<int>> second = bind_endpoint(endpoint, 2);
  ASSERT_TRUE(second) << "stale";
  for (const int descriptor : *second) close(descriptor);
  std::filesystem::remove(path);
}

// Echoes what it reads, one piece at a time; the byte 'p' is answered from the pool.
class Echo final : public Service {
 public:
  task<void> serve(Stream& stream) override {
    char piece[64];
    for (;;) {
      stream.set_activity(Activity::idle);
      if (idle_timeout.count() > 0) stream.expire_at(Stream::Clock::now() + idle_timeout);
      const IoResult read = co_await stream.read_some(piece);
      last_status = read.status;
      if (read.status != IoStatus::ok) co_return;
      stream.set_activity(Activity::busy);
      std::string text(piece, read.bytes);
      if (text == "p" && pool != nullptr) {
        const auto here = std::this_thread::get_id();
        const result<bool> elsewhere = co_await pool->run(
            [here] { return std::this_thread::get_id() != here; });
        const bool back = std::this_thread::get_id() == here;
        text = elsewhere && *elsewhere && back ? "pooled" : "not pooled";
      }
      const IoStatus sent = co_await stream.write_all(text, "!");
      if (sent != IoStatus::ok) co_return;
    }
  }
  [[nodiscard]] std::string_view refusal() const override { return "full"; }

  Pool* pool = nullptr;
  std::chrono::milliseconds idle_timeout{0};
  std::atomic<IoStatus> last_status{IoStatus::ok};
};

int connect_to(const std::string& endpoint) {
  const Endpoint parsed = *parse_endpoint(endpoint);
  const int descriptor = socket(parsed.address.ss_family, SOCK_STREAM, 0);
  EXPECT_EQ(connect(descriptor, reinterpret_cast<const sockaddr*>(&parsed.address), parsed.length), 0);
  return descriptor;
}

std::string ask(int descriptor, std::string_view text) {
  EXPECT_EQ(send(descriptor, text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()));
  char answer[128];
  const ssize_t received = recv(descriptor, answer, sizeof(answer), 0);
  return received <= 0 ? "" : std::string(answer, static_cast<size_t>(received));
}

std::string rest_of(int descriptor) {
  std::string all;
  char piece[128];
  for (ssize_t n; (n = recv(descriptor, piece, sizeof(piece), 0)) > 0;)
    all.append(piece, static_cast<size_t>(n));
  close(descriptor);
  return all;
}

TEST(Runtime, ServesAndDrainsIdleConnectionsAtOnce) {
  Echo echo;
  Runtime runtime({.threads = 2, .tick = std::chrono::milliseconds(5)});
  const result<std::string> bound = runtime.listen("127.0.0.1:0", echo);
  ASSERT_TRUE(bound);
  runtime.start();
  const int descriptor = connect_to(*bound);
  EXPECT_EQ(ask(descriptor, "hello"), "hello!");
  EXPECT_EQ(runtime.connections().open, 1u);
  runtime.stop();
  EXPECT_EQ(rest_of(descriptor), "");
  EXPECT_EQ(echo.last_status, IoStatus::drained);
  EXPECT_EQ(runtime.connections().open, 0u);
}

TEST(Runtime, HopsToThePoolAndBack) {
  Echo echo;
  Runtime runtime({.threads = 1, .tick = std::chrono::milliseconds(5)});
  echo.pool = &runtime.pool();
  const result<std::string> bound = runtime.listen("[::1]:0", echo);
  ASSERT_TRUE(bound);
  runtime.start();
  const int descriptor = connect_to(*bound);
  EXPECT_EQ(ask(descriptor, "p"), "pooled!");
  close(descriptor);
  runtime.stop();
}

TEST(Runtime, FullPoolIsAnErrorAtOnce) {
  Echo echo;
  Runtime runtime({.threads = 1, .tick = std::chrono::milliseconds(5), .pool = {.queue_max = 0}});
  echo.pool = &runtime.pool();
  const result<std::string> bound = runtime.listen("127.0.0.1:0", echo);
  runtime.start();
  const int descriptor = connect_to(*bound);
  EXPECT_EQ(ask(descriptor, "p"), "not pooled!");
  close(descriptor);
  runtime.stop();
}

TEST(Runtime, ExpiresByTick) {
  Echo echo;
  echo.idle_timeout = std::chrono::milliseconds(20);
  Runtime runtime({.threads = 1, .tick = std::chrono::milliseconds(5)});
  const result<std::string> bound = runtime.listen("127.0.0.1:0", echo);
  runtime.start();
  EXPECT_EQ(rest_of(connect_to(*bound)), "");
  EXPECT_EQ(echo.last_status, IoStatus::expired);
  runtime.stop();
}

TEST(Runtime, RefusesConnectionsOverTheLimit) {
  Echo echo;
  Runtime runtime({.threads = 1, .tick = std::chrono::milliseconds(5)});
  const result<std::string> bound = runtime.listen("127.0.0.1:0", echo, {.connections_max = 1});
  runtime.start();
  const int first = connect_to(*bound);
  EXPECT_EQ(ask(first, "a"), "a!");
  EXPECT_EQ(rest_of(connect_to(*bound)), "full");
  EXPECT_EQ(ask(first, "b"), "b!");
  close(first);
  runtime.stop();
  EXPECT_EQ(runtime.connections().refused, 1u);
}

TEST(Runtime, ServesAUnixSocketAndRemovesItsFile) {
  const std::string path = testing::TempDir() + "trivet_runtime_test.sock";
  Echo echo;
  Runtime runtime({.threads = 2, .tick = std::chrono::milliseconds(5)});
  const result<std::string> bound = runtime.listen("unix:" + path, echo);
  ASSERT_TRUE(bound);
  runtime.start();
  const int descriptor = connect_to(*bound);
  EXPECT_EQ(ask(descriptor, "x"), "x!");
  close(descriptor);
  runtime.stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Runtime, SignalDrains) {
  Echo echo;
  Runtime runtime({.threads = 1, .tick = std::chrono::milliseconds(5)});
  ASSERT_TRUE(runtime.listen("127.0.0.1:0", echo));
  runtime.start();
  // Ignored until wait installs its handler; the callback then proves that SIGTERM is safe to send.
  signal(SIGHUP, SIG_IGN);
  std::atomic<int> hangups{0};
  std::jthread sender([&hangups] {
    while (hangups == 0) {
      kill(getpid(), SIGHUP);
      std::this_thread::yield();
    }
    kill(getpid(), SIGTERM);
  });
  runtime.wait({.on_hangup = [&hangups] { ++hangups; }});
  EXPECT_GE(hangups, 1);
}

}  // namespace
}  // namespace trivet::net
