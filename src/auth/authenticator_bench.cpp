// What finding out who asks costs: a token on its first use (the signature) and on its second (the cache), our own and
// a foreign issuer's, and a key.
#include "auth/authenticator.h"

#include <benchmark/benchmark.h>

#include "auth/issuers/foreign_token.h"
#include "auth/jwt.h"

namespace trivet::auth {
namespace {

const std::string secret = "reallyreallyreallyreallyverysafe";
constexpr int64_t now = 1'700'000'000;

struct World {
  explicit World(std::string text) : credential("Bearer " + std::move(text)) {
    request.headers.push_back({"host", "localhost"});
    request.headers.push_back({"user-agent", "bench"});
    request.headers.push_back({"authorization", credential});
  }

  static inline const Key key = Key::generate(Algorithm::es256);
  static inline const SystemClock clock;
  std::string credential;
  http::Request request;
};

std::string claims() {
  return R"({"iss":"https://id.example","aud":"api","sub":"0189f7a4-7c3f-4a8e-9a52-6f2b4c1d0e3f","role":"authenticated",)"
         R"("email":"ann@example.com","app_metadata":{"provider":"email"},"user_metadata":{"name":"Ann"},"iat":1,)"
         R"("exp":4000000000})";
}

std::shared_ptr<Issuers> issuers() {
  IssuerOptions options;
  options.issuer = "https://id.example";
  options.audience = {"api"};
  options.role = "authenticated";
  options.jwks_url = "https://id.example/jwks";
  const auto fetch = [](const FetchRequest&) -> result<std::string> { return KeySet({World::key}).public_jwks(); };
  auto made = Issuers::make({options}, {fetch, [](std::string_view) {}, World::clock}).value();
  made->warm();
  while (made->find("https://id.example")->keys.current() == nullptr) {
  }
  return made;
}

void ask(benchmark::State& state, const World& world, AuthenticatorOptions options) {
  const Authenticator authenticator(derive_keys(secret), std::move(options), World::clock);
  for (auto _ : state) {
    const AwaitedKeys awaited = authenticator.awaited_keys(world.request);
    const auto identity = authenticator.authenticate(world.request);
    if (!identity || awaited.keys != nullptr) state.SkipWithError("refused");
    benchmark::DoNotOptimize(identity);
  }
}

void own_token_again(benchmark::State& state) {
  ask(state, World(sign_jws(R"({"role":"authenticated","sub":"1","exp":4000000000})", KeyRing::derived(secret).signing_key(now))),
      {});
}
BENCHMARK(own_token_again);

void foreign_token_again(benchmark::State& state) {
  AuthenticatorOptions options;
  options.issuers = issuers();
  ask(state, World(sign_jws(claims(), World::key)), std::move(options));
}
BENCHMARK(foreign_token_again);

void opaque_key(benchmark::State& state) { ask(state, World(derive_keys(secret).secret_key), {}); }
BENCHMARK(opaque_key);

void foreign_token_first(benchmark::State& state) {
  const Issuer rules = check_issuer([] {
                         IssuerOptions options;
                         options.issuer = "https://id.example";
                         options.audience = {"api"};
                         return options;
                       }()).value();
  const KeySet keys({World::key});
  const std::string token = sign_jws(claims(), World::key);
  for (auto _ : state) {
    auto verified = verify_foreign_token(token, rules, keys, now);
    if (!verified) state.SkipWithError("refused");
    benchmark::DoNotOptimize(verified);
  }
}
BENCHMARK(foreign_token_first);

}  // namespace
}  // namespace trivet::auth

BENCHMARK_MAIN();
