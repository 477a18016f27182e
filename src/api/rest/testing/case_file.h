// For tests: the data files of tests/cases/rest. Their form is described in tests/cases/rest/README.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "api/rest/testing/server.h"

namespace trivet::api::rest::testing {

struct Expected {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<std::string> absent;  // must not be anywhere in the answer
};

struct Exchange {
  TestRequest request;
  std::string role = "service";
  Expected expected;
};

struct Case {
  std::string name;
  std::vector<Exchange> exchanges;
};

struct CaseFile {
  std::string schema;
  RestOptions options;
  std::string only;  // the one store that can do this; empty = all
  std::vector<std::pair<std::string, std::string>> data;  // table, JSON array
  std::vector<Case> cases;
  std::string head;  // the text before the first case, as written
};

[[nodiscard]] CaseFile read_case_file(const std::filesystem::path& path);

// The answer as the files write it.
[[nodiscard]] std::string render_answer(const http::Response& response, bool with_location);
[[nodiscard]] std::string render_expected(const Expected& expected);

}  // namespace trivet::api::rest::testing
