// The keys of a database as a node sees them: what it lets in, when it looks again, what happens when it can't.
#include "auth/stored_keys/stored_keys.h"

#include <gtest/gtest.h>

#include "auth/authenticator.h"
#include "auth/issuers/keys_first.h"
#include "auth/jwt.h"
#include "auth/records/schema.h"
#include "auth/stored_keys/key_desk.h"
#include "net/run_task.h"
#include "store/memory/memory_store.h"

namespace trivet::auth {
namespace {

const std::string secret = "reallyreallyreallyreallyverysafe";
constexpr int64_t now = 1'700'000'000;
const store::Deadline later = store::Deadline::max();

class TestEnvironment final : public engine::Environment {
 public:
  explicit TestEnvironment(const Clock& clock) : clock_(clock) {}
  [[nodiscard]] int64_t now_us() const override { return clock_.now_us(); }
  void random_bytes(char* to, size_t count) override {
    random_.fill(std::as_writable_bytes(std::span<char>(to, count)));
  }

 private:
  const Clock& clock_;
  SeededRandom random_{1};
};

// Counts what it is asked, and can be away.
class CountingStore final : public store::Store {
 public:
  explicit CountingStore(std::shared_ptr<const schema::Schema> schema) : inner_(std::move(schema)) {}
  [[nodiscard]] const store::Capabilities& capabilities() const override {
    return inner_.capabilities();
  }
  task<result<store::Rows>> read(const store::Query& query, const store::Params& params,
                                 store::Deadline deadline) override {
    ++reads;
    if (is_away) co_return fail(ErrorCode::connection_failed, "away");
    auto rows = co_await inner_.read(query, params, deadline);
    co_return rows;
  }
  task<result<store::WriteResult>> write(const store::Program& program,
                                         const store::Params& params,
                                         store::Deadline deadline) override {
    return inner_.write(program, params, deadline);
  }
  task<result<void>> ping(store::Deadline deadline) override { return inner_.ping(deadline); }

  int reads = 0;
  bool is_away = false;

 private:
  store::memory::MemoryStore inner_;
};

template <class T>
task<std::unique_ptr<T>> boxed(task<answer<T>> work) {
  answer<T> value = co_await std::move(work);
  if (!value) co_return nullptr;
  co_return std::make_unique<T>(*std::move(value));
}
// Null: refused.
template <class T>
std::unique_ptr<T> finish(task<answer<T>> work) {
  return net::run_task(boxed(std::move(work)));
}

struct Echo final : http::Handler {
  explicit Echo(const Authenticator& given) : authenticator(given) {}
  task<http::Response> handle(const http::Request& request) override {
    const auto identity = authenticator.authenticate(request);
    http::Response response;
    response.body = identity ? (*identity)->role_name : identity.error().message;
    co_return response;
  }
  const Authenticator& authenticator;
};

AuthenticatorOptions with(std::shared_ptr<StoredKeys> stored) {
  AuthenticatorOptions options;
  options.stored = std::move(stored);
  return options;
}

class StoredKeysTest : public ::testing::Test {
 protected:
  std::string ask(std::string_view header, std::string_view value, std::string_view path = "/rest/v1/Note",
                  http::Method method = http::Method::get) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.headers.push_back({header, value});
    request.deadline = later;
    return net::run_task(door.handle(request)).body;
  }
  std::string ask_key(std::string_view key) { return ask("apikey", key); }
  std::string ask_token(const std::string& token) { return ask("authorization", "Bearer " + token); }
  std::string token(std::string_view extra = {}) {
    const std::string claims = R"({"role":"authenticated","exp":1900000000)" + std::string(extra) + '}';
    return sign_jws(claims, stored->signing_key(clock.now_us() / 1'000'000));
  }
  std::string make(std::string name, std::string role = "service_role", std::string scopes = {},
                   int64_t expires_at = 0) {
    ApiKey wanted;
    wanted.name = std::move(name);
    wanted.role = std::move(role);
    wanted.scopes = std::move(scopes);
    wanted.expires_at = expires_at;
    const auto made = finish(desk.create(std::move(wanted), later));
    return made ? made->text : "refused";
  }
  std::unique_ptr<KeyRing> rotate(Rotation::When when, Algorithm algorithm = Algorithm::es256) {
    Rotation wanted;
    wanted.algorithm = algorithm;
    wanted.when = when;
    return finish(desk.rotate(wanted, later));
  }
  void advance_seconds(int64_t seconds) { clock.advance_us(seconds * 1'000'000); }

