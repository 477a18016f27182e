#include "engine/explain/lint.h"

#include <gtest/gtest.h>

#include "engine/testing/harness.h"

namespace trivet::engine {
namespace {

// What is warned of in a model with these lines, a line each.
std::string warnings(const std::string& lines) {
  const auto schema = testing::make_schema(R"(datasource db { provider = "sqlite" }
model User {
  id Int @id
  n Int?
  on Boolean @default(false)
)" + lines + "\n}\n");
  std::string out;
  for (const schema::Diagnostic& one : lint_rules(schema)) {
    EXPECT_EQ(one.kind, schema::DiagnosticKind::warning);
    out += std::to_string(schema::line_column(schema->files[0].text, one.where.begin).line) + ": " +
           one.message + "\n";
  }
  return out;
}

TEST(Lint, FindsRulesThatAreNeverTrue) {
  const std::string allows = "6: this rule is never true, so it allows nothing\n";
  EXPECT_EQ(warnings("@@allow('read', false)"), allows);
  EXPECT_EQ(warnings("@@allow('read', n == 1 && n == 2)"), allows);
  EXPECT_EQ(warnings("@@allow('read', on && !on)"), allows);
  EXPECT_EQ(warnings("@@allow('read', auth() == null && auth().id == id)"), allows);
  EXPECT_EQ(warnings("@@allow('read', currentOperation() == \"update\")"), allows);
  EXPECT_EQ(warnings("@@deny('read', on && !on)"),
            "6: this rule is never true, so it denies nothing\n");
  EXPECT_EQ(warnings("@@allow('read', n == 1 && n != 2)"), "");
  EXPECT_EQ(warnings("@@allow('read', n == 1 || n == 2)"), "");
  EXPECT_EQ(warnings("@@allow('read,update', currentOperation() == \"update\")"), "");
}

TEST(Lint, FindsRulesThatAreAlwaysTrue) {
  EXPECT_EQ(warnings("@@allow('read', auth() == null || auth() != null)"),
            "6: this rule is always true: everyone may read every User\n");
  EXPECT_EQ(warnings("@@deny('delete', currentModel() == \"User\")"),
            "6: this rule is always true: nobody may delete any User\n");
  EXPECT_EQ(warnings("@@allow('all', true)"),
            "6: everyone, signed in or not, may update, delete every User\n");
  // What is spelled out is meant.
  EXPECT_EQ(warnings("@@allow('read,create', true)"), "");
  EXPECT_EQ(warnings("@@deny('delete', true)"), "");
  EXPECT_EQ(warnings("@@allow('read', on || !on)"), "");  // null can be neither
}

TEST(Lint, FindsFieldRulesThatDoNothing) {
  EXPECT_EQ(warnings("x Int? @allow('read', true)"),
            "6: this rule is always true, so it doesn't protect the field \"x\"\n");
  EXPECT_EQ(warnings("x Int? @deny('update', false)"),
            "6: this rule is never true, so it denies nothing\n");
  EXPECT_EQ(warnings("x Int? @allow('read', false)"), "");
}

TEST(Lint, FindsSecretsThatReadersSee) {
  EXPECT_EQ(warnings("passwordHash String\n@@allow('read', true)"),
            "6: the field \"passwordHash\" of User is named like a secret and is read by anyone who "
            "may read the row, signed in or not\n");
  EXPECT_EQ(warnings("api_key String?\n@@allow('read', auth() != null)"),
            "6: the field \"api_key\" of User is named like a secret and is read by every caller who "
            "may read the row\n");
  EXPECT_EQ(warnings("token String @deny('read', true)\n@@allow('read', true)"), "");
  EXPECT_EQ(warnings("token String @allow('read', auth().id == id)\n@@allow('read', true)"), "");
  EXPECT_EQ(warnings("token String"), "");                            // closed
  EXPECT_EQ(warnings("tokens Int?\n@@allow('read', true)"), "");      // a number
}

TEST(Lint, KnowsNamesOfSecrets) {
  for (const char* name : {"password", "Password", "passwordHash", "reset_token", "apiKey", "API_KEY",
                           "mfaSecret", "private_key", "cardNumber", "ssn"})
    EXPECT_TRUE(is_named_like_secret(name)) << name;
  for (const char* name : {"title", "key", "passage", "secretary", "privateNote", "hashtag", ""})
    EXPECT_FALSE(is_named_like_secret(name)) << name;
}

}  // namespace
}  // namespace trivet::engine
