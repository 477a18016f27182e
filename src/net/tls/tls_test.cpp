#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "net/endpoint.h"
#include "net/runtime.h"
#include "net/tls/test_certificate.h"
#include "net/tls/tls_context.h"

namespace trivet::net {
namespace {

using std::chrono::milliseconds;

constexpr size_t large_bytes = 4 * 1024 * 1024;

// Answers a piece with itself, "large" with a lot, each as a head and a body.
class Echo final : public Service {
 public:
  task<void> serve(Stream& stream) override {
    char piece[64];
    for (;;) {
      stream.set_activity(Activity::idle);
      const IoResult read = co_await stream.read_some(piece);
      if (read.status != IoStatus::ok) co_return;
      stream.set_activity(Activity::busy);
      const std::string text(piece, read.bytes);
      const std::string body = text == "large" ? std::string(large_bytes, 'x') : text;
      // As a session does: what fits now, and the rest once there is room.
      std::string_view first = "head:";
      std::string_view second = body;
      const IoResult now = stream.try_write(first, second);
      const size_t of_first = std::min(now.bytes, first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(now.bytes - of_first);
      const IoStatus sent = co_await stream.write_all(first, second);
      if (sent != IoStatus::ok) co_return;
    }
  }
  [[nodiscard]] std::string_view plain_refusal() const override { return "not in the clear"; }
};

std::shared_ptr<const TlsContext> context_of(const TestCertificate& certificate,
                                             TlsOptions options = {}) {
  options.certificate_chain = certificate.certificate();
  options.private_key = certificate.key();
  auto made = TlsContext::make(options);
  EXPECT_TRUE(made) << made.error().message;
  return *made;
}

int connect_to(const std::string& endpoint) {
  const Endpoint parsed = *parse_endpoint(endpoint);
  const int descriptor = socket(parsed.address.ss_family, SOCK_STREAM, 0);
  EXPECT_EQ(connect(descriptor, reinterpret_cast<const sockaddr*>(&parsed.address), parsed.length),
            0);
  return descriptor;
}

// A blocking client that trusts one certificate.
class Client {
 public:
  Client(const std::string& endpoint, const std::string& trusted, int version_max = 0)
      : context_(SSL_CTX_new(TLS_client_method())), descriptor_(connect_to(endpoint)) {
    BIO* text = BIO_new_mem_buf(trusted.data(), static_cast<int>(trusted.size()));
    X509* certificate = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), certificate);
    X509_free(certificate);
    BIO_free(text);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_max_proto_version(context_, version_max);
    if (version_max != 0 && version_max < TLS1_2_VERSION) SSL_CTX_set_security_level(context_, 0);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, descriptor_);
  }
  ~Client() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    close(descriptor_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool greet() { return SSL_connect(ssl_) == 1; }
  void say(std::string_view text) {
    EXPECT_EQ(SSL_write(ssl_, text.data(), static_cast<int>(text.size())),
              static_cast<int>(text.size()));
  }
  std::string hear(size_t bytes) {
    std::string all(bytes, '\0');
    size_t got = 0;
    while (got < bytes) {
      const int n = SSL_read(ssl_, all.data() + got, static_cast<int>(bytes - got));
      if (n <= 0) break;
      got += static_cast<size_t>(n);
    }
    all.resize(got);
    return all;
  }
  // The server said that nothing follows, rather than only closing the connection.
  bool ends_in_order() {
    char byte = 0;
    return SSL_read(ssl_, &byte, 1) == 0 && SSL_get_error(ssl_, 0) == SSL_ERROR_ZERO_RETURN;
  }
  [[nodiscard]] int version() const { return SSL_version(ssl_); }

 private:
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  int descriptor_;
};

struct TlsTest : testing::Test {
  void start(TlsOptions options = {}) {
    keeper.replace(context_of(certificate, options));
    ListenOptions listening;
    listening.tls = &keeper;
    listening.handshake_timeout = milliseconds(50);
    endpoint = *runtime.listen("127.0.0.1:0", echo, listening);
    runtime.start();
  }
  ~TlsTest() override { runtime.end(); }