  ManualClock clock{now * 1'000'000};
  TestEnvironment environment{clock};
  SeededRandom random{2};
  std::shared_ptr<const schema::Schema> schema = accounts_schema(schema::Provider::sqlite);
  CountingStore store{schema};
  engine::Engine engine{schema, store, environment, Limits()};
  KeyDesk desk{{engine, clock, random, secret}};
  std::shared_ptr<StoredKeys> stored = std::make_shared<StoredKeys>(
      StoredKeysParts{schema, store, environment, clock, secret});
  Authenticator authenticator{derive_keys(secret), with(stored), clock};
  Echo echo{authenticator};
  KeysFirst door{authenticator, echo};
};

TEST_F(StoredKeysTest, KeysOfTheDatabaseLetIn) {
  const std::string key = make("ci");
  EXPECT_EQ(ask_key(key), "service_role");
  EXPECT_EQ(ask_key(make("report", "reporter")), "Invalid API key");  // looked for once a second
  advance_seconds(1);
  const std::string fresh = make("again", "reporter");
  EXPECT_EQ(ask_key(fresh), "reporter");
  EXPECT_EQ(make("ci"), "refused");
  EXPECT_EQ(ask_key(derive_keys(secret).secret_key), "service_role");
  SeededRandom other(9);
  EXPECT_EQ(ask_key(make_api_key(ApiKeyKind::secret, other)), "Invalid API key");
}

TEST_F(StoredKeysTest, ScopesNarrow) {
  const std::string key = make("report", "reporter", "rest:read");
  EXPECT_EQ(ask_key(key), "reporter");
  EXPECT_EQ(ask("apikey", key, "/rest/v1/Note", http::Method::post), "The API key is not for this");
  EXPECT_EQ(ask("apikey", key, "/auth/v1/admin/users"), "The API key is not for this");
}

TEST_F(StoredKeysTest, ExpiredAndRevokedKeysAreRefused) {
  const std::string passing = make("passing", "service_role", "", (now + 60) * 1'000'000);
  const std::string key = make("ci");
  EXPECT_EQ(ask_key(passing), "service_role");
  EXPECT_EQ(ask_key(key), "service_role");
  ASSERT_TRUE(finish(desk.revoke("ci", later)));
  EXPECT_FALSE(finish(desk.revoke("ci", later)));
  advance_seconds(5);
  EXPECT_EQ(ask_key(key), "Invalid API key");
  EXPECT_EQ(ask_key(passing), "service_role");
  advance_seconds(56);
  EXPECT_EQ(ask_key(passing), "Invalid API key");
}

TEST_F(StoredKeysTest, ReadsOnceInFiveSeconds) {
  const std::string key = make("ci");
  const int before = store.reads;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ask_key(key), "service_role");
  EXPECT_EQ(store.reads, before + 2);  // the ring, the keys
  advance_seconds(5);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ask_key(key), "service_role");
  EXPECT_EQ(store.reads, before + 4);
  SeededRandom other(9);
  for (int i = 0; i < 100; ++i) (void)ask_key(make_api_key(ApiKeyKind::secret, other));
  EXPECT_EQ(store.reads, before + 4);
}

TEST_F(StoredKeysTest, ADatabaseThatIsAway) {
  const std::string key = make("ci");
  store.is_away = true;
  EXPECT_EQ(ask_key(key), "The API keys are not available");
  EXPECT_EQ(ask_token(token()), "The signing keys are not available");
  EXPECT_EQ(ask_key(derive_keys(secret).publishable), "anon");
  store.is_away = false;
  advance_seconds(1);
  EXPECT_EQ(ask_key(key), "service_role");
  store.is_away = true;
  advance_seconds(60);
  EXPECT_EQ(ask_key(key), "service_role");
}

TEST_F(StoredKeysTest, SigningKeysTurnOver) {
  const std::string old = token();
  EXPECT_EQ(ask_token(old), "authenticated");
  const std::string old_id = stored->signing_key(now).id();
  ASSERT_TRUE(rotate(Rotation::When::after_standby));
  EXPECT_FALSE(rotate(Rotation::When::after_standby));
  advance_seconds(5);
  EXPECT_EQ(ask_token(old), "authenticated");
  EXPECT_EQ(stored->signing_key(now + 5).id(), old_id);
  EXPECT_NE(stored->public_jwks(now + 5).find("},{"), std::string::npos);
  advance_seconds(standby_seconds);
  EXPECT_EQ(ask_token(old), "authenticated");
  EXPECT_NE(stored->signing_key(clock.now_us() / 1'000'000).id(), old_id);
  EXPECT_EQ(ask_token(token(R"(,"n":1)")), "authenticated");

  // A cached token ends with its key.
  ASSERT_TRUE(finish(desk.revoke(old_id, later)));
  advance_seconds(5);
  EXPECT_EQ(ask_token(old), "No suitable key or wrong key type");
  EXPECT_EQ(stored->public_jwks(now).find(old_id), std::string::npos);
}

TEST_F(StoredKeysTest, AKeyThatSignsNowIsKnownToAllBeforeItDoes) {
  EXPECT_EQ(ask_token(token()), "authenticated");
  for (const Algorithm algorithm : {Algorithm::eddsa, Algorithm::es256}) {
    const auto ring = rotate(Rotation::When::now, algorithm);
    ASSERT_TRUE(ring);
    const Key key = ring->keys().back().key;
    EXPECT_EQ(key.algorithm(), algorithm);
    EXPECT_NE(stored->signing_key(clock.now_us() / 1'000'000).id(), key.id());
    advance_seconds(stored_keys_seconds);
    EXPECT_EQ(ask_token(sign_jws(R"({"role":"editor"})", key)), "editor");
    advance_seconds(1);
    EXPECT_EQ(stored->signing_key(clock.now_us() / 1'000'000).id(), key.id());
  }
  EXPECT_FALSE(rotate(Rotation::When::now, Algorithm::hs256));
}

TEST_F(StoredKeysTest, AnotherSecretCanNotOpenThem) {
  ASSERT_TRUE(rotate(Rotation::When::now));
  const std::string other = "another secret of thirty-two bytes";
  std::string said;
  StoredKeys elsewhere({schema, store, environment, clock, other, [&](std::string_view text) { said = text; }});
  const auto read = [](StoredKeys& keys) -> task<bool> {
    co_await keys.refresh(later);
    co_return true;
  };
  net::run_task(read(elsewhere));
  EXPECT_NE(said.find("another secret"), std::string::npos);
  EXPECT_EQ(elsewhere.signing_key(now).id(), KeyRing::derived(other).signing_key(now).id());
  KeyDesk their_desk({engine, clock, random, other});
  EXPECT_FALSE(finish(their_desk.list(later)));
  EXPECT_FALSE(finish(their_desk.rotate({}, later)));
  Rotation anew;
  anew.foreign = Rotation::Foreign::drop;
  EXPECT_TRUE(finish(their_desk.rotate(anew, later)));
}

}  // namespace
}  // namespace trivet::auth
