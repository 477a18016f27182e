#include "auth/passwords/password_hash.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "auth/passwords/hasher.h"
#include "auth/passwords/kdf.h"
#include "net/run_task.h"

namespace trivet::auth {
namespace {

constexpr std::string_view password = "correct horse \xc3\xbc";
constexpr Argon2Options cheap{64, 1, 1};
const PasswordPeppers peppers = {{"old", "pepper123"}};

struct Known {
  std::string_view system;
  std::string_view stored;
};

// Made by Django, Werkzeug, Devise, ASP.NET Core Identity, better-auth, WordPress and Firebase's
// tool as dialects/auth.md lists them; from "Node scrypt" on by Node's crypto, which each of the
// systems named computes the same with.
constexpr Known known[] = {
    {"Django PBKDF2",
     "pbkdf2_sha256$1000$saltSALT$9a78m345ChyKag4XqBwv4sxvyYmQJd5CzT0OdH+xJMw="},
    {"Django scrypt",
     "scrypt$1024$saltSALT$8$1$2l+q1s8+MkVrIu/ZdAuE5AigxN9t0Tgs9ijv+POV82c/tUsRip0uTwwpdZRLxVP"
     "T56KPemxSA8A2pR0aDam5LA=="},
    {"Django bcrypt_sha256",
     "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuQz9BoVCJ5TcMtUyBh1utdW5dxqKowKG"},
    {"Django Argon2",
     "argon2$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRTQUxUU0FMVA$MisrfeaP5AyLYw2GeIqlKQ"},
    {"Werkzeug PBKDF2",
     "pbkdf2:sha256:1000$saltSALT$f5aefc9b7e390a1c8a6a0e17a81c2fe2cc6fc9899025de42cd3d0e747fb1"
     "24cc"},
    {"Devise, pepper pepper123",
     "devise:old:$2a$04$abcdefghijklmnopqrstuuFr4m5xcA2Y/L0ZZ8S2Yh47smZ5yz5ai"},
    {"ASP.NET v2",
     "aspnet:AAABAgMEBQYHCAkKCwwNDg9ZkraseJRv/nVqK4oX0WCHclRdN6s2UI+DKpFdIDLmyw=="},
    {"ASP.NET v3 (SHA512, 1000)",
     "aspnet:AQAAAAIAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg+K4ZgnKEfAHss58jp5by+ojAV9eoD/5X4oIBU2mSJ71"
     "g=="},
    {"better-auth",
     "better-auth:000102030405060708090a0b0c0d0e0f:fe7ba3b5137a54e62580b191623cd29bf8d1e45430d"
     "bc289b6cf7ae76e5b3a2b8d7ed8a52bd88c5538aa5f90f8fcfccd93ce00bbbf1120aa74395e1b1551f59f"},
    {"WordPress",
     "$wp$2y$04$abcdefghijklmnopqrstuufxlM4VV9475sxJ5VxgoFjdXr21mfY7S"},
    {"Firebase (sk = bytes 0..63)",
     "$fbscrypt$v=1,n=10,r=8,p=1,ss=Bw==,sk=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJC"
     "UmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==$AAECAwQFBgc=$vMwfCL2IBzvQDfBqRfakaUUIYRr5RvMEjY92"
     "FMctfR1VHW/+4B2CrajlN1+iUGHRmvyv9JFN1On/b5Y1qQN+OQ=="},
    {"Node scrypt, the salt's letters",
     "scrypt:1024:8:1:64:text:00112233445566778899aabbccddeeff:7db0c5a04ae81a4c8ed632c2cf94b98"
     "9537ac24cf1ed6bc8211cd4acdd627d7ca65b5cdec51dc323b0b55096607b0cb64571329dd901e85408a53d2"
     "6023573b1"},
    {"Node scrypt, the salt's bytes",
     "scrypt:1024:8:1:64:hex:00112233445566778899aabbccddeeff:d5f6285ad1fff816ed3409bda4bea4d4"
     "e133e36865198c2f6fb1bee560b351f0ed1dc8ad10698afc6da8b0f1db74ef5572605b872386779bbff9a10b"
     "e8934c88"},
    {"Werkzeug scrypt",
     "scrypt:1024:8:1$saltSALT$da5faad6cf3e32456b22efd9740b84e408a0c4df6dd1382cf628eff8f395f36"
     "73fb54b118a9d2e4f0c2975944bc553d3e7a28f7a6c5203c036a51d1a0da9b92c"},
    {"Werkzeug PBKDF2, SHA-512",
     "pbkdf2:sha512:1000$saltSALT$a7f9fd6cedaa572d7ef1482a47d964e6cb6f4f48fbf005c8cd1b2a785dc5"
     "9ec6de2482aed1bb23ba7ee717b18a754a80f5e600e28cdb1f529621cb9a81ee5f29"},
    {"Werkzeug before 3",
     "sha256$saltSALT$00e9f65f6ef5352cc201330d6a4a1df1347b054cad31d0c16a5929abba891aae"},
    {"Django PBKDF2, SHA-1",
     "pbkdf2_sha1$1000$saltSALT$/WoHXzANxCQtFn49Wzu6T84W49Q="},
    {"scrypt, PHC",
     "$scrypt$ln=10,r=8,p=1$c2FsdFNBTFRzYWx0$PwBSebe/Vi7/X5uBGKvpdiakAqQYcW1jcq8FpU/xowk"},
    {"passlib PBKDF2",
     "$pbkdf2-sha256$1000$c2FsdFNBTFRzYWx0$Z.3Qy8Atz0/bWWBORceLcgtca1HHzcYcHfWQPOb/I94"},
};

PasswordMatch match(std::string_view text, std::string_view stored) {
  const auto verdict = verify_password(text, stored, cheap, peppers);
  EXPECT_TRUE(verdict) << stored << ": " << (verdict ? "" : verdict.error().details);
  return verdict.value_or(PasswordMatch::wrong);
}

TEST(PasswordHash, VerifiesThoseOfOtherSystems) {
  for (const Known& row : known) {
    EXPECT_EQ(match(password, row.stored), PasswordMatch::outdated) << row.system;
    EXPECT_EQ(match("correct horse u", row.stored), PasswordMatch::wrong) << row.system;
    EXPECT_EQ(match("", row.stored), PasswordMatch::wrong) << row.system;
  }
}

// The last letter before "=" or of the text changed: still well-formed mostly, never the same hash.
TEST(PasswordHash, AnotherHashIsNotTheSame) {
  for (const Known& row : known) {
    std::string other(row.stored);
    char& letter = other[other.size() - 8];
    letter = letter == 'a' ? 'b' : 'a';
    EXPECT_NE(verify_password(password, other, cheap, peppers).value_or(PasswordMatch::wrong),
              PasswordMatch::outdated)
        << row.system;
  }
}

// phpass's own test value.
TEST(PasswordHash, VerifiesPhpass) {
  EXPECT_EQ(match("test12345", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"), PasswordMatch::outdated);
  EXPECT_EQ(match("test12346", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"), PasswordMatch::wrong);
}

TEST(PasswordHash, OursIsRightUntilTheParametersChange) {
  const std::string stored = hash_argon2id(password, "0123456789abcdef", cheap);
  EXPECT_TRUE(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$")) << stored;
  EXPECT_EQ(match(password, stored), PasswordMatch::right);
  EXPECT_EQ(match("another", stored), PasswordMatch::wrong);
  EXPECT_EQ(*verify_password(password, stored, {64, 2, 1}), PasswordMatch::outdated);
}

TEST(PasswordHash, BcryptCountsSeventyTwoBytes) {
  const std::string stored =
      kdf::bcrypt(std::string(72, 'a'), "$2b$04$abcdefghijklmnopqrstuuQz9BoVCJ5TcMtUyBh1utdW5dxqKowKG");
  EXPECT_EQ(match(std::string(80, 'a'), stored), PasswordMatch::outdated);
  EXPECT_EQ(match(std::string(71, 'a'), stored), PasswordMatch::wrong);
}

TEST(PasswordHash, APasswordOverTheLimitIsWrong) {
  const std::string text(password_bytes_max + 1, 'a');
  const std::string stored = hash_argon2id(text, "0123456789abcdef", cheap);
  EXPECT_EQ(match(text, stored), PasswordMatch::wrong);
}

std::string refusal(std::string_view stored) {
  const auto checked = check_password_hash(stored, peppers);
  return checked ? "accepted" : checked.error().details;
}

TEST(PasswordHash, RefusesWhatIsUnknownUnsafeOrTooDear) {
  EXPECT_EQ(refusal(""), "its form is not known");
  EXPECT_EQ(refusal("plain$$password"), "its form is not known");
  EXPECT_EQ(refusal("!abc"), "Django's mark of an account without a password");
  EXPECT_EQ(refusal("md5$salt$0123"), "a salted digest without rounds is no safe hash");
  EXPECT_EQ(refusal("sha1$salt$0123"), "a salted digest without rounds is no safe hash");
  EXPECT_EQ(refusal("$1$salt$hash"), "its form is not known");
  EXPECT_EQ(refusal("$2x$04$abcdefghijklmnopqrstuuQz9BoVCJ5TcMtUyBh1utdW5dxqKowKG"),
            "it is no bcrypt hash");
  EXPECT_EQ(refusal("$2b$17$abcdefghijklmnopqrstuuQz9BoVCJ5TcMtUyBh1utdW5dxqKowKG"),
            "bcrypt's cost is above 16");
  EXPECT_EQ(refusal("pbkdf2_sha256$10000001$s$aa"), "PBKDF2's rounds are out of bounds");
  EXPECT_EQ(refusal("pbkdf2:sha256$s$aa"),
            "the rounds are missing: they are the default of the Werkzeug that made it");
  EXPECT_EQ(refusal("scrypt$1048576$s$8$1$aa"), "scrypt's costs are out of bounds");
  EXPECT_EQ(refusal("scrypt$1000$s$8$1$aa"), "scrypt's costs are out of bounds");
  EXPECT_EQ(refusal("$argon2id$v=19$m=2097152,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0"),
            "Argon2's costs are out of bounds");
  EXPECT_EQ(refusal("$argon2id$v=19$m=64,t=21,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0"),
            "Argon2's costs are out of bounds");
  EXPECT_EQ(refusal("devise:new:$2a$04$abcdefghijklmnopqrstuuFr4m5xcA2Y/L0ZZ8S2Yh47smZ5yz5ai"),
            "its pepper is not configured");
  EXPECT_EQ(refusal("aspnet:AAAA"), "it is no hash of ASP.NET Core Identity");
  EXPECT_EQ(refusal(std::string(password_hash_bytes_max + 1, 'a')), "it is too long");
}

TEST(PasswordHasher, HashesAndVerifiesOnItsPool) {
  SeededRandom random(7);
  PasswordHasher hasher({cheap, {}, {1, 4}}, random);
  const auto stored = net::run_task(hasher.hash("secret"));
  const auto other = net::run_task(hasher.hash("secret"));
  ASSERT_TRUE(stored && other);
  EXPECT_NE(*stored, *other);
  EXPECT_EQ(*net::run_task(hasher.verify("secret", *stored)), PasswordMatch::right);
  EXPECT_EQ(*net::run_task(hasher.verify("Secret", *stored)), PasswordMatch::wrong);
  EXPECT_EQ(*net::run_task(hasher.verify_nothing("secret")), PasswordMatch::wrong);
  EXPECT_FALSE(net::run_task(hasher.verify("secret", "no hash")));
  EXPECT_FALSE(net::run_task(hasher.hash(std::string(password_bytes_max + 1, 'a'))));
}

}  // namespace
}  // namespace trivet::auth
