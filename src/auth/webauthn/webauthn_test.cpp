#include "auth/webauthn/webauthn.h"

#include <gtest/gtest.h>
#include <openssl/ecdsa.h>
#include <openssl/sha.h>

#include "auth/base64url.h"
#include "auth/jose/key.h"
#include "auth/jose/openssl.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

const RelyingParty party{"app.example", {"https://app.example", "https://www.app.example"}};
constexpr std::string_view challenge = "dGhlIGNoYWxsZW5nZQ";

std::string sha256(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(openssl::bytes(text), text.size(), openssl::bytes(digest));
  return digest;
}

std::string head(char major, size_t length) {
  if (length < 24) return std::string(1, static_cast<char>(major << 5 | static_cast<int>(length)));
  if (length < 256) return {static_cast<char>(major << 5 | 24), static_cast<char>(length)};
  return {static_cast<char>(major << 5 | 25), static_cast<char>(length >> 8), static_cast<char>(length)};
}
std::string byte_string(const std::string& text) { return head(2, text.size()) + text; }
std::string text_string(const std::string& text) { return head(3, text.size()) + text; }

// An authenticator with one ES256 key.
class Webauthn : public testing::Test {
 protected:
  Webauthn() : key_(Key::es256_from_seed(std::string(48, 's'))) {}

  [[nodiscard]] std::string coordinate(std::string_view name) const {
    const std::string jwk = key_.public_jwk();
    const auto found = JsonValue::trusted(jwk).find(name);
    return *decode_base64url(found->as_string().body());
  }

  [[nodiscard]] std::string data(char flags, uint32_t count, const std::string& rest) const {
    std::string bytes = sha256(host_) + flags;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(count >> shift);
    return bytes + rest;
  }

  [[nodiscard]] std::string attested() const {
    const std::string cose = "\xa5\x01\x02\x03\x26\x20\x01\x21" + byte_string(coordinate("x")) + '\x22' +
                             byte_string(coordinate("y"));
    return std::string(16, '\x07') + std::string("\0\x04", 2) + "cred" + cose;
  }

  [[nodiscard]] std::string object(const std::string& authenticator_data) const {
    return "\xa3" + text_string("fmt") + text_string("none") + text_string("attStmt") + "\xa0" +
           text_string("authData") + byte_string(authenticator_data);
  }

  [[nodiscard]] std::string client(std::string_view type) const {
    return R"({"type":")" + std::string(type) + R"(","challenge":")" + challenge_ + R"(","origin":")" + origin_ +
           R"(","crossOrigin":)" + (is_framed_ ? "true}" : "false}");
  }

  [[nodiscard]] std::string sign(const std::string& message) const {
    const std::string raw = key_.sign(Algorithm::es256, message);
    const openssl::Signature signature(ECDSA_SIG_new());
    ECDSA_SIG_set0(signature.get(), openssl::number(raw.substr(0, 32)).release(),
                   openssl::number(raw.substr(32)).release());
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &der);
    std::string text(reinterpret_cast<char*>(der), static_cast<size_t>(size));
    OPENSSL_free(der);
    return text;
  }

  [[nodiscard]] std::string problem_of_making(const std::string& authenticator_data) const {
    const auto made = check_registration(party, challenge, {client("webauthn.create"), object(authenticator_data)});
    return made ? "" : made.error().message;
  }
  [[nodiscard]] std::string problem_of_showing(const std::string& authenticator_data) const {
    const std::string json = client("webauthn.get");
    const auto proof = check_assertion(party, challenge, key_.public_jwk(),
                                       {json, authenticator_data, sign(authenticator_data + sha256(json))});
    return proof ? "" : proof.error().message;
  }

  const Key key_;
  std::string host_ = "app.example";
  std::string origin_ = "https://app.example";
  std::string challenge_{challenge};
  bool is_framed_ = false;
};

