#include "api/rest/request/parse.h"

#include <gtest/gtest.h>

#include "api/rest/encode/query_text.h"
#include "api/rest/request/csv.h"
#include "api/rest/request/media.h"
#include "api/rest/request/page.h"
#include "api/rest/request/prefer.h"
#include "api/rest/request/shape_scan.h"

namespace trivet::api::rest {
namespace {

std::string parsed(std::string_view query) {
  const auto result = parse_query(split_query(query));
  return result ? query_text(*result) : result.error().message;
}

std::string selected(std::string_view select) {
  const auto items = parse_select(select);
  if (!items) return items.error().message;
  Query query;
  query.select = *items;
  const std::string text = query_text(query);
  return text.substr(10, text.find("],\"conditions\"") - 9);
}

TEST(ParseQuery, Select) {
  EXPECT_EQ(selected(""), R"([{"kind":"star"}])");
  EXPECT_EQ(selected(" a , b:c::text "),
            R"([{"kind":"column","name":"a"},{"kind":"column","alias":"b","name":"c","cast":"text"}])");
  EXPECT_EQ(selected("a-b->c-d->>1"),
            R"([{"kind":"column","name":"a-b","path":[{"arrow":"->","key":"c-d"},)"
            R"({"arrow":"->>","index":1}]}])");
  EXPECT_EQ(selected("x:count()::int4,y.sum()"),
            R"([{"kind":"count","alias":"x","name":"count","aggregate":"count","aggregate_cast":"int4"},)"
            R"({"kind":"column","name":"y","aggregate":"sum"}])");
  EXPECT_EQ(selected("...r!inner!h(*)"),
            R"([{"kind":"spread","name":"r","hint":"h","inner":true,"select":[{"kind":"star"}]}])");
  EXPECT_EQ(selected("\"a\\\"b\"()"), R"([{"kind":"embed","name":"a\"b","select":[]}])");
  EXPECT_EQ(selected("a,"),
            R"x("failed to parse select parameter (a,)" (line 1, column 3))x");
  EXPECT_EQ(selected("r!leftover()"),
            R"x("failed to parse select parameter (r!leftover())" (line 1, column 7))x");
}

TEST(ParseQuery, IndexOnlyWhereAPathEnds) {
  EXPECT_EQ(selected("a->-1"), R"([{"kind":"column","name":"a","path":[{"arrow":"->","index":-1}]}])");
  EXPECT_EQ(selected("a->1x"), R"([{"kind":"column","name":"a","path":[{"arrow":"->","key":"1x"}]}])");
}

TEST(ParseQuery, WhatAKeyMeansIsItsLastSegment) {
  const std::string text = parsed("r.limit=3&limit=x&offset=2&\"limit\"=eq.1&r.or=(a.eq.1)");
  EXPECT_NE(text.find(R"("limit":[{"path":["r"],"value":3}])"), text.npos) << text;
  EXPECT_NE(text.find(R"("offset":[{"path":[],"value":2}])"), text.npos) << text;
  EXPECT_NE(text.find(R"({"name":"limit","op":"eq","value":"1"})"), text.npos) << text;
  EXPECT_NE(text.find(R"({"path":["r"],"condition":{"logic":"or")"), text.npos) << text;
}

TEST(ParseQuery, NestingIsBounded) {
  std::string deep = "or=";
  for (int i = 0; i < 200; ++i) deep += "(and";
  EXPECT_EQ(parsed(deep), "query is too deeply nested");
}

TEST(ParsePrefer, FirstOfAKindWinsAndUnknownOnesAreKept) {
  const Preferences p =
      parse_prefer("return=minimal, return=representation,count=none , max-affected=x,tx=rollback");
  EXPECT_EQ(p.return_, Return::minimal);
  EXPECT_EQ(p.transaction, Transaction::rollback);
  EXPECT_EQ(p.unknown, (std::vector<std::string>{"count=none", "max-affected=x"}));
}

