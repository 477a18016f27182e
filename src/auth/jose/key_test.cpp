#include "auth/jose/key.h"

#include <gtest/gtest.h>

#include "auth/jose/key_set.h"

namespace trivet::auth {
namespace {

std::string refusal(std::string_view jwk) {
  const auto key = Key::parse(jwk);
  return key ? "accepted" : key.error().details;
}

constexpr std::string_view x = "04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY";
constexpr std::string_view y = "UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw";

std::string elliptic(std::string_view more, std::string_view x_ = x) {
  return R"({"kty":"EC","crv":"P-256","x":")" + std::string(x_) + R"(","y":")" + std::string(y) +
         "\"" + std::string(more) + "}";
}

TEST(Key, SignsAndVerifiesByEveryAlgorithm) {
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::es384, Algorithm::es512,
                                    Algorithm::eddsa, Algorithm::rs256, Algorithm::ps256}) {
    const Key key = Key::generate(algorithm);
    const auto again = Key::parse(key.private_jwk());
    const auto shown = Key::parse(key.public_jwk());
    ASSERT_TRUE(again && shown) << algorithm_info(algorithm).name;
    EXPECT_FALSE(shown->can_sign());
    EXPECT_EQ(shown->id(), shown->thumbprint());
    EXPECT_EQ(shown->algorithm(), algorithm);
    const std::string signature = again->sign(algorithm, "message");
    EXPECT_TRUE(shown->verify(algorithm, "message", signature)) << algorithm_info(algorithm).name;
    EXPECT_FALSE(shown->verify(algorithm, "another", signature));
    EXPECT_FALSE(shown->verify(algorithm, "message", signature + '\0'));
    EXPECT_FALSE(shown->verify(Algorithm::hs256, "message", signature));
    EXPECT_FALSE(Key::generate(algorithm).verify(algorithm, "message", signature));
  }
}

// RFC 7638, section 3.1.
TEST(Key, HasTheThumbprintOfTheRfc) {
  const auto key = Key::parse(
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1)"
      R"(L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4)"
      R"(QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbO)"
      R"(pbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF)"
      R"(Cur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

// RFC 8037, appendix A.
TEST(Key, SignsEd25519AsTheRfc) {
  const auto key = Key::parse(
      R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
      R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  const std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  EXPECT_EQ(key->sign(Algorithm::eddsa, text).substr(0, 3), "\x86\x0c\x98");
}

TEST(Key, ComesFromASeedAlwaysTheSame) {
  const Key key = Key::es256_from_seed(std::string(48, 'a'));
  EXPECT_EQ(key.id(), Key::es256_from_seed(std::string(48, 'a')).id());
  EXPECT_NE(key.id(), Key::es256_from_seed(std::string(48, 'b')).id());
  EXPECT_TRUE(key.verify(Algorithm::es256, "m", key.sign(Algorithm::es256, "m")));
}

TEST(Key, RefusesWhatIsNoKeyForSignatures) {
  EXPECT_EQ(refusal(elliptic("")), "accepted");
  EXPECT_EQ(refusal(elliptic(R"(,"use":"enc")")), "it is not for signatures");
  EXPECT_EQ(refusal(elliptic(R"(,"use":1)")), "it is not for signatures");
  EXPECT_EQ(refusal(elliptic(R"(,"key_ops":["encrypt"])")), "it is not for signatures");
  EXPECT_EQ(refusal(elliptic(R"(,"key_ops":["sign"])")), "it is not for signatures");
  EXPECT_EQ(refusal(elliptic(R"(,"key_ops":["verify"])")), "accepted");
  EXPECT_EQ(refusal(elliptic(R"(,"alg":"ES384")")), "alg does not fit the key");
  EXPECT_EQ(refusal(elliptic(R"(,"alg":"none")")), "alg does not fit the key");
  EXPECT_EQ(refusal(elliptic(R"(,"kid":7)")), "kid must be a text of 1 to 128 bytes without quotes");
  EXPECT_EQ(refusal(elliptic(R"(,"kid":"a","kid":"a")")),
            "it is no JSON object, or has a member twice");
  EXPECT_EQ(refusal(elliptic("", "14N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY")),
            "its numbers are no key");
  EXPECT_EQ(refusal(elliptic("", "04N0")), "a coordinate has another length than its curve says");
  EXPECT_EQ(refusal(elliptic(R"(,"d":"yy49oPcINGK2ps0LmtxpB6UTEOiITghHBif6wDqmJ3g")")),
            "its parts are no pair");
  EXPECT_EQ(refusal(R"({"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"})"),
            "its curve is not known");
  EXPECT_EQ(refusal(R"({"kty":"oct","k":"AAAA"})"), "the secret is shorter than the digest");
  EXPECT_EQ(refusal(R"({"kty":"oct"})"), "a member is missing");
  EXPECT_EQ(refusal(R"({"kty":"XY"})"), "kty is not known");
  EXPECT_EQ(refusal("[]"), "it is no JSON object, or has a member twice");
  EXPECT_EQ(refusal(std::string(jwk_bytes_max + 1, ' ')), "it is too long");
}

TEST(KeySet, LeavesOutWhatItCannotUse) {
  const auto set = KeySet::parse(
      R"({"keys":[{"kty":"XY"},)" + elliptic(R"(,"kid":"a")") +
      R"(,{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","kid":"b"}]})");
  ASSERT_TRUE(set);
  ASSERT_EQ(set->keys().size(), 1u);
  EXPECT_NE(set->find("a", Algorithm::es256), nullptr);
  EXPECT_NE(set->find("", Algorithm::es256), nullptr);
  EXPECT_EQ(set->find("b", Algorithm::es256), nullptr);
  EXPECT_EQ(set->find("b", Algorithm::hs256), nullptr);
  EXPECT_EQ(set->find("a", Algorithm::hs256), nullptr);
  EXPECT_TRUE(KeySet::parse(set->public_jwks()));
  EXPECT_FALSE(KeySet::parse("{}"));
  EXPECT_FALSE(KeySet::parse(R"({"keys":{}})"));
}

}  // namespace
}  // namespace trivet::auth
