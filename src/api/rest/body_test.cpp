// Bodies that are small to send and large to hold.
#include "api/rest/request/body.h"

#include <gtest/gtest.h>

namespace trivet::api::rest {
namespace {

struct BodyTest : testing::Test {
  std::string refusal(const BodySource& source) {
    const auto payload = parse_body(source, limits, arena);
    if (payload) return {};
    EXPECT_EQ(payload.error().code, ErrorCode::too_large);
    return payload.error().message;
  }
  static std::string repeat(std::string_view text, size_t times) {
    std::string out;
    for (size_t i = 0; i < times; ++i) out += text;
    return out;
  }
  static std::string object_of(size_t keys) {
    std::string out = "{";
    for (size_t i = 0; i < keys; ++i) out += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
    return out + "}";
  }

  Limits limits;
  Arena arena;
};

TEST_F(BodyTest, RefusesFewBytesThatStandForManyCells) {
  std::vector<std::string> columns;
  for (int i = 0; i < 4000; ++i) columns.push_back(std::to_string(i));
  const std::string json = "[" + repeat("{},", 1000) + "{}]";
  EXPECT_EQ(refusal({"application/json", json, &columns}), "Too many values in one request");
  const std::string csv = "a\n" + repeat("1\n", 1001);
  EXPECT_EQ(refusal({"text/csv", csv, &columns}), "Too many values in one request");
  columns.resize(10);
  EXPECT_EQ(refusal({"application/json", json, &columns}), "");
  EXPECT_EQ(refusal({"text/csv", csv, &columns}), "");
}

TEST_F(BodyTest, RefusesMoreColumnsThanAnyTableHas) {
  const std::string many = object_of(body_keys_max + 1);
  EXPECT_EQ(refusal({"application/json", many, nullptr}), "Too many columns in one request");
  EXPECT_EQ(refusal({"application/json", object_of(body_keys_max), nullptr}), "");
  std::string form;
  for (size_t i = 0; i <= body_keys_max; ++i) form += "k" + std::to_string(i) + "=1&";
  EXPECT_EQ(refusal({"application/x-www-form-urlencoded", form, nullptr}),
            "Too many columns in one request");
}

TEST_F(BodyTest, RefusesTooManyRows) {
  limits.write_rows_max = 2;
  EXPECT_EQ(refusal({"application/json", "[{},{},{}]", nullptr}), "Too many rows in one request");
  EXPECT_EQ(refusal({"text/csv", "a\n1\n2\n3\n", nullptr}), "Too many rows in one request");
  EXPECT_EQ(refusal({"application/json", "[{},{}]", nullptr}), "");
}

}  // namespace
}  // namespace trivet::api::rest
