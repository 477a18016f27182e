#include "store/text_search.h"

#include <gtest/gtest.h>

#include "store/text_search/stem.h"

namespace trivet::store {
namespace {

bool search(std::string_view document, std::string_view query, std::string_view mode = "",
            std::string_view configuration = "") {
  const auto compiled = TextQuery::compile(query, mode, configuration);
  EXPECT_TRUE(compiled) << query;
  return compiled && compiled->matches(document);
}

constexpr std::string_view text = "The Fat Cats sat on a mat and ate a fat rat. Crème brûlée!";

TEST(TextSearchTest, Stems) {
  EXPECT_EQ(porter_stem("relational"), "relat");
  EXPECT_EQ(porter_stem("hopping"), "hop");
  EXPECT_EQ(porter_stem("ponies"), "poni");
  EXPECT_EQ(porter_stem("generalizations"), "gener");
  EXPECT_EQ(porter_stem("controlling"), "control");
  EXPECT_EQ(porter_stem("happy"), "happi");
  EXPECT_EQ(porter_stem("brûlée"), "brûlée");
}

TEST(TextSearchTest, ReadsOperators) {
  EXPECT_TRUE(search(text, "cat & rats"));
  EXPECT_FALSE(search(text, "cat & dog"));
  EXPECT_TRUE(search(text, "dog | (cat & !bird)"));
  EXPECT_TRUE(search(text, "fat <-> cat"));
  EXPECT_FALSE(search(text, "cat <-> fat"));
  EXPECT_TRUE(search(text, "sat <3> mat"));
  EXPECT_TRUE(search(text, "crè:*"));
  EXPECT_TRUE(search(text, "'fat cats'"));
  EXPECT_FALSE(search(text, ""));
  EXPECT_FALSE(search(text, "the"));
  EXPECT_TRUE(search(text, "the & cat"));
  for (const char* bad : {"cat dog", "cat &", "(cat", "& cat", "'cat", "a <x> b"})
    EXPECT_FALSE(TextQuery::compile(bad, "", "")) << bad;
}

TEST(TextSearchTest, ReadsOtherForms) {
  EXPECT_TRUE(search(text, "The Fat Rats", "plain"));
  EXPECT_TRUE(search(text, "sat on a mat", "phrase"));
  EXPECT_FALSE(search(text, "sat mat", "phrase"));
  EXPECT_TRUE(search(text, "\"fat cat\" -dog", "websearch"));
  EXPECT_TRUE(search(text, "dog or rat", "websearch"));
  EXPECT_FALSE(search(text, "cat -rat", "websearch"));
  EXPECT_TRUE(search(text, "\"unclosed or", "websearch") == false);
}

TEST(TextSearchTest, KnowsConfigurations) {
  EXPECT_FALSE(search(text, "cat", "plain", "simple"));
  EXPECT_TRUE(search(text, "the cats", "plain", "simple"));
  EXPECT_FALSE(TextQuery::compile("x", "", "klingon"));
}

}  // namespace
}  // namespace trivet::store