  TestCertificate certificate{"localhost"};
  Echo echo;
  TlsKeeper keeper{nullptr};
  Runtime runtime{{.threads = 1, .tick = milliseconds(5)}};
  std::string endpoint;
};

TEST_F(TlsTest, SpeaksBothVersions) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Client client(endpoint, certificate.certificate(), version);
    ASSERT_TRUE(client.greet());
    EXPECT_EQ(client.version(), version);
    client.say("hello");
    EXPECT_EQ(client.hear(10), "head:hello");
  }
  Client old(endpoint, certificate.certificate(), TLS1_1_VERSION);
  EXPECT_FALSE(old.greet());
}

TEST_F(TlsTest, SendsMoreThanTheKernelTakes) {
  start();
  Client client(endpoint, certificate.certificate());
  ASSERT_TRUE(client.greet());
  client.say("large");
  const std::string answer = client.hear(5 + large_bytes);
  ASSERT_EQ(answer.size(), 5 + large_bytes);
  EXPECT_TRUE(answer.starts_with("head:x"));
  EXPECT_EQ(answer.find_first_not_of('x', 5), std::string::npos);
  client.say("more");
  EXPECT_EQ(client.hear(9), "head:more");
}

TEST_F(TlsTest, EndsInOrderWhenDrained) {
  start();
  Client client(endpoint, certificate.certificate());
  ASSERT_TRUE(client.greet());
  client.say("a");
  EXPECT_EQ(client.hear(6), "head:a");
  runtime.drain();
  EXPECT_TRUE(client.ends_in_order());
}

TEST_F(TlsTest, NewConnectionsSeeTheNewCertificate) {
  start();
  Client before(endpoint, certificate.certificate());
  ASSERT_TRUE(before.greet());
  const TestCertificate other("other.example");
  keeper.replace(context_of(other));
  Client after(endpoint, other.certificate());
  EXPECT_TRUE(after.greet());
  before.say("still");
  EXPECT_EQ(before.hear(10), "head:still");
}

TEST_F(TlsTest, TellsWhoSpeaksInTheClear) {
  start();
  const int descriptor = connect_to(endpoint);
  const std::string_view request = "GET / HTTP/1.1\r\n\r\n";
  ASSERT_EQ(send(descriptor, request.data(), request.size(), 0),
            static_cast<ssize_t>(request.size()));
  std::string all;
  char piece[128];
  for (ssize_t n; (n = recv(descriptor, piece, sizeof(piece), 0)) > 0;)
    all.append(piece, static_cast<size_t>(n));
  close(descriptor);
  EXPECT_NE(all.find("not in the clear"), std::string::npos);
}

TEST_F(TlsTest, GivesUpOnWhoSaysNothing) {
  start();
  const int descriptor = connect_to(endpoint);
  char byte = 0;
  EXPECT_LE(recv(descriptor, &byte, 1, 0), 0);
  close(descriptor);
}

TEST_F(TlsTest, DemandsCertificates) {
  TlsOptions options;
  options.client_ca = certificate.certificate();
  options.client_certificate = ClientCertificate::required;
  start(options);
  Client client(endpoint, certificate.certificate(), TLS1_2_VERSION);
  EXPECT_FALSE(client.greet());
}

TEST(TlsContext, RefusesWhatDoesNotFit) {
  const TestCertificate one("one");
  const TestCertificate two("two");
  const auto message = [](TlsOptions options) {
    const auto made = TlsContext::make(options);
    return made ? std::string("made") : made.error().message;
  };
  EXPECT_EQ(message({one.certificate(), one.key(), {}}), "made");
  EXPECT_NE(message({one.certificate(), two.key(), {}}).find("private key"), std::string::npos);
  EXPECT_NE(message({"", one.key(), {}}).find("the certificate can't be used"), std::string::npos);
  EXPECT_NE(message({one.certificate(), "", {}}).find("private key"), std::string::npos);
  EXPECT_NE(
      message({one.certificate(), one.key(), "", ClientCertificate::required}).find("clients"),
      std::string::npos);
  EXPECT_EQ(context_of(one)->names(), std::vector<std::string>{"one"});
}

}  // namespace
}  // namespace trivet::net
