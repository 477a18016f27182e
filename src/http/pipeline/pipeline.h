// What happens to every request and every answer around the handler, whatever the API: an ordered list, in
// pipeline.cpp, with the reason for each place in it.
//
// Pure functions over Request and Response; no I/O, no waiting. A request that asks for none of it costs one look at
// its header names. Immutable; serves all threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/switch.h"
#include "http/message.h"

namespace trivet::http {

struct CorsOptions {
  std::vector<std::string> origins;  // allow-list, exact ("https://example.com"); empty = every origin
};

struct CompressionOptions {
  Switch enabled = Switch::on;
  size_t bytes_min = 1024;  // smaller bodies are sent as they are
};

struct PipelineOptions {
  CorsOptions cors{};
  CompressionOptions compression{};
  Switch etag = Switch::on;
  Switch server_timing = Switch::off;
  std::chrono::seconds hsts{0};  // max-age of Strict-Transport-Security (RFC 6797); 0 = not sent
};

// The few request headers that the pipeline looks at, found in one pass. Views into the request; null data = absent.
struct PipelineHeaders {
  std::string_view origin;
  std::string_view accept_encoding;
  std::string_view if_none_match;
};

class Pipeline {
 public:
  explicit Pipeline(PipelineOptions options);

  // An answer that needs no handler, if there is one.
  [[nodiscard]] std::optional<Response> before(const Request& request) const;
  // Whether `after` takes so long that an event loop must not wait for it: a large body to compress.
  [[nodiscard]] bool is_long(const Request& request, const Response& response) const;
  // Completes the answer of the handler, or of before. On any thread.
  void after(const Request& request, Response& response) const;

  // One entry of the list, as data: for the docs and a test.
  struct Step {
    std::string_view name;
    std::string_view reason;
  };
  [[nodiscard]] static std::vector<Step> steps();

 private:
  PipelineOptions options_;
  std::string hsts_;
};

}  // namespace trivet::http
