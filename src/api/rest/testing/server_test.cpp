#include "api/rest/testing/server.h"

namespace trivet::api::rest::testing {
namespace {

http::Method method_of(std::string_view text) {
  static constexpr std::pair<std::string_view, http::Method> methods[] = {
      {"GET", http::Method::get},       {"HEAD", http::Method::head},
      {"POST", http::Method::post},     {"PUT", http::Method::put},
      {"PATCH", http::Method::patch},   {"DELETE", http::Method::delete_},
      {"OPTIONS", http::Method::options}};
  for (const auto& [name, method] : methods)
    if (name == text) return method;
  return http::Method::other;
}

}  // namespace

TestServer::TestServer(std::shared_ptr<const schema::Schema> schema, store::Store& store,
                       RestOptions options)
    : store_(store),
      engine_(std::move(schema), store_, environment_, Limits{}),
      keys_(auth::derive_keys("a secret of at least thirty-two bytes, for tests")),
      authenticator_(keys_, {}, clock_),
      handler_(engine_, authenticator_, std::move(options)) {}

void TestServer::start_again(store::Store& store) {
  store_.set(store);
  environment_ = {};
}

http::Response TestServer::ask(const TestRequest& asked) {
  const std::string target = "/rest/v1" + asked.target;
  const size_t mark = target.find('?');
  http::Request request;
  request.method = method_of(asked.method);
  request.method_text = asked.method;
  request.target = target;
  request.path = std::string_view(target).substr(0, mark);
  if (mark != std::string::npos) request.query = std::string_view(target).substr(mark + 1);
  for (const auto& [name, value] : asked.headers) request.headers.push_back({name, value});
  request.body = asked.body;
  request.deadline = engine::testing::no_deadline();
  return engine::testing::await(handler_.handle(request));
}

}  // namespace trivet::api::rest::testing
