// HTTP requests and responses as the rest of the program sees them, independent of the protocol version.
//
// A Request is views into the connection's buffer: valid until the handler's task ends, never longer. A Response owns
// what it holds. Neither does I/O. Header names compare without case (RFC 9110, 5.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "observe/stage.h"

namespace trivet::http {

enum class Method : uint8_t { get, head, post, put, patch, delete_, options, other };

struct HeaderView {
  std::string_view name;   // as sent
  std::string_view value;  // outer blanks removed
};

// Defined where metrics and logs can see them.
using observe::Stage;
using observe::stage_count;
using observe::StageTimes;

struct Request {
  Method method = Method::other;
  std::string_view method_text;
  std::string_view target;  // request-target as sent
  std::string_view path;    // before '?', not decoded
  std::string_view query;   // after '?', not decoded; empty if none
  std::vector<HeaderView> headers;
  std::string_view body;  // whole, after transfer decoding
  std::string_view peer_address;    // of the connection
  std::string_view client_address;  // the same, or whom a trusted proxy speaks for
  std::string_view request_id;
  std::chrono::steady_clock::time_point deadline;

  // Filled by the handler, read by the session for logs, metrics and Server-Timing.
  mutable StageTimes stage_times{};
  mutable std::string problem{};   // why the answer is a 5xx, for the log alone
  mutable std::string_view route;  // static storage: low-cardinality route label such as "rest"

  // First header of that name (lower case given); empty view with null data when absent.
  [[nodiscard]] std::string_view header(std::string_view lower_name) const;
  [[nodiscard]] bool has_header(std::string_view lower_name) const {
    return header(lower_name).data() != nullptr;
  }
};

// How soon a piece of a body leaves.
enum class Pace : uint8_t {
  bulk,  // when enough has come together
  live,  // at once; and the body ends when the server drains
};

// A body that is made while it is sent.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Appends the next piece to `out`; appending nothing ends the body. False: broken off, the connection is cut.
  virtual task<bool> next(std::string& out) = 0;
  [[nodiscard]] virtual Pace pace() const { return Pace::bulk; }
};

struct Response {
  int status = 200;
  std::string_view reason;  // static storage; empty = standard phrase
  std::string content_type;  // empty = no Content-Type header
  std::vector<std::pair<std::string, std::string>> headers;  // all others but Content-Length/Date/Connection
  std::string body;
  bool compressible = true;  // may be content-encoded if the client accepts it
  // Sent as `ETag: W/"…"`, set by the pipeline; 0 = none. A number, so that a tag costs no allocation.
  uint64_t etag = 0;
  // When set, sent after `body`, in chunks (until the connection closes, to an HTTP/1.0 client).
  std::unique_ptr<BodySource> source{};

  void set(std::string_view name, std::string_view value) { headers.emplace_back(name, value); }
};

// Standard reason phrase (RFC 9110, 15); empty for an unknown status.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace trivet::http
