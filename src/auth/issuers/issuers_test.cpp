// Foreign issuers: what is accepted, when keys are fetched, and where a fetch may lead.
#include "auth/issuers/issuers.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>

#include "auth/authenticator.h"
#include "auth/base64url.h"
#include "auth/issuers/discovery.h"
#include "auth/issuers/foreign_token.h"
#include "auth/issuers/keys_first.h"
#include "auth/jwt.h"
#include "net/run_task.h"

namespace trivet::auth {
namespace {

const std::string secret = "reallyreallyreallyreallyverysafe";
const std::string name = "https://id.example";
constexpr int64_t now = 1'700'000'000;

IssuerOptions options() {
  IssuerOptions given;
  given.issuer = name;
  given.audience = {"api"};
  given.role = "authenticated";
  return given;
}

Issuer issuer(const IssuerOptions& given = options()) { return check_issuer(given).value(); }

std::string claims(std::string_view changed = {}) {
  const std::string base = R"({"iss":"https://id.example","aud":"api","sub":"ann","iat":1699999990,)"
                           R"("exp":1700000600)";
  return base + std::string(changed) + '}';
}

// "role id", or the error.
std::string accepted(std::string_view json, const IssuerOptions& given = options()) {
  const auto token = accept_claims(json, issuer(given), now);
  if (!token) return token.error().message;
  simdjson::dom::parser parser;
  std::string_view id = "-";
  if (!token->identity.claims_json.empty())
    EXPECT_EQ(parser.parse(token->identity.claims_json)["id"].get(id), simdjson::SUCCESS);
  return token->identity.role_name + ' ' + std::string(id);
}

TEST(Issuer, OptionsAreChecked) {
  const auto problem = [](auto change) {
    IssuerOptions given = options();
    change(given);
    const auto checked = check_issuer(given);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(problem([](auto&) {}), "");
  EXPECT_NE(problem([](auto& o) { o.issuer = ""; }), "");
  EXPECT_NE(problem([](auto& o) { o.issuer = "http://id.example"; }), "");
  EXPECT_NE(problem([](auto& o) { o.issuer = "https://ann@id.example"; }), "");
  EXPECT_NE(problem([](auto& o) { o.issuer = "https://id.example?x"; }), "");
  EXPECT_NE(problem([](auto& o) { o.issuer = "file:///etc/passwd"; }), "");
  EXPECT_NE(problem([](auto& o) { o.jwks_url = "http://id.example/keys"; }), "");
  EXPECT_NE(problem([](auto& o) { o.audience = {}; }), "");
  EXPECT_NE(problem([](auto& o) { o.audience = {""}; }), "");
  EXPECT_NE(problem([](auto& o) { o.algorithms = {"HS256"}; }), "");
  EXPECT_NE(problem([](auto& o) { o.algorithms = {"none"}; }), "");
  EXPECT_NE(problem([](auto& o) { o.algorithms = {}; }), "");
  EXPECT_NE(problem([](auto& o) { o.role_claim = "roles"; }), "");
  EXPECT_NE(problem([](auto& o) { o.roles = {"a: b"}; }), "");
  EXPECT_NE(problem([](auto& o) { o.role_claim = "r", o.roles = {"a:b"}; }), "");
  EXPECT_NE(problem([](auto& o) { o.claims = {"role: r"}; }), "");
  EXPECT_NE(problem([](auto& o) { o.claims = {"id: r"}; }), "");
  EXPECT_NE(problem([](auto& o) { o.claims = {"a: b", "a: c"}; }), "");
  EXPECT_FALSE(check_issuers({options(), options()}));
}

TEST(ForeignToken, RegisteredClaims) {
  EXPECT_EQ(accepted(claims()), "authenticated ann");
  EXPECT_EQ(accepted(R"({"iss":"https://id.example","aud":["x","api"],"sub":"a","iat":1,"exp":1700000000})"),
            "authenticated a");
  const std::map<std::string, std::string> refused = {
      {R"({"aud":"api","sub":"a","iat":1,"exp":1700000600})", "JWT of an unknown issuer"},
      {R"({"iss":"https://id.example/","aud":"api","sub":"a","iat":1,"exp":1700000600})",
       "JWT of an unknown issuer"},
      {R"({"iss":["https://id.example"],"aud":"api","sub":"a","iat":1,"exp":1700000600})",
       "JWT of an unknown issuer"},
      {R"({"iss":"https://id.example","aud":"other","sub":"a","iat":1,"exp":1700000600})",
       "JWT not in audience"},
      {R"({"iss":"https://id.example","sub":"a","iat":1,"exp":1700000600})", "JWT not in audience"},
      {R"({"iss":"https://id.example","aud":null,"sub":"a","iat":1,"exp":1700000600})",
       "JWT not in audience"},
      {R"({"iss":"https://id.example","aud":[],"sub":"a","iat":1,"exp":1700000600})",
       "JWT not in audience"},
      {R"({"iss":"https://id.example","aud":["api",1],"sub":"a","iat":1,"exp":1700000600})",
       "JWT not in audience"},
      {R"({"iss":"https://id.example","aud":"other","azp":"api","sub":"a","iat":1,"exp":1700000600})",
       "JWT not in audience"},
      {R"({"iss":"https://id.example","aud":"api","sub":"a","iat":1})",
       "The JWT 'exp' claim is missing"},
      {R"({"iss":"https://id.example","aud":"api","sub":"a","exp":1700000600})",
       "The JWT 'iat' claim is missing"},
      {R"({"iss":"https://id.example","aud":"api","sub":"a","iat":1,"exp":1699999960})", "JWT expired"},
      {R"({"iss":"https://id.example","aud":"api","sub":"a","iat":1700000900,"exp":1700009600})",
       "JWT issued at future"},
      {R"({"iss":"https://id.example","aud":"api","iat":1,"exp":1700000600})",
       "The JWT 'sub' claim is missing"},
      {R"({"iss":"https://id.example","aud":"api","sub":7,"iat":1,"exp":1700000600})",
       "The JWT 'sub' claim is missing"},
      {R"({"iss":"https://id.example","iss":"https://id.example","aud":"api","sub":"a","iat":1,"exp":1700000600})",
       "Parsing claims failed"},
  };
  for (const auto& [json, problem] : refused) EXPECT_EQ(accepted(json), problem) << json;
  EXPECT_EQ(accepted(R"({"iss":"https://id.example","client_id":"api","sub":"a","iat":1,"exp":1700000600})"),
            "authenticated a");
}

TEST(ForeignToken, RoleIsMappedOrAnon) {
  IssuerOptions given = options();
  given.role = "";
  EXPECT_EQ(accepted(claims(R"(,"role":"service_role")"), given), "anon -");
  given.role_claim = "realm.roles";
  given.roles = {"admin: service_role", "staff: editor"};
  EXPECT_EQ(accepted(claims(R"(,"realm":{"roles":["staff","x"]})"), given), "editor ann");
  EXPECT_EQ(accepted(claims(R"(,"realm":{"roles":["staff","admin"]})"), given), "service_role ann");
  EXPECT_EQ(accepted(claims(R"(,"realm":{"roles":"staff"})"), given), "editor ann");
  EXPECT_EQ(accepted(claims(R"(,"realm":{"roles":["staff",1]})"), given), "anon -");
  EXPECT_EQ(accepted(claims(R"(,"realm.roles":["staff"])"), given), "editor ann");
  EXPECT_EQ(accepted(claims(R"(,"realm":"admin")"), given), "anon -");
}

TEST(ForeignToken, ClaimsAreMapped) {
  IssuerOptions given = options();
  given.id_claim = "https://acme.example/id";
  given.id_prefix = "acme:";
  given.claims = {"org: https://acme.example/org", "gone: nothing"};
  const auto token = accept_claims(
      claims(R"(,"id":"1","role":"service_role","gone":1,"org":"forged","https://acme.example/org":"x",)"
             R"("https://acme.example/id":42)"),
      issuer(given), now);
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->identity.claims_json,
            R"({"iss":"https://id.example","aud":"api","sub":"ann","iat":1699999990,"exp":1700000600,)"
            R"("https://acme.example/org":"x","https://acme.example/id":42,"org":"x",)"
            R"("role":"authenticated","id":"acme:42"})");
  EXPECT_EQ(accepted(claims(), given),
            "The JWT 'https://acme.example/id' claim, which is to be the id, is missing");
}

TEST(Discovery, UrlsAndDocuments) {
  IssuerOptions given = options();
  given.issuer = "https://id.example/realms/a/";
  EXPECT_EQ(discovery_urls(issuer(given)),
            (std::vector<std::string>{
                "https://id.example/realms/a/.well-known/openid-configuration",
                "https://id.example/.well-known/oauth-authorization-server/realms/a"}));
  EXPECT_EQ(discovery_urls(issuer())[1],
            "https://id.example/.well-known/oauth-authorization-server");
  const auto found = [](std::string_view document) {
    const auto url = parse_discovery(issuer(), document);
    return url ? *url : std::string();
  };
  EXPECT_EQ(found(R"({"issuer":"https://id.example","jwks_uri":"https://id.example/k"})"),
            "https://id.example/k");
  EXPECT_EQ(found(R"({"issuer":"https://id.example/","jwks_uri":"https://id.example/k"})"), "");
  EXPECT_EQ(found(R"({"issuer":"https://id.example","jwks_uri":"http://id.example/k"})"), "");
  EXPECT_EQ(found(R"({"issuer":"https://id.example","jwks_uri":"file:///etc/passwd"})"), "");
  EXPECT_EQ(found(R"({"issuer":"https://id.example"})"), "");
  EXPECT_EQ(found("[]"), "");
}

bool reaches(Reach reach, const char* address) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  const bool is_v4 = inet_pton(AF_INET, address, &v4->sin_addr) == 1;
  EXPECT_TRUE(is_v4 || inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) << address;
  storage.ss_family = is_v4 ? AF_INET : AF_INET6;
  return may_reach(reach, reinterpret_cast<const sockaddr*>(&storage));
}

TEST(Fetch, WhereItMayLead) {
  for (const char* inner : {"127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
                            "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
                            "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
                            "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:db8::1"}) {
    EXPECT_FALSE(reaches(Reach::public_only, inner)) << inner;
    EXPECT_TRUE(reaches(Reach::anywhere, inner)) << inner;
  }
  for (const char* outer : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(reaches(Reach::public_only, outer)) << outer;
    EXPECT_FALSE(reaches(Reach::this_machine, outer)) << outer;
  }
  for (const char* own : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(reaches(Reach::this_machine, own)) << own;
  EXPECT_FALSE(reaches(Reach::this_machine, "10.0.0.1"));
}

task<bool> wait_for(IssuerKeys& keys, KeyWanted wanted) {
  co_await keys.wait(std::move(wanted));
  co_return true;
}

// An issuer whose documents the test writes. Fetches that were asked for are counted.
class Provider {
 public:
  Fetch fetch() {
    return [this](const FetchRequest& request) -> result<std::string> {
      const std::lock_guard lock(mutex_);
      ++fetches_[request.url];
      if (is_down_) return fail(ErrorCode::connection_failed, "down");
      if (request.url.ends_with("openid-configuration"))
        return R"({"issuer":")" + name + R"(","jwks_uri":"https://id.example/jwks"})";
      if (request.url == "https://id.example/jwks") return KeySet(keys_).public_jwks();
      return fail(ErrorCode::connection_failed, "404");
    };
  }
  void set_keys(std::vector<Key> keys) {
    const std::lock_guard lock(mutex_);
    keys_ = std::move(keys);
  }
  void set_down(bool is_down) {
    const std::lock_guard lock(mutex_);
    is_down_ = is_down;
  }
  int fetches() {
    const std::lock_guard lock(mutex_);
    return fetches_["https://id.example/.well-known/openid-configuration"];
  }

 private:
  std::mutex mutex_;  // guards what follows
  std::vector<Key> keys_;
  std::map<std::string, int> fetches_;
  bool is_down_ = false;
};

struct Echo final : http::Handler {
  explicit Echo(const Authenticator& authenticator_) : authenticator(authenticator_) {}
  task<http::Response> handle(const http::Request& request) override {
    const auto identity = authenticator.authenticate(request);
    http::Response response;
    response.body = identity ? (*identity)->role_name : identity.error().message;
    co_return response;
  }
  const Authenticator& authenticator;
};

AuthenticatorOptions with(std::shared_ptr<Issuers> issuers) {
  AuthenticatorOptions options;
  options.issuers = std::move(issuers);
  return options;
}

class IssuersTest : public ::testing::Test {
 protected:
  IssuersTest() { provider.set_keys({key}); }

  // What a request with this token is answered, having waited for keys if it has to.
  std::string ask(const std::string& token) {
    const std::string header = "Bearer " + token;
    http::Request request;
    request.headers.push_back({"authorization", header});
    return net::run_task(door.handle(request)).body;
  }
  // Until the thread of the issuer has done what it was asked to do before.
  void settle() {
    net::run_task(wait_for(issuers->find(name)->keys, {key.id(), *key.algorithm()}));
  }
  std::string token(const Key& by, std::string_view changed = {}) {
    return sign_jws(claims(changed), by);
  }
  void advance_seconds(int64_t seconds) { clock.advance_us(seconds * 1'000'000); }

  ManualClock clock{now * 1'000'000};
  Key key = Key::generate(Algorithm::es256);
  Key other = Key::generate(Algorithm::es256);
  Provider provider;
  std::shared_ptr<Issuers> issuers =
      Issuers::make({options()}, {provider.fetch(), [](std::string_view) {}, clock}).value();
  Authenticator authenticator{derive_keys(secret), with(issuers), clock};
  Echo echo{authenticator};
  KeysFirst door{authenticator, echo};
};

TEST_F(IssuersTest, TheFirstRequestWaitsForTheKeys) {
  EXPECT_EQ(ask(token(key)), "authenticated");
  EXPECT_EQ(ask(token(key, R"(,"n":1)")), "authenticated");
  EXPECT_EQ(provider.fetches(), 1);
}

TEST_F(IssuersTest, WrongKeysAndAlgorithmsAreRefused) {
  const std::string refusal = "No suitable key or wrong key type";
  ASSERT_EQ(ask(token(key)), "authenticated");
  // Another key under the known id, no key at all, one of ours, and the public key as a secret.
  std::string jwk = other.private_jwk();
  jwk.replace(jwk.find(other.id()), other.id().size(), key.id());
  EXPECT_EQ(ask(token(Key::parse(jwk).value())), refusal);
  EXPECT_EQ(ask(sign_token(claims(), secret)), refusal);
  EXPECT_EQ(ask(token(KeyRing::derived(secret).signing_key(now))), refusal);
  const std::string head = encode_base64url(R"({"alg":"HS256","kid":")" + key.id() + "\"}") + '.' +
                           encode_base64url(claims());
  EXPECT_EQ(ask(head + '.' + encode_base64url(hmac_sha256(key.public_jwk(), head))), refusal);
  // The foreign key vouches for its issuer alone.
  EXPECT_EQ(ask(sign_jws(R"({"role":"service_role"})", key)), refusal);
  EXPECT_EQ(ask(sign_jws(R"({"iss":"https://id.example.evil","role":"service_role"})", key)), refusal);
}

TEST_F(IssuersTest, AlgorithmsAreThoseOfTheSettings) {
  IssuerOptions given = options();
  given.algorithms = {"RS256"};
  const KeySet keys({key});
  EXPECT_TRUE(verify_foreign_token(token(key), issuer(), keys, now));
  EXPECT_FALSE(verify_foreign_token(token(key), issuer(given), keys, now));
}

TEST_F(IssuersTest, OwnTokensAreVerifiedAsBefore) {
  EXPECT_EQ(ask(sign_token(R"({"role":"authenticated"})", secret)), "authenticated");
  EXPECT_EQ(ask(sign_jws(R"({"role":"authenticated"})", KeyRing::derived(secret).signing_key(now))),
            "authenticated");
  EXPECT_EQ(provider.fetches(), 0);
}

TEST_F(IssuersTest, AnUnknownKeyIsAskedForOnceAMinute) {
  ASSERT_EQ(ask(token(key)), "authenticated");
  provider.set_keys({key, other});
  EXPECT_EQ(ask(token(other)), "authenticated");
  EXPECT_EQ(provider.fetches(), 2);
  const Key third = Key::generate(Algorithm::es256);
  for (int i = 0; i < 5; ++i) EXPECT_NE(ask(token(third)), "authenticated");
  EXPECT_EQ(provider.fetches(), 2);
  advance_seconds(61);
  EXPECT_NE(ask(token(third)), "authenticated");
  EXPECT_EQ(provider.fetches(), 3);
}

TEST_F(IssuersTest, KeysAreRenewedBehindARequest) {
  ASSERT_EQ(ask(token(key)), "authenticated");
  advance_seconds(599);
  EXPECT_EQ(ask(token(key)), "authenticated");
  settle();
  EXPECT_EQ(provider.fetches(), 1);
  advance_seconds(2);
  EXPECT_NE(ask(token(key)), "");
  settle();
  EXPECT_EQ(provider.fetches(), 2);
}

TEST_F(IssuersTest, ARemovedKeyEndsWhatItVerified) {
  const std::string by_key = sign_jws(
      R"({"iss":"https://id.example","aud":"api","sub":"ann","iat":1,"exp":1800000000})", key);
  ASSERT_EQ(ask(by_key), "authenticated");
  provider.set_keys({other});
  advance_seconds(601);
  EXPECT_EQ(ask(by_key), "authenticated");  // renewed behind this one
  settle();
  EXPECT_EQ(ask(by_key), "No suitable key or wrong key type");
}

TEST_F(IssuersTest, AVerifiedTokenExpires) {
  ASSERT_EQ(ask(token(key)), "authenticated");
  advance_seconds(631);
  EXPECT_EQ(ask(token(key)), "JWT expired");
}

TEST_F(IssuersTest, AnIssuerThatIsDownIsUsedOnForADay) {
  const std::string by_key = sign_jws(
      R"({"iss":"https://id.example","aud":"api","sub":"ann","iat":1,"exp":1800000000})", key);
  ASSERT_EQ(ask(by_key), "authenticated");
  provider.set_down(true);
  advance_seconds(23 * 3600);
  EXPECT_EQ(ask(by_key), "authenticated");
  advance_seconds(2 * 3600);
  EXPECT_EQ(ask(by_key), "The keys of the token's issuer are not available");
  provider.set_down(false);
  advance_seconds(61);
  EXPECT_EQ(ask(by_key), "authenticated");
}

TEST_F(IssuersTest, FailuresPauseLongerAndLonger) {
  provider.set_down(true);
  const std::string refusal = "The keys of the token's issuer are not available";
  EXPECT_EQ(ask(token(key)), refusal);
  EXPECT_EQ(ask(token(key)), refusal);
  EXPECT_EQ(provider.fetches(), 1);
  for (int second = 0; second < 30; ++second) {
    advance_seconds(1);
    EXPECT_EQ(ask(token(key)), refusal);
  }
  EXPECT_EQ(provider.fetches(), 5);  // after 1, 3, 7 and 15 s
}

}  // namespace
}  // namespace trivet::auth
