// Runs tests/cases/rest: request lines in, whole answers out. Every case runs twice, on rows of its own, and every read is asked
// twice: what is decoded and planned for the first time answers like what the caches had.
// With TRIVET_CASES_OUT=FOLDER the files are also written there with the answers as they are.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

#include "api/rest/testing/case_file.h"
#include "api/rest/testing/case_store.h"
#include "auth/jwt.h"
#include "store/mysql/testing/server.h"
#include "store/postgres/testing/server.h"

namespace trivet::api::rest::testing {
namespace {

using store::postgres::testing::Server;
using MariaDB = store::mysql::testing::Server;

std::filesystem::path case_folder() {
  return std::filesystem::path(TRIVET_SOURCE_DIR) / "tests/cases/rest";
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(case_folder()))
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

TestRequest with_role(const TestServer& server, const Exchange& exchange) {
  TestRequest request = exchange.request;
  if (exchange.role == "service") request.headers.emplace_back("apikey", server.keys().secret_key);
  if (exchange.role == "anon") request.headers.emplace_back("apikey", server.keys().publishable);
  if (exchange.role.starts_with("user {")) {
    const std::string claims = "{\"role\":\"authenticated\"," + exchange.role.substr(6);
    request.headers.emplace_back("Authorization",
                                 "Bearer " + auth::sign_token(claims, server.keys().secret));
  }
  return request;
}

bool asks_for_location(const Expected& expected) {
  return std::ranges::any_of(expected.headers,
                             [](const auto& h) { return h.first == "Content-Location"; });
}

std::string render_request(const Exchange& exchange) {
  std::string target = exchange.request.target.empty() ? "/." : exchange.request.target;
  std::string out = fmt::format("> {} {}\n", exchange.request.method, target);
  if (exchange.role != "service") out += fmt::format("> role: {}\n", exchange.role);
  for (const auto& [name, value] : exchange.request.headers)
    out += fmt::format("> {}: {}\n", name, value);
  size_t begin = 0;
  const std::string& body = exchange.request.body;
  while (!body.empty()) {
    const size_t end = body.find('\n', begin);
    out += ">> " + body.substr(begin, end - begin) + "\n";
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  return out;
}

// Schemas are written for SQLite where they don't say otherwise.
std::string written_for(const std::string& provider, std::string schema) {
  const std::string sqlite = "provider = \"sqlite\"";
  const std::string wanted = "provider = \"" + provider + "\"";
  if (const size_t at = schema.find(sqlite); at != std::string::npos)
    return schema.replace(at, sqlite.size(), wanted);
  if (schema.find("datasource ") != std::string::npos) return schema;
  return "datasource db { " + wanted + " }\n" + schema;
}

// Cases whose answer is another one on one of the servers.
struct Difference {
  std::string_view store;
  std::string_view file;
  std::string_view name;
  std::string_view why;
};
constexpr auto differences = std::to_array<Difference>({
    {"postgresql", "sqlite_types", "a cast that fails",
     "the message doesn't quote the value: the server may have cast one of a row that rules hide"},
    {"mysql", "sqlite_types", "*", "its rows hold a year before our era"},
    {"mysql", "filters", "contains on JSON", "the store lacks json-containment"},
    {"mysql", "filters", "contained on JSON", "the store lacks json-containment"},
    {"mysql", "reading", "content location without a query", "no order is asked for"},
});

bool differs(const std::string& store, const std::string& file, const std::string& name) {
  return std::ranges::any_of(differences, [&](const Difference& difference) {
    return difference.store == store && difference.file == file &&
           (difference.name == "*" || difference.name == name);
  });
}

// A file and a store.
using CaseParam = std::pair<std::string, std::string>;

class RestCases : public ::testing::TestWithParam<CaseParam> {
 protected:
  void SetUp() override {
    file_ = read_case_file(case_folder() / (GetParam().first + ".txt"));
    const std::string& store = GetParam().second;
    if (store == "postgresql" || store == "mysql") file_.schema = written_for(store, file_.schema);
    schema::CheckResult checked = schema::check_schema({{"schema.zmodel", file_.schema}});
    for (const schema::Diagnostic& diagnostic : checked.diagnostics)
      if (!checked.ok()) ADD_FAILURE() << schema::render_diagnostic(checked.files, diagnostic);
    ASSERT_TRUE(checked.ok());
    schema_ = checked.schema;
    cases_ = make_case_store(GetParam().second, schema_);
  }

  void fill(store::Store& store) {
    TestServer server(schema_, store, file_.options);
    for (const auto& [table, rows] : file_.data) {
      const http::Response answer = server.ask({.method = "POST",
                                                .target = "/" + table,
                                                .headers = {{"apikey", server.keys().secret_key}},
                                                .body = rows});
      EXPECT_EQ(answer.status, 201) << table << ": " << answer.body;
    }
  }

  void run(TestServer& server, const Exchange& exchange, std::string& written) {
    const TestRequest request = with_role(server, exchange);
    const bool located = asks_for_location(exchange.expected);
    const http::Response answer = server.ask(request);
    const std::string actual = render_answer(answer, located);
    EXPECT_EQ(actual, render_expected(exchange.expected)) << render_request(exchange);
    const std::string whole = render_answer(answer, true);
    for (const std::string& word : exchange.expected.absent)
      EXPECT_EQ(whole.find(word), std::string::npos) << render_request(exchange) << word;
    if (request.method == "GET" || request.method == "HEAD") {
      EXPECT_EQ(render_answer(server.ask(request), true), whole)
          << "decoded from the cache: " << render_request(exchange);
    }
    written += render_request(exchange) + actual;
    for (const std::string& word : exchange.expected.absent) written += "<! " + word + "\n";
  }

  CaseFile file_;
  std::shared_ptr<const schema::Schema> schema_;
  std::unique_ptr<CaseStore> cases_;
};

TEST_P(RestCases, AnswersAsWritten) {
  const std::string& store_name = GetParam().second;
  if ((!file_.only.empty() && file_.only != store_name) || cases_->refuses(*schema_)) return;
  std::string written = file_.head;
  for (const Case& one : file_.cases) {
    if (differs(store_name, GetParam().first, one.name)) continue;
    SCOPED_TRACE(one.name);
    written += "### " + one.name + "\n";
    const auto open = [this] {
      return cases_->open([this](store::Store& fresh) { fill(fresh); });
    };
    std::unique_ptr<store::Store> store = open();
    ASSERT_NE(store, nullptr);
    TestServer server(schema_, *store, file_.options);
    for (const Exchange& exchange : one.exchanges) run(server, exchange, written);
    written += "\n";
    SCOPED_TRACE("from the caches");
    store.reset();
    store = open();
    server.start_again(*store);
    std::string again;
    for (const Exchange& exchange : one.exchanges) run(server, exchange, again);
  }
  const bool writes = store_name == "memory" || file_.only == store_name;
  if (const char* folder = std::getenv("TRIVET_CASES_OUT"); folder != nullptr && writes)
    std::ofstream(std::filesystem::path(folder) / (GetParam().first + ".txt")) << written;
}

std::vector<CaseParam> case_params() {
  std::vector<CaseParam> params;
  for (const std::string& name : case_names())
    for (const std::string store : {"memory", "sqlite", "postgresql", "mysql"}) {
      const bool is_there = store == "postgresql" ? Server::is_installed()
                            : store == "mysql"    ? MariaDB::is_installed()
                                                  : true;
      if (is_there && !differs(store, name, "*")) params.emplace_back(name, store);
    }
  return params;
}

INSTANTIATE_TEST_SUITE_P(Files, RestCases, ::testing::ValuesIn(case_params()), [](const auto& one) {
  return one.param.first + "_" + one.param.second;
});

}  // namespace
}  // namespace trivet::api::rest::testing
