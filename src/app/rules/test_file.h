// A file of rule tests, `*.test.toml`: given rows, callers, and what each of them may do
// (docs/rules.md, "Testing them"). Read and checked against the schema; nothing is run here.
//
// Names in the file are the schema's; here they are the database's, as the REST dialect has them.
// Blocking; values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "value/identity.h"

namespace trivet::app {

struct GivenRow {
  std::string place;  // "schema.test.toml:3:1"
  std::string table;
  std::string json;
};

struct Expectation {
  enum class Kind : uint8_t {
    gives,    // exactly these rows, in any order; of each the fields that are named
    count,    // so many rows, read or written
    allowed,  // it succeeds, and touches a row
    refused,  // it fails, or touches no row; with a code: it fails with that
    shows,    // fields are there and not null in every row that is read
    hides,    // fields are refused, or null in every row that is read
  };
  Kind kind = Kind::allowed;
  std::string json;                 // gives
  std::vector<std::string> fields;  // gives, shows, hides: columns
  int64_t count = 0;
  std::string code;  // refused
};

struct RuleTest {
  std::string place;
  std::string name;
  std::string who;  // as the file calls them
  Identity identity;
  std::string method;  // GET, POST, PATCH, DELETE
  std::string target;  // "/rest/v1/Post?id=eq.1", without `select`
  std::string body;
  bool written_out = false;  // `request`: the target is used as it is
  std::vector<Expectation> expected;
};

struct RuleTestFile {
  std::string path;
  std::vector<GivenRow> given;  // in the file's order
  std::vector<RuleTest> tests;
};

// Errors: bad_config with a line file:line:column for each problem; file_error.
[[nodiscard]] result<RuleTestFile> read_rule_tests(const std::string& path,
                                                   const schema::Schema& schema);

}  // namespace trivet::app
