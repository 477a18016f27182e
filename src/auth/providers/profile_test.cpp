#include "auth/providers/profile.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "auth/accounts/json_object.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Provider provider_named(const std::string& name, bool trusts) {
  ProviderOptions options;
  options.name = name;
  options.client_id = options.client_secret = "c";
  if (find_preset(name) == nullptr) options.issuer = "https://id.example";
  options.trust_email = trusts;
  return check_provider(options).value();
}

std::string raw(JsonValue object, std::string_view name) {
  const auto found = object.find(name);
  return found ? std::string(found->raw()) : std::string();
}

// tests/cases/providers: what each provider says of somebody, and what becomes of it.
TEST(Profiles, AreReadAsEachProviderWritesThem) {
  const std::filesystem::path folder = std::filesystem::path(TRIVET_SOURCE_DIR) / "tests/cases/providers";
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().filename());
    const std::string text = content(entry.path());
    const auto parsed = parse_json(text, 16);
    ASSERT_TRUE(parsed);
    const JsonValue expected = *parsed->find("expected");
    const bool trusts = raw(*parsed, "options").find("\"trust_email\":true") != std::string::npos;
    const Provider provider = provider_named(text_member(text, "provider"), trusts);
    const auto profile = read_profile(provider, raw(*parsed, "profile"), raw(*parsed, "emails"));
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_EQ(profile->subject, text_member(expected.raw(), "subject"));
    EXPECT_EQ(profile->email, text_member(expected.raw(), "email"));
    EXPECT_EQ(profile->email_verified, raw(expected, "email_verified") == "true");
    EXPECT_EQ(profile->data, raw(expected, "data"));
    ++count;
  }
  EXPECT_GE(count, 8U);
}

TEST(Profiles, WithoutASubjectAreNobodys) {
  const Provider github = provider_named("github", false);
  for (const std::string_view text :
       {"{}", "[]", "", "null", R"({"id":null})", R"({"id":""})", R"({"id":1.5})", R"({"id":true})",
        R"({"id":{}})", R"({"id":"a\u0000"})"})
    EXPECT_FALSE(read_profile(github, text, "")) << text;
  EXPECT_FALSE(read_profile(github, R"({"id":")" + std::string(256, 'a') + R"("})", ""));
  EXPECT_TRUE(read_profile(github, R"({"id":")" + std::string(255, 'a') + R"("})", ""));
}

TEST(Profiles, TakeAnAddressAsShownOnlyIfToldSo) {
  const Provider any = provider_named("custom:x", false);
  const auto shown = [&](std::string_view flag) {
    return read_profile(any, R"({"sub":"1","email":"a@x.dev","email_verified":)" + std::string(flag) + '}', "")
        ->email_verified;
  };
  for (const std::string_view yes : {"true", "\"true\"", "1", "\"1\""}) EXPECT_TRUE(shown(yes)) << yes;
  for (const std::string_view no : {"false", "\"false\"", "0", "null", "\"yes\"", "[true]", "{}"})
    EXPECT_FALSE(shown(no)) << no;
  EXPECT_FALSE(read_profile(any, R"({"sub":"1","email_verified":true})", "")->email_verified);
}

TEST(Profiles, OfListsTakeThePrimaryAddress) {
  const Provider github = provider_named("github", false);
  const auto email = [&](std::string_view list) {
    const auto profile = read_profile(github, R"({"id":1,"email":"public@x.dev"})", list);
    return profile->email + (profile->email_verified ? " shown" : "");
  };
  EXPECT_EQ(email(R"([{"email":"a@x.dev","verified":true},{"email":"b@x.dev","primary":true,"verified":false}])"), "b@x.dev");
  EXPECT_EQ(email(R"([{"email":"a@x.dev"},{"email":"b@x.dev","verified":true}])"), "b@x.dev shown");
  EXPECT_EQ(email("[]"), "");
  EXPECT_EQ(email(R"([1,null,{"verified":true,"primary":true}])"), "");
}

TEST(Profiles, TakeApplesNameOnce) {
  const Provider apple = provider_named("apple", false);
  ExternalProfile profile = *read_profile(apple, R"({"sub":"1"})", "");
  add_name(profile, R"({"name":{"firstName":"Ann","lastName":"Lee"},"email":"evil@x.dev"})");
  EXPECT_EQ(text_member(profile.data, "full_name"), "Ann Lee");
  EXPECT_EQ(profile.email, "");
  add_name(profile, R"({"name":{"firstName":"Bob"}})");
  EXPECT_EQ(text_member(profile.data, "full_name"), "Ann Lee");
  ExternalProfile other = *read_profile(apple, R"({"sub":"1"})", "");
  for (const std::string_view text : {"", "{", "[]", R"({"name":"x"})", R"({"name":{}})"}) add_name(other, text);
  EXPECT_EQ(text_member(other.data, "name"), "");
}

}  // namespace
}  // namespace trivet::auth
