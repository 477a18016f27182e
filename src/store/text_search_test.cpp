#include "store/text_search.h"

#include <gtest/gtest.h>

#include <array>

#include "store/text_search/stem.h"
#include "store/text_search/words.h"

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

// Words in documents whose written form differs from what they are searched by, in all the ways
// that the stemmer and folding have.
constexpr auto vocabulary = std::to_array<std::string_view>(
    {"possibility", "possible",  "relational", "Relate",   "ponies",   "pony",     "happily",
     "happy",       "fluency",   "conformably", "probate",  "hopping",  "hoped",    "agreed",
     "sensibility", "activate",  "activity",   "the",      "THE",      "a",        "dies",
     "die",         "ability",   "able",       "\u212Aelvin", "kelvin",   "\u017Ftraße", "STRASSE",
     "straße",      "Straßen",   "brûlée",     "BRÛLÉE",   "cat1",     "cats",     "Москва",
     "москва",      "vietnamization", "hesitancy", "callousness", "electricity", "électric", "y"});

TEST(TextSearchTest, FindsAWordByAnyOfItsForms) {
  for (const Language language : {Language::simple, Language::english}) {
    const std::string_view configuration = language == Language::simple ? "simple" : "english";
    for (const std::string_view query : vocabulary)
      for (const std::string_view document : vocabulary) {
        const std::string wanted = lexeme_of(query, language);
        const std::string lexeme = lexeme_of(document, language);
        const std::string sentence = "x, " + std::string(document) + "!";
        EXPECT_EQ(search(sentence, query, "plain", configuration),
                  !wanted.empty() && wanted == lexeme)
            << query << " in " << document;
        const std::string prefix = "'" + std::string(query) + "':*";
        EXPECT_EQ(search(sentence, prefix, "", configuration),
                  !wanted.empty() && (lexeme.starts_with(wanted) || (wanted == "x")))
            << prefix << " in " << document;
      }
  }
}

TEST(TextSearchTest, SeesWhatIsNotThere) {
  EXPECT_TRUE(search("anything", "!cat"));
  EXPECT_TRUE(search("", "!cat"));
  EXPECT_FALSE(search("", "cat"));
  EXPECT_FALSE(search("cats", "!cat"));
  EXPECT_TRUE(search("\xc3", "!cat"));
}

}  // namespace
}  // namespace trivet::store
