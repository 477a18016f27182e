#include "value/jsonb.h"

#include <gtest/gtest.h>

namespace trivet {
namespace {

JsonValue json(std::string_view text) { return *parse_json(text, 64); }

TEST(JsonbTest, NormalisesAsPostgresql) {
  struct Case {
    std::string_view from;
    std::string_view to;
  };
  for (const Case& c : std::initializer_list<Case>{
           {R"({"bb":1,"a":2,"c":3,"a":4})", R"({"a": 4, "c": 3, "bb": 1})"},
           {R"( [ 1 ,2,[ ] ,{ } ] )", R"([1, 2, [], {}])"},
           {R"("\u00e9\/\n\u001f\u0061")", R"("é/\n\u001fa")"},
           {R"([1.10,1e2,1.5e1,1.50e1,-0,-0.0,1E-3,1e+2])",
            R"([1.10, 100, 15, 15.0, 0, 0.0, 0.001, 100])"},
           {R"({"\u0061b":1,"ab":2})", R"({"ab": 2})"},
           {R"({"é":1,"zz":2,"z":3})", R"({"z": 3, "zz": 2, "é": 1})"},
           {"123456789012345678901234567890.10", "123456789012345678901234567890.10"},
           {"1e400", "1e+400"},
           {"-12.5e-400", "-1.25e-399"},
           {"0e400", "0"},
           {"true", "true"}}) {
    std::string out;
    ASSERT_TRUE(append_jsonb(out, json(c.from))) << c.from;
    EXPECT_EQ(out, c.to);
    Arena arena;
    EXPECT_EQ(*normalise_jsonb(json(out), arena), out) << "not stable";
  }
}

TEST(JsonbTest, RefusesNul) {
  std::string out;
  EXPECT_EQ(append_jsonb(out, json(R"(["\u0000"])")).error().code,
            ErrorCode::untranslatable_character);
  EXPECT_EQ(append_jsonb(out, json(R"({"\u0000":1})")).error().code,
            ErrorCode::untranslatable_character);
}

TEST(JsonbTest, OrdersAsPostgresql) {
  // Each is below the next; made with `order by` in PostgreSQL.
  const std::string_view rising[] = {"[]",
                                     "null",
                                     R"("")",
                                     R"("a")",
                                     R"("b")",
                                     R"("é")",
                                     "-1.5",
                                     "0",
                                     "1",
                                     "1.5",
                                     "10",
                                     "1e300",
                                     "false",
                                     "true",
                                     "[null]",
                                     R"(["a"])",
                                     "[1]",
                                     "[2]",
                                     "[[]]",
                                     "[1, 1]",
                                     "[1, 2]",
                                     "{}",
                                     R"({"a": 1})",
                                     R"({"a": 2})",
                                     R"({"b": 0})",
                                     R"({"a": 1, "b": 1})",
                                     R"({"a": 1, "b": [1]})"};
  for (size_t i = 0; i < std::size(rising); ++i) {
    for (size_t j = 0; j < std::size(rising); ++j) {
      EXPECT_EQ(compare_jsonb(json(rising[i]), json(rising[j])), (i > j) - (i < j))
          << rising[i] << " " << rising[j];
    }
  }
  EXPECT_EQ(compare_jsonb(json("1.0"), json("1e0")), 0);
  EXPECT_EQ(compare_jsonb(json(R"({"a":1,"b":2})"), json(R"({"b":2, "a":1.00})")), 0);
}

TEST(JsonbTest, ContainsAsPostgresql) {
  struct Case {
    std::string_view left;
    std::string_view right;
    bool contains;
  };
  for (const Case& c :
       std::initializer_list<Case>{{R"({"a":1,"b":2})", R"({"b":2})", true},
                                   {R"({"a":1,"b":2})", R"({"b":3})", false},
                                   {R"({"a":{"b":[1,2,3],"c":1}})", R"({"a":{"b":[3,1]}})", true},
                                   {R"({"a":{"b":1}})", R"({"b":1})", false},
                                   {"{}", "{}", true},
                                   {R"({"a":1})", "{}", true},
                                   {"[1,2,3]", "[3,1,1,3]", true},
                                   {"[1,2]", "[1,4]", false},
                                   {"[1,[2,3]]", "[2]", false},
                                   {"[1,[2,3]]", "[[3]]", true},
                                   {R"([{"a":1,"b":2},3])", R"([{"a":1}])", true},
                                   {"[1,2]", "1", true},
                                   {"1", "[1]", false},
                                   {"1", "1.0", true},
                                   {R"(["a"])", R"("a")", true},
                                   {R"("a")", R"("b")", false},
                                   {R"({"a":[1,2]})", R"({"a":1})", false},
                                   {"[]", "[]", true},
                                   {"[]", "{}", false},
                                   {R"({"a":null})", R"({"a":null})", true},
                                   {R"({"a":1,"a":2})", R"({"a":1})", false}}) {
    EXPECT_EQ(jsonb_contains(json(c.left), json(c.right)), c.contains)
        << c.left << " @> " << c.right;
  }
}

TEST(JsonbTest, FollowsPaths) {
  const JsonValue document = json(R"({"a":[10,20,{"b":"x\ty"}],"n":null,"a b":1.50})");
  Arena arena;
  EXPECT_EQ(json_get(*json_get(document, "a"), 1)->raw(), "20");
  EXPECT_EQ(json_get(*json_get(document, "a"), -3)->raw(), "10");
  EXPECT_FALSE(json_get(*json_get(document, "a"), 3));
  EXPECT_FALSE(json_get(*json_get(document, "a"), -4));
  EXPECT_FALSE(json_get(document, 0));
  EXPECT_FALSE(json_get(document, "zz"));
  const JsonValue inner = *json_get(*json_get(document, "a"), 2);
  EXPECT_EQ(json_as_text(*json_get(inner, "b"), arena), "x\ty");
  EXPECT_EQ(json_as_text(inner, arena), R"({"b":"x\ty"})");
  EXPECT_EQ(json_as_text(*json_get(document, "a b"), arena), "1.50");
  EXPECT_EQ(json_as_text(*json_get(document, "n"), arena), std::nullopt);
}

TEST(JsonbTest, DeepTextCostsNoStack) {
  const std::string deep = std::string(5'000, '[') + std::string(5'000, ']');
  const JsonValue value = JsonValue::trusted(deep);
  std::string out;
  EXPECT_EQ(append_jsonb(out, value).error().code, ErrorCode::too_complex);
}

}  // namespace
}  // namespace trivet
