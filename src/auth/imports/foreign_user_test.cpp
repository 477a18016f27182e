#include "auth/imports/foreign_user.h"

#include <gtest/gtest.h>

#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr int64_t now = 1'700'000'000'000'000;

struct Mapped {
  std::optional<ImportedUser> user;
  std::string problem;
};

Mapped map(const std::string& json, UserSource source, MappingOptions options = {}) {
  options.source = source;
  options.now_us = now;
  const auto mapped = map_user(SourceRow(parse_json(json, 32).value()), options);
  if (!mapped) return {std::nullopt, mapped.error().message};
  return {*mapped, *mapped ? "" : "left out"};
}

TEST(ForeignUser, IdsAreTheSameEachTime) {
  const auto first = map(R"({"id":42,"email":"Ann@example.com"})", UserSource::django);
  const auto again = map(R"({"id":"42","email":"other@example.com"})", UserSource::django);
  const auto other = map(R"({"id":42,"email":"ann@example.com"})", UserSource::rails);
  ASSERT_TRUE(first.user && again.user && other.user);
  EXPECT_EQ(first.user->id, again.user->id);
  EXPECT_NE(first.user->id, other.user->id);
  EXPECT_EQ(first.user->id[14], '5');
  EXPECT_EQ(first.user->app_metadata, R"({"imported_from":"django","imported_id":"42"})");
  const auto guid =
      map(R"({"Id":"0189F7A4-7C3F-4A8E-9A52-6F2B4C1D0E3F","Email":"a@example.com"})", UserSource::aspnet);
  EXPECT_EQ(guid.user->id, "0189f7a4-7c3f-4a8e-9a52-6f2b4c1d0e3f");
  // Columns in lower case, as PostgreSQL folds them.
  EXPECT_TRUE(map(R"({"id":"7","email":"a@example.com","emailconfirmed":true})", UserSource::aspnet)
                  .user->email_confirmed_at != 0);
}

TEST(ForeignUser, TimesAndFlags) {
  const auto time = [](const std::string& text) {
    const auto mapped = map(R"({"email":"a@example.com","created_at":)" + text + "}", UserSource::plain);
    return mapped.user ? mapped.user->created_at : -1;
  };
  constexpr int64_t at = 1'704'164'645'000'000;  // 2024-01-02T03:04:05Z
  for (const char* text : {R"("2024-01-02 03:04:05")", R"("2024-01-02T03:04:05Z")", R"("2024-01-02 05:04:05 +02:00")",
                           R"("2024-01-02 03:04:05.0000000 +00:00")", "1704164645", R"("1704164645000")", "1704164645000"})
    EXPECT_EQ(time(text), at) << text;
  EXPECT_EQ(time("null"), now);
  EXPECT_EQ(time(R"("soon")"), -1);
  EXPECT_EQ(time("-1"), -1);
  EXPECT_EQ(time("99999999999999999999"), -1);
}

TEST(ForeignUser, ConfirmationIsTold) {
  EXPECT_EQ(map(R"({"email":"a@example.com"})", UserSource::django).user->email_confirmed_at, 0);
  MappingOptions all;
  all.confirmation = Confirmation::all;
  EXPECT_EQ(map(R"({"email":"a@example.com"})", UserSource::django, all).user->email_confirmed_at, now);
  EXPECT_EQ(map(R"({"email":"a@example.com","email_confirmed":"f"})", UserSource::plain).user->email_confirmed_at, 0);
}

TEST(ForeignUser, WhoIsNotTaken) {
  EXPECT_EQ(map(R"({"email":"a@example.com","deleted_at":"2024-01-01"})", UserSource::supabase).problem, "left out");
  EXPECT_EQ(map(R"({"is_anonymous":true})", UserSource::supabase).problem, "left out");
  for (const char* role : {"service_role", "supabase_admin", "anon"})
    EXPECT_NE(map(R"({"email":"a@example.com","role":")" + std::string(role) + "\"}", UserSource::supabase).problem, "");
  EXPECT_NE(map(R"({"email":"a@example.com","passwordHash":"AA=="})", UserSource::firebase).problem, "");
  EXPECT_NE(map(R"({"email":"a@example.com","password":"md5$a$b"})", UserSource::django).problem, "");
  EXPECT_EQ(map(R"({"email":"a@example.com","password":"!"})", UserSource::django).user->password_hash, "");
}

TEST(FirebaseHash, IsReadAsTheConsoleShowsIt) {
  const auto hash = parse_firebase_hash(
      "hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: ab-_==,\n  base64_salt_separator: Bw==,\n"
      "  rounds: 8,\n  mem_cost: 14,\n}\n");
  ASSERT_TRUE(hash) << hash.error().message;
  EXPECT_EQ(hash->signer_key, "ab+/==");
  EXPECT_EQ(hash->mem_cost, 14U);
  EXPECT_EQ(print_firebase_hash(*hash, "c2-_", "aA=="), "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ab+/==$c2+/$aA==");
  EXPECT_TRUE(parse_firebase_hash(
      R"({"algorithm":"SCRYPT","base64_signer_key":"a","base64_salt_separator":"b","rounds":8,"mem_cost":14})"));
  EXPECT_FALSE(parse_firebase_hash("rounds: 8"));
  EXPECT_FALSE(parse_firebase_hash("algorithm: BCRYPT"));
  EXPECT_FALSE(parse_firebase_hash(""));
}

}  // namespace
}  // namespace trivet::auth
