#include "api/openapi/document.h"

#include <gtest/gtest.h>

namespace trivet::api::openapi {
namespace {

constexpr const char* source = R"(
datasource db { provider = "sqlite" }
enum Mood { HAPPY SAD @map("sad") }
/// People we know.
model Person {
  id     Int      @id @default(autoincrement())
  name   String
  secret String?
  hidden String?  @ignore
  mood   Mood     @default(HAPPY)
  born   DateTime
  notes  Note[]
  @@map("people of note")
}
model Note { id Int @id  text String  personId Int  person Person @relation(fields: [personId], references: [id]) }
)";

std::shared_ptr<const schema::Schema> parse() {
  auto checked = schema::check_schema({{"schema.zmodel", source}});
  for (const auto& diagnostic : checked.diagnostics) {
    ADD_FAILURE() << schema::render_diagnostic(checked.files, diagnostic);
  }
  return checked.schema;
}

class PeopleWithoutSecrets final : public Access {
 public:
  bool may(int model, schema::Operation operation) const override {
    return model == 0 && operation == schema::Operation::read;
  }
  bool may_read(int, int field) const override { return field != 2; }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(OpenapiDocument, DescribesTablesByTheirPhysicalNames) {
  const std::string text = make_document(*parse(), FullAccess(), {});
  EXPECT_TRUE(has(text, R"("/rest/v1/people%20of%20note":{"get":)"));
  EXPECT_TRUE(has(text, R"("table.people.20of.20note.insert")"));
  EXPECT_TRUE(has(text, R"("required":["name","born"])"));
  EXPECT_TRUE(has(text, R"("enum":["HAPPY","sad"])"));
  EXPECT_TRUE(has(text, R"("description":"People we know.")"));
  EXPECT_TRUE(has(text, "`notes(*)`"));
  EXPECT_FALSE(has(text, "hidden"));
}

TEST(OpenapiDocument, LeavesOutWhatTheCallerMayNotReach) {
  const std::string text = make_document(*parse(), PeopleWithoutSecrets(), {});
  EXPECT_TRUE(has(text, R"("get":)"));
  EXPECT_FALSE(has(text, R"("post":)"));
  EXPECT_FALSE(has(text, "secret"));
  EXPECT_FALSE(has(text, "Note"));
  EXPECT_FALSE(has(text, "notes"));
}

class SomeFunctions final : public Access {
 public:
  explicit SomeFunctions(const store::ProcedureList& list) : list_(list) {}
  bool may(int, schema::Operation) const override { return false; }
  bool may_read(int, int) const override { return false; }
  Procedures procedures() const override {
    Procedures all;
    for (const store::Procedure& one : list_) all.push_back(&one);
    return all;
  }

 private:
  const store::ProcedureList& list_;
};

TEST(OpenapiDocument, DescribesFunctions) {
  using enum store::ResultShape;
  const store::ProcedureList list{
      {.schema = "public", .name = "area", .arguments = {{"side", "integer"}},
       .volatility = store::Volatility::immutable, .shape = value},
      {.schema = "public", .name = "area", .arguments = {{"width", "integer"}, {"tags", "text[]", true}},
       .volatility = store::Volatility::volatile_, .shape = rows, .columns = {{"a b", "numeric(5,2)"}}},
      {.schema = "public", .name = "put it", .arguments = {{"", "bytea"}}, .shape = nothing},
  };
  const std::string text = make_document(*parse(), SomeFunctions(list), {});
  EXPECT_TRUE(has(text, R"("/rest/v1/rpc/area":{"get":)")) << text;
  EXPECT_TRUE(has(text, R"("name":"side","in":"query","required":true,"description":"integer")")) << text;
  EXPECT_TRUE(has(text, R"("tags":{"type":"array","items":{"type":"string"}})")) << text;
  EXPECT_TRUE(has(text, R"("required":["width"])")) << text;
  EXPECT_TRUE(has(text, R"("a b":{"type":"number"})")) << text;
  EXPECT_TRUE(has(text, R"("/rest/v1/rpc/put%20it":{"post":)")) << text;
  EXPECT_TRUE(has(text, R"("application/octet-stream":{"schema":{"type":"string"}})")) << text;
}

}  // namespace
}  // namespace trivet::api::openapi