TEST(NegotiateMedia, ByQualityThenSpecificity) {
  const auto chosen = [](std::string_view accept) {
    const auto media = negotiate(accept, Resource::relation);
    return media ? std::string(content_type(*media)) : media.error().message;
  };
  EXPECT_EQ(chosen(""), "application/json; charset=utf-8");
  EXPECT_EQ(chosen("*/*, text/csv"), "text/csv; charset=utf-8");
  EXPECT_EQ(chosen("text/csv;q=0.1,*/*"), "application/json; charset=utf-8");
  EXPECT_EQ(chosen("application/vnd.pgrst.object;nulls=stripped"),
            "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8");
  EXPECT_EQ(chosen("text/html,image/*"),
            "None of these media types are available: text/html, image/*");
}

TEST(NegotiateMedia, PlansWhereTheyAreShown) {
  const auto chosen = [](std::string_view accept, Resource resource) {
    const auto media = negotiate(accept, resource);
    return media ? media->text : media.error().message;
  };
  constexpr std::string_view all =
      "application/vnd.pgrst.plan+json; for=\"text/csv\"; options=wal|analyze|buffers|verbose|settings|other;";
  EXPECT_EQ(chosen(all, Resource::explained_relation),
            "application/vnd.pgrst.plan+json; for=\"text/csv\"; options=analyze|verbose|settings|buffers|wal");
  EXPECT_EQ(chosen("application/vnd.pgrst.plan", Resource::explained_relation),
            "application/vnd.pgrst.plan+text; for=\"application/json\"");
  EXPECT_EQ(chosen("application/vnd.pgrst.plan", Resource::relation),
            "None of these media types are available: application/vnd.pgrst.plan+text; for=\"application/json\"");
}

TEST(IntersectPage, RangeHeader) {
  EXPECT_FALSE(parse_range_header("items=0-1"));
  EXPECT_FALSE(parse_range_header("-1"));
  const auto page = intersect_page({.offset = 2, .limit = 10}, parse_range_header("0-4"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->offset, 2);
  EXPECT_EQ(page->limit, 3);
  EXPECT_FALSE(intersect_page({}, parse_range_header("3-1")));
  EXPECT_FALSE(intersect_page({.offset = 0, .limit = -1}, std::nullopt));
}

TEST(ParseCsv, QuotesAndLines) {
  Arena arena;
  const auto table = parse_csv("a,b\r\n\"x \"\"y\"\"\",\n", arena);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows, 1U);
  EXPECT_EQ(table->fields[0], "x \"y\"");
  EXPECT_EQ(table->fields[1], "");
  EXPECT_FALSE(parse_csv("a\n\"x", arena));
  EXPECT_FALSE(parse_csv("a,b\n1\n", arena));
}

TEST(ShapeScan, LeavesLiteralsOut) {
  Arena arena;
  const auto key = [&](std::string_view query) {
    http::Request request;
    request.method = http::Method::get;
    request.path = "/t";
    request.query = query;
    const ShapeScan scan(request, find_headers(request), arena);
    std::string text = scan.has_key() ? std::string(scan.key()) : "none";
    for (const SegmentText& literal : scan.literals()) text += "|" + std::string(literal.text);
    return text;
  };
  EXPECT_EQ(key("id=eq.1&limit=5&select=a"), "G/t&id=eq.\x01&limit=\x01&select=a\n\n\n|1|5");
  EXPECT_EQ(key("id=eq.a%20b+c"), "G/t&id=eq.\x01\n\n\n|a b c");
  EXPECT_EQ(key("id=eq.1"), key("id=eq.1"));
  EXPECT_EQ(key("id=not.in.(1,%22a%22)&b=not.eq.2"),
            "G/t&id=not.in.\x01&b=not.eq.\x01\n\n\n|(1,\"a\")|2");
  for (const std::string_view unusual : {"or=(a.eq.1)", "\"id\"=eq.1", "limit=-1", "id", "apikey=x",
                                         "id=eq(any).{1}", "id=fts.x"})
    EXPECT_EQ(key(unusual).substr(0, 4), "none") << unusual;
}

}  // namespace
}  // namespace trivet::api::rest
