// A request that outlives its connection's buffer, so that it can be asked again with more filters.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "http/message.h"

namespace trivet::api::rest {

class OwnedRequest {
 public:
  explicit OwnedRequest(const http::Request& request);

  // A GET for JSON whose query is the request's and `more`, made in `query`. It views both.
  [[nodiscard]] http::Request with(std::string& query, const std::string& more) const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string query_;
  std::string client_address_;
  std::string request_id_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::chrono::steady_clock::duration patience_;
};

}  // namespace trivet::api::rest
