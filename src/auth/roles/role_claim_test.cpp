#include "auth/roles/role_claim.h"

#include <gtest/gtest.h>

namespace trivet::auth {
namespace {

std::optional<std::string> found(std::string_view path, std::string_view claims) {
  const auto claim = parse_role_claim(path);
  if (!claim) return "not a path";
  return find_role(claims, *claim);
}

TEST(RoleClaim, LeadsToATextInTheClaims) {
  EXPECT_EQ(found(".role", R"({"role":"web_user"})"), "web_user");
  EXPECT_EQ(found(".app.roles[1]", R"({"app":{"roles":["a","b"]}})"), "b");
  EXPECT_EQ(found(R"(."https://x.org/role")", R"({"https://x.org/role":"c"})"), "c");
  EXPECT_EQ(found("[0]", "[\"d\"]"), "d");
  EXPECT_EQ(found(".role", R"({"role":"a\"b"})"), "a\"b");
}

TEST(RoleClaim, IsNobodysWhereThereIsNoText) {
  for (const char* claims : {"{}", R"({"role":1})", R"({"role":null})", R"({"role":["a"]})", "[]"})
    EXPECT_EQ(found(".role", claims), std::nullopt) << claims;
  EXPECT_EQ(found(".roles[2]", R"({"roles":["a","b"]})"), std::nullopt);
  EXPECT_EQ(found(".roles[0]", R"({"roles":{"0":"a"}})"), std::nullopt);
}

TEST(RoleClaim, RefusesWhatIsNoPath) {
  for (const char* path : {"", "role", ".", ".a..b", ".a[", ".a[x]", ".a[?(@ == \"b\")]", ".\"a", ".a[-1]", ".a[1]b"})
    EXPECT_FALSE(parse_role_claim(path)) << path;
}

}  // namespace
}  // namespace trivet::auth
