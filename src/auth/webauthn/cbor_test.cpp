#include "auth/webauthn/cbor.h"

#include <gtest/gtest.h>

#include "auth/passwords/text.h"
#include "auth/webauthn/cose_key.h"

namespace trivet::auth {
namespace {

std::string bytes(std::string_view hex) { return decode_hex(hex).value(); }

// RFC 8949, appendix A: what of it authenticators may write.
TEST(CborValues, AreReadAsTheRfcWritesThem) {
  struct Number {
    std::string_view hex;
    int64_t value;
  };
  for (const Number& each :
       {Number{"00", 0}, Number{"17", 23}, Number{"1818", 24}, Number{"1903e8", 1000},
        Number{"1a000f4240", 1000000}, Number{"1b000000e8d4a51000", 1000000000000},
        Number{"20", -1}, Number{"3863", -100}, Number{"3903e7", -1000},
        Number{"1b7fffffffffffffff", INT64_MAX}, Number{"3b7fffffffffffffff", INT64_MIN}}) {
    const std::string text = bytes(each.hex);
    const auto item = parse_cbor(text);
    ASSERT_TRUE(item) << each.hex;
    EXPECT_EQ(item->integer, each.value);
  }
  const std::string map = bytes("a26161016162820203");
  const auto item = parse_cbor(map);
  ASSERT_TRUE(item);
  EXPECT_EQ(item->find("a")->integer, 1);
  EXPECT_EQ(item->find("b")->items.at(1).integer, 3);
  EXPECT_EQ(item->find("c"), nullptr);
  const std::string simple = bytes("83f4f5f6");
  EXPECT_EQ(parse_cbor(simple)->items.at(1).integer, 1);
}

TEST(CborValues, ThatAuthenticatorsDontWriteAreRefused) {
  for (const std::string_view hex :
       {"", "1817", "1900ff", "1a0000ffff", "1b00000000ffffffff",  // longer than needed
        "1b8000000000000000", "3b8000000000000000",               // beyond 63 bits
        "1c", "1f", "5f", "9f", "bf", "ff", "5f4101ff",            // reserved, indefinite
        "f90000", "fb3ff199999999999a", "c074", "f7", "f0",         // floats, tags, others
        "41", "4201", "61", "82", "8201", "a1", "a10a", "5bffffffffffffffff",  // cut off
        "9bffffffffffffffff", "bbffffffffffffffff",
        "a2010201ff", "a201020102", "a2616101616102",  // keys twice
        "a1f501", "a1410001",                         // keys of other kinds
        "8181818181", "0000"}) {
    const std::string text = bytes(hex);
    EXPECT_FALSE(parse_cbor(text)) << hex;
  }
  const std::string nested = bytes("8181818100");
  EXPECT_TRUE(parse_cbor(nested));
}

TEST(CborValues, LeaveWhatComesBehind) {
  const std::string text = bytes("0102");
  std::string_view rest = text;
  ASSERT_TRUE(take_cbor(rest));
  EXPECT_EQ(rest, "\x02");
}

std::string jwk(std::string_view hex) {
  const std::string text = bytes(hex);
  return jwk_of_cose(parse_cbor(text).value()).value_or("");
}

TEST(CoseKeys, OfOfferedAlgorithmsAlone) {
  // {1: 2, 3: -7, -1: 1, -2: h'41', -3: h'42'}
  EXPECT_EQ(jwk("a5010203262001214141224142"), R"({"alg":"ES256","kty":"EC","crv":"P-256","x":"QQ","y":"Qg"})");
  // {1: 1, 3: -8, -1: 6, -2: h'41'}
  EXPECT_EQ(jwk("a4010103272006214141"),
            R"({"alg":"EdDSA","kty":"OKP","crv":"Ed25519","x":"QQ"})");
  // {1: 3, 3: -257, -1: h'41', -2: h'010001'}
  EXPECT_EQ(jwk("a40103033901002041412143010001"),
            R"({"alg":"RS256","kty":"RSA","n":"QQ","e":"AQAB"})");
  EXPECT_EQ(jwk("a5010203262002214141224142"), "");        // ES256 of P-384
  EXPECT_EQ(jwk("a4010203262001214141"), "");              // no y
  EXPECT_EQ(jwk("a50102033903e62001214141224142"), "");    // unknown algorithm
  EXPECT_EQ(jwk("a5010303262001214141224142"), "");        // another type
  EXPECT_EQ(jwk("a0"), "");
}

}  // namespace
}  // namespace trivet::auth
