#include "api/rest/call/choose.h"

#include <gtest/gtest.h>

#include "api/rest/call/refusal.h"

namespace trivet::api::rest {
namespace {

using store::Procedure;

Procedure function(std::vector<store::ProcedureArgument> arguments) {
  return {.schema = "public", .name = "f", .arguments = std::move(arguments)};
}

// What the overloads give for names, or for a raw body of a type: "0", "raw 1", or the error's code.
std::string chosen(const store::ProcedureList& list, std::vector<std::string> names, std::string_view raw_type = {}) {
  engine::Candidates candidates;
  for (const Procedure& procedure : list) candidates.procedures.push_back(&procedure);
  Arguments arguments;
  arguments.names = std::move(names);
  arguments.raw_type = raw_type;
  ApiRequest api;
  api.method = raw_type.empty() ? http::Method::get : http::Method::post;
  api.path = {.target = Target::function, .name = "f"};
  const auto choice = choose(candidates, api, arguments);
  if (!choice) return std::string(error_code_info(choice.error().code).text);
  return (choice->takes_raw ? "raw " : "") + std::to_string(choice->procedure - list.data());
}

TEST(Choose, NamesAreTheRequiredOnesAndAnyWithDefaults) {
  const store::ProcedureList list = {function({{.name = "a", .type = "integer"}, {.name = "b", .type = "text", .has_default = true}}),
                                     function({{.name = "c", .type = "integer"}})};
  EXPECT_EQ(chosen(list, {"a"}), "0");
  EXPECT_EQ(chosen(list, {"a", "b"}), "0");
  EXPECT_EQ(chosen(list, {"c"}), "1");
  EXPECT_EQ(chosen(list, {"b"}), "PGRST202");
  EXPECT_EQ(chosen(list, {"a", "c"}), "PGRST202");
  EXPECT_EQ(chosen(list, {}), "PGRST202");
}

TEST(Choose, SeveralThatFitAreAmbiguous) {
  const store::ProcedureList list = {function({{.name = "a", .type = "integer"}}), function({{.name = "a", .type = "text"}})};
  EXPECT_EQ(chosen(list, {"a"}), "PGRST203");
}

TEST(Choose, OneUnnamedArgumentTakesTheBodyOfItsType) {
  const store::ProcedureList list = {function({{.name = "", .type = "jsonb"}}), function({{.name = "", .type = "text"}}),
                                     function({{.name = "a", .type = "integer"}})};
  EXPECT_EQ(chosen(list, {"x"}, "json"), "raw 0");
  EXPECT_EQ(chosen(list, {"a"}, "json"), "2");
  EXPECT_EQ(chosen(list, {}, "text"), "raw 1");
  EXPECT_EQ(chosen(list, {}, "bytea"), "PGRST202");
  EXPECT_EQ(chosen(list, {"x"}), "PGRST202");
}

TEST(SetHeaders, TakesNoneThatWouldBreakTheAnswer) {
  http::Response response;
  EXPECT_TRUE(set_headers(response, R"([{"X-A": "1"}, {"content-type": "text/x"}])"));
  EXPECT_EQ(response.content_type, "text/x");
  for (const char* bad : {R"({"X-A": "1"})", R"([{"X-A": 1}])", R"([{"X A": "1"}])", R"([{"X-A": "1\r\nX-B: 2"}])",
                          R"([{"Content-Length": "1"}])", "[1]", "nonsense"})
    EXPECT_FALSE(set_headers(response, bad)) << bad;
  EXPECT_EQ(response.headers.size(), 1U);
}

}  // namespace
}  // namespace trivet::api::rest