TEST_F(Webauthn, TakesANewCredential) {
  const auto made = check_registration(party, challenge,
                                       {client("webauthn.create"), object(data('\x45', 9, attested()))});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->id, "cred");
  EXPECT_EQ(made->count, 9U);
  EXPECT_TRUE(made->user_verified);
  EXPECT_EQ(made->aaguid, "07070707-0707-0707-0707-070707070707");
  EXPECT_EQ(Key::parse(made->key)->thumbprint(), key_.thumbprint());
}

TEST_F(Webauthn, RefusesCredentialsThatAreMalformed) {
  EXPECT_NE(problem_of_making(data('\x44', 0, attested())), "");  // nobody present
  EXPECT_NE(problem_of_making(data('\x05', 0, attested())), "");  // says that there is none
  EXPECT_NE(problem_of_making(data('\x45', 0, "")), "");
  const std::string whole = data('\x45', 0, attested());
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_NE(problem_of_making(whole.substr(0, size)), "") << size;
  EXPECT_NE(problem_of_making(whole + 'x'), "");
  EXPECT_EQ(problem_of_making(data('\xc5', 0, attested() + '\xa0')), "");  // extensions
  EXPECT_NE(problem_of_making(data('\xc5', 0, attested() + '\x80')), "");
  std::string off_curve = whole;
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  EXPECT_NE(problem_of_making(off_curve), "");
}

TEST_F(Webauthn, TakesAProof) {
  EXPECT_EQ(problem_of_showing(data('\x01', 1, "")), "");
  EXPECT_NE(problem_of_showing(data('\x04', 1, "")), "");  // nobody present
  EXPECT_NE(problem_of_showing(data('\x01', 1, "x")), "");
  const std::string json = client("webauthn.get");
  const std::string bytes = data('\x01', 1, "");
  const std::string signature = sign(bytes + sha256(json));
  const auto verdict = [&](const std::string& given_data, const std::string& given_signature) {
    return check_assertion(party, challenge, key_.public_jwk(), {json, given_data, given_signature}).has_value();
  };
  EXPECT_TRUE(verdict(bytes, signature));
  EXPECT_FALSE(verdict(data('\x01', 2, ""), signature));
  EXPECT_FALSE(verdict(bytes, signature + 'x'));
  EXPECT_FALSE(verdict(bytes, ""));
  EXPECT_FALSE(verdict(bytes, key_.sign(Algorithm::es256, bytes + sha256(json))));  // not DER
  EXPECT_FALSE(check_assertion(party, challenge, Key::es256_from_seed(std::string(48, 't')).public_jwk(),
                               {json, bytes, signature}));
}

TEST_F(Webauthn, IsForThisSiteThisPageAndThisChallenge) {
  const auto verdicts = [&] {
    return std::pair(problem_of_making(data('\x45', 0, attested())), problem_of_showing(data('\x01', 1, "")));
  };
  const auto good = std::pair(std::string(), std::string());
  EXPECT_EQ(verdicts(), good);
  origin_ = "https://www.app.example";
  EXPECT_EQ(verdicts(), good);
  for (const char* other : {"https://app.example:444", "http://app.example", "https://evil.example", ""}) {
    origin_ = other;
    EXPECT_NE(verdicts().first, "") << other;
    EXPECT_NE(verdicts().second, "") << other;
  }
  origin_ = "https://app.example";
  challenge_ = "b3RoZXI";
  EXPECT_NE(verdicts().first, "");
  EXPECT_NE(verdicts().second, "");
  challenge_ = challenge;
  is_framed_ = true;
  EXPECT_NE(verdicts().second, "");
  is_framed_ = false;
  host_ = "evil.example";
  EXPECT_NE(verdicts().first, "");
  EXPECT_NE(verdicts().second, "");
  host_ = "app.example";
  // One ceremony's words in the other.
  EXPECT_FALSE(check_registration(party, challenge, {client("webauthn.get"), object(data('\x45', 0, attested()))}));
}

}  // namespace
}  // namespace trivet::auth
