// From path to Handler, by the longest prefix that ends at a path segment. /healthz and /readyz are built in.
//
//   Router router;  router.mount("/rest/v1", "rest", rest);  router.set_ready(check);
//
// No route is a 404 with a JSON body. Filled before serving, then immutable. Handlers must outlive it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/handler.h"

namespace trivet::http {

// Whether the process can do its work: the database answers, and so on. Called for each /readyz.
class ReadyCheck {
 public:
  virtual ~ReadyCheck() = default;
  virtual task<bool> is_ready() = 0;
};

class Router final : public Handler {
 public:
  // `prefix` "/rest/v1" takes that path and everything below it, "/docs" likewise; "/" takes what nobody else does,
  // "=/" only the path "/". `route` is the label of metrics and logs; static storage.
  void mount(std::string_view prefix, std::string_view route, Handler& handler);
  void set_ready(ReadyCheck& check) { ready_ = &check; }

  task<Response> handle(const Request& request) override;

 private:
  struct Entry {
    std::string prefix;
    bool exact;
    std::string_view route;
    Handler* handler;
  };

  [[nodiscard]] const Entry* find(std::string_view path) const;
  task<Response> answer_builtin(const Request& request);

  std::vector<Entry> entries_;  // longest prefix first
  ReadyCheck* ready_ = nullptr;
};

// 404 and 405 in the error shape of the REST dialect; `allow` is the value of the Allow header.
[[nodiscard]] Response not_found();
[[nodiscard]] Response method_not_allowed(std::string_view allow);

}  // namespace trivet::http
