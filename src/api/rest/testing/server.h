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

// Passes on to the store of the moment.
class RelayStore final : public store::Store {
 public:
  explicit RelayStore(store::Store& to) : to_(&to) {}
  void set(store::Store& to) { to_ = &to; }
  [[nodiscard]] const store::Capabilities& capabilities() const override {
    return to_->capabilities();
  }
  task<result<store::Rows>> read(const store::Query& query, const store::Params& params,
                                 store::Deadline deadline) override {
    return to_->read(query, params, deadline);
  }
  task<result<store::WriteResult>> write(const store::Program& program, const store::Params& params,
                                         store::Deadline deadline) override {
    return to_->write(program, params, deadline);
  }
  task<result<void>> ping(store::Deadline deadline) override { return to_->ping(deadline); }

 private:
  store::Store* to_;
};

class TestServer {
 public:
  TestServer(std::shared_ptr<const schema::Schema> schema, store::Store& store,
             RestOptions options);

  // From now on with another store; generated values start again. What was decoded and planned stays.
  void start_again(store::Store& store);
  [[nodiscard]] http::Response ask(const TestRequest& request);
  [[nodiscard]] const auth::ProjectKeys& keys() const { return keys_; }

 private:
  RelayStore store_;
  engine::testing::FixedEnvironment environment_;
  engine::Engine engine_;
  ManualClock clock_{engine::testing::fixed_now_us};
  auth::ProjectKeys keys_;
  auth::Authenticator authenticator_;
  RestHandler handler_;
};

}  // namespace trivet::api::rest::testing
