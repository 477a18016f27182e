#include "value/json_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "value/text/hex.h"

namespace trivet {
namespace {

constexpr uint32_t depth_max = 64;

std::string decode_percent(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
    } else if (text[i + 1] == '%') {
      out += text[++i];
    } else {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
  }
  return out;
}

TEST(JsonReaderTest, AcceptsAndRefusesAsRfc8259Says) {
  std::ifstream file(TRIVET_SOURCE_DIR "/tests/cases/json/rfc8259.cases");
  ASSERT_TRUE(file.is_open());
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const size_t space = line.find(' ', 2);
    const std::string name = line.substr(2, space - 2);
    const std::string text = decode_percent(line.substr(space + 1));
    // A copy of the exact size, so that a read behind the end is seen by the sanitizer.
    const std::vector<char> exact(text.begin(), text.end());
    const auto parsed = parse_json({exact.data(), exact.size()}, depth_max);
    EXPECT_EQ(parsed.has_value(), line.front() == 'y')
        << name << (parsed ? "" : json_fault_text(parsed.error().reason));
    ++cases;
  }
  EXPECT_GT(cases, 110);
}

TEST(JsonReaderTest, LimitsNesting) {
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"a\":", "}")}) {
    std::string text = "1";
    for (uint32_t depth = 1; depth <= depth_max + 1; ++depth) {
      text = open + text + close;
      const auto parsed = parse_json(text, depth_max);
      ASSERT_EQ(parsed.has_value(), depth <= depth_max) << depth;
      if (!parsed) {
        EXPECT_EQ(parsed.error().reason, JsonFault::Reason::too_deep);
      }
    }
  }
  const std::string bomb(1'000'000, '[');
  EXPECT_EQ(parse_json(bomb, depth_max).error().reason, JsonFault::Reason::too_deep);
  // As deep as the caller likes: nesting costs no stack.
  EXPECT_TRUE(parse_json(std::string(300'000, '[') + std::string(300'000, ']'), 300'000));
}

TEST(JsonReaderTest, SaysWhereAndWhat) {
  struct Case {
    std::string_view text;
    JsonFault::Reason reason;
    size_t offset;
  };
  using enum JsonFault::Reason;
  for (const Case& c : std::initializer_list<Case>{
           {"", empty, 0},
           {"[1,x]", unexpected, 3},
           {"{\"a\":tru}", bad_literal, 5},
           {"[1, 02]", bad_number, 4},
           {"[\"\\q\"]", bad_escape, 2},
           {"\"\\ud800\"", lone_surrogate, 1},
           {"[\"a\nb\"]", control_character, 3},
           {"[\"abc", unterminated, 1},
           {"[1", unterminated, 2},
           {"1 2", trailing, 2},
           {"[\"0123456789012345678901234567890123456789012345678901234567890123456789\xff\"]",
            bad_utf8, 72},
           {"\xef\xbb\xbf[]", byte_order_mark, 0}}) {
    const auto parsed = parse_json(c.text, depth_max);
    ASSERT_FALSE(parsed) << c.text;
    EXPECT_EQ(parsed.error().reason, c.reason) << c.text;
    EXPECT_EQ(parsed.error().offset, c.offset) << c.text;
    EXPECT_FALSE(json_fault_text(c.reason).empty());
  }
}

TEST(JsonReaderTest, WalksObjectsInOrderWithDuplicates) {
  const std::string text = R"( { "a" : 1 , "b":[1,{"x":"]}"}] ,"a":"two","\u0061":null,"e":{} } )";
  const JsonValue object = *parse_json(text, depth_max);
  ASSERT_EQ(object.kind(), JsonKind::object);
  std::string seen;
  for (const JsonMember& member : object.members()) {
    member.key.append_to(seen);
    seen += '=';
    seen += member.value.raw();
    seen += ';';
  }
  EXPECT_EQ(seen, R"(a=1;b=[1,{"x":"]}"}];a="two";a=null;e={};)");
  EXPECT_TRUE(object.find("a")->is_null());
  EXPECT_EQ(object.find("b")->raw(), R"([1,{"x":"]}"}])");
  EXPECT_FALSE(object.find("x"));
  EXPECT_FALSE(JsonValue::trusted("[1]").find("a"));
}

TEST(JsonReaderTest, WalksArrays) {
  std::string seen;
  for (const JsonValue& element :
       parse_json(R"([1, "a,b" ,[2,3],{"a":[]},true,null])", depth_max)->elements()) {
    seen += element.raw();
    seen += ';';
  }
  EXPECT_EQ(seen, R"(1;"a,b";[2,3];{"a":[]};true;null;)");
  EXPECT_TRUE(parse_json("[ ]", depth_max)->elements().begin() == JsonEnd{});
  EXPECT_TRUE(parse_json("{ }", depth_max)->members().begin() == JsonEnd{});
}

TEST(JsonReaderTest, DecodesStrings) {
  struct Case {
    std::string_view json;
    std::string_view text;
    bool escaped;
  };
  for (const Case& c :
       std::initializer_list<Case>{{R"("plain")", "plain", false},
                                   {R"("")", "", false},
                                   {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t", true},
                                   {R"("\u00e9\u20AC\ud834\udd1e")", "é€𝄞", true},
                                   {R"("a\u0000b")", std::string_view("a\0b", 3), true},
                                   {R"("0123456789abcdef\n0123456789abcdef")",
                                    "0123456789abcdef\n0123456789abcdef", true}}) {
    Arena arena;
    const JsonString string = parse_json(c.json, depth_max)->as_string();
    EXPECT_EQ(string.escaped(), c.escaped) << c.json;
    EXPECT_EQ(string.text(arena), c.text) << c.json;
    EXPECT_TRUE(string.equals(c.text)) << c.json;
    EXPECT_FALSE(string.equals(std::string(c.text) + "x"));
    std::string appended = ">";
    string.append_to(appended);
    EXPECT_EQ(appended, ">" + std::string(c.text));
  }
}

TEST(JsonReaderTest, KeepsTheTextOfNumbers) {
  for (std::string_view number : {"1e400", "-0", "1.50", "123456789012345678901234567890"}) {
    EXPECT_EQ(parse_json(number, depth_max)->as_number(), number);
  }
}

// Text that is trusted may still be broken, in a file that another program wrote: walking it must
// stay inside.
TEST(JsonReaderTest, WalkingBrokenTextStaysInside) {
  for (std::string_view broken : {"",          " ",
                                  "\"",        "\"a",
                                  "\"\\",      "{",
                                  "[",         "{\"",
                                  "{\"a",      "{\"a\"",
                                  "{\"a\":",   "{\"a\":1",
                                  "{\"a\":1,", "[1,",
                                  "[,",        "{]",
                                  "[}",        "{1:2}",
                                  "}",         ",",
                                  "[\"\\u12",  "{\"\\ud800\":1}",
                                  "[[[[",      "-",
                                  ":",         "{\"a\" \"b\"}"}) {
    const std::vector<char> exact(broken.begin(), broken.end());
    const JsonValue value = JsonValue::trusted({exact.data(), exact.size()});
    std::string all;
    if (value.kind() == JsonKind::array) {
      for (const JsonValue& element : value.elements()) all += element.raw();
    }
    if (value.kind() == JsonKind::object) {
      for (const JsonMember& member : value.members()) member.key.append_to(all);
    }
    if (value.kind() == JsonKind::string) value.as_string().append_to(all);
    EXPECT_LE(all.size(), broken.size() + 8);
  }
}

}  // namespace
}  // namespace trivet
