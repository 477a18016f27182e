#include "auth/ring/key_ring.h"

#include <gtest/gtest.h>

#include "auth/jose/jws.h"
#include "auth/ring/seal.h"

namespace trivet::auth {
namespace {

constexpr std::string_view secret = "reallyreallyreallyreallyverysafe";
constexpr int64_t now = 1'700'000'000;

// RFC 5869, test case 3.
TEST(Seal, DerivesAsTheRfc) {
  const std::string bytes = derive_bytes(std::string(22, '\x0b'), "", 42);
  EXPECT_EQ(bytes.substr(0, 4), "\x8d\xa4\xe7\x75");
  EXPECT_EQ(bytes.substr(38), "\xb6\x1a\x96\xc8");
}

TEST(Seal, OpensOnlyWithItsKeyAndPlace) {
  SeededRandom random(1);
  const std::string key = derive_bytes(secret, "a", 32);
  std::string sealed = seal(key, "plain", "here", random);
  EXPECT_NE(sealed, seal(key, "plain", "here", random));
  EXPECT_EQ(unseal(key, sealed, "here"), "plain");
  EXPECT_FALSE(unseal(key, sealed, "there"));
  EXPECT_FALSE(unseal(derive_bytes(secret, "b", 32), sealed, "here"));
  sealed[20] = sealed[20] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(unseal(key, sealed, "here"));
  EXPECT_FALSE(unseal(key, "AAAA", "here"));
}

TEST(KeyRing, IsDerivedFromTheSecretAlone) {
  const KeyRing ring = KeyRing::derived(secret);
  EXPECT_EQ(ring.signing_key(now).id(), KeyRing::derived(secret).signing_key(now).id());
  EXPECT_NE(ring.signing_key(now).id(),
            KeyRing::derived("another secret of thirty-two bytes").signing_key(now).id());
  EXPECT_EQ(ring.signing_key(now).algorithm(), Algorithm::es256);
  EXPECT_EQ(ring.public_jwks(now).find("\"d\""), std::string::npos);
}

TEST(KeyRing, RotatesByTheClock) {
  KeyRing ring = KeyRing::derived(secret);
  const std::string old_id = ring.signing_key(now).id();
  const std::string old_token = sign_jws("{}", ring.signing_key(now));
  ring.rotate(Algorithm::es256, now, now + standby_seconds);
  ASSERT_EQ(ring.keys().size(), 2u);
  const std::string new_id = ring.keys()[1].key.id();
  EXPECT_EQ(ring.state(ring.keys()[1], now), KeyState::standby);
  EXPECT_EQ(ring.signing_key(now).id(), old_id);
  EXPECT_NE(ring.verifying_keys(now).find(new_id, Algorithm::es256), nullptr);
  const int64_t after = now + standby_seconds;
  EXPECT_EQ(ring.signing_key(after).id(), new_id);
  EXPECT_EQ(ring.state(ring.keys()[0], after), KeyState::previous);
  const KeySet keys = ring.verifying_keys(after);
  const Key* key = keys.find(old_id, Algorithm::es256);
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(verify_jws(old_token, *key, Algorithm::es256));
  const int64_t late = after + retired_seconds;
  EXPECT_EQ(ring.state(ring.keys()[0], late), KeyState::retired);
  EXPECT_EQ(ring.verifying_keys(late).find(old_id, Algorithm::es256), nullptr);
  EXPECT_EQ(ring.public_jwks(late).find(old_id), std::string::npos);
  ring.rotate(Algorithm::eddsa, late, late);
  EXPECT_EQ(ring.keys().size(), 2u);
  EXPECT_EQ(ring.signing_key(late).algorithm(), Algorithm::eddsa);
}

TEST(KeyRing, RevokesAllButTheKeyThatSigns) {
  KeyRing ring = KeyRing::derived(secret);
  const std::string old_id = ring.signing_key(now).id();
  EXPECT_FALSE(ring.revoke(old_id, now));
  EXPECT_FALSE(ring.revoke("unknown", now));
  ring.rotate(Algorithm::es256, now, now);
  ASSERT_TRUE(ring.revoke(old_id, now));
  EXPECT_EQ(ring.verifying_keys(now).find(old_id, Algorithm::es256), nullptr);
}

TEST(KeyRing, IsPrintedSealed) {
  SeededRandom random(2);
  KeyRing ring = KeyRing::derived(secret);
  ring.rotate(Algorithm::es256, now, now + 1);
  const std::string text = ring.print(secret, random);
  EXPECT_EQ(text.find("\"d\""), std::string::npos);
  const auto again = KeyRing::parse(text, secret);
  ASSERT_TRUE(again);
  for (const int64_t time : {now, now + 1}) {
    EXPECT_EQ(again->public_jwks(time), ring.public_jwks(time));
    EXPECT_EQ(sign_jws("{}", again->signing_key(time)).substr(0, 40),
              sign_jws("{}", ring.signing_key(time)).substr(0, 40));
  }
  EXPECT_EQ(KeyRing::parse(text, "another secret of thirty-two bytes").error().details,
            "they belong to another secret");
  for (const char* bad : {"", "{}", "[]", R"({"signing_keys":[]})", R"({"signing_keys":[1]})",
                          R"({"signing_keys":[{"kid":"a","made_at":0,"signs_from":0}]})"})
    EXPECT_FALSE(KeyRing::parse(bad, secret)) << bad;
}

}  // namespace
}  // namespace trivet::auth
