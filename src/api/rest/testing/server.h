// For tests: the REST handler over a store, called without a socket.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/rest/handler.h"
#include "base/clock.h"
#include "engine/testing/harness.h"

namespace trivet::api::rest::testing {

struct TestRequest {
  std::string method = "GET";
  std::string target;  // without the prefix
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

class TestServer {
 public:
  TestServer(std::shared_ptr<const schema::Schema> schema, store::Store& store,
             RestOptions options);

  [[nodiscard]] http::Response ask(const TestRequest& request);
  [[nodiscard]] const auth::ProjectKeys& keys() const { return keys_; }

 private:
  engine::testing::FixedEnvironment environment_;
  engine::Engine engine_;
  ManualClock clock_{engine::testing::fixed_now_us};
  auth::ProjectKeys keys_;
  auth::Authenticator authenticator_;
  RestHandler handler_;
};

}  // namespace trivet::api::rest::testing
