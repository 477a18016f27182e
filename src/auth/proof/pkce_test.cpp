#include "auth/proof/pkce.h"

#include <gtest/gtest.h>

namespace trivet::auth {
namespace {

// RFC 7636, appendix B.
constexpr std::string_view verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

TEST(Pkce, KnowsTheVerifierOfAChallenge) {
  const auto stored = check_challenge(challenge, "S256");
  ASSERT_TRUE(stored);
  EXPECT_EQ(*stored, "s256:" + std::string(challenge));
  EXPECT_TRUE(answers_challenge(*stored, verifier));
  EXPECT_FALSE(answers_challenge(*stored, challenge));
  EXPECT_FALSE(answers_challenge(*stored, std::string(verifier) + 'a'));
  EXPECT_FALSE(answers_challenge(*stored, ""));
  EXPECT_FALSE(answers_challenge("", verifier));
}

TEST(Pkce, PlainComparesItself) {
  const auto stored = check_challenge(verifier, "plain");
  ASSERT_TRUE(stored);
  EXPECT_TRUE(answers_challenge(*stored, verifier));
  EXPECT_FALSE(answers_challenge(*stored, challenge));
  // A hash of the one is not the plain text of the other.
  EXPECT_FALSE(answers_challenge("plain:" + s256_challenge(verifier), verifier));
}

TEST(Pkce, TakesBothOrNeither) {
  EXPECT_EQ(check_challenge("", "").value(), "");
  EXPECT_FALSE(check_challenge(challenge, ""));
  EXPECT_FALSE(check_challenge("", "s256"));
  EXPECT_FALSE(check_challenge(challenge, "s512"));
  EXPECT_FALSE(check_challenge(std::string(42, 'a'), "s256"));
  EXPECT_TRUE(check_challenge(std::string(43, 'a'), "s256"));
  EXPECT_TRUE(check_challenge(std::string(128, '~'), "s256"));
  EXPECT_FALSE(check_challenge(std::string(129, 'a'), "s256"));
  EXPECT_FALSE(check_challenge(std::string(43, '+'), "s256"));
  EXPECT_FALSE(check_challenge(std::string(43, '\0'), "s256"));
}

}  // namespace
}  // namespace trivet::auth
