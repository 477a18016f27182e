// One request to an ACME server over libcurl. Blocks; https alone, no redirects, limits on time and
// size. One thread.
#pragma once

#include <atomic>
#include <string>

#include "base/error.h"

namespace trivet::app::acme {

struct Answer {
  int status = 0;
  std::string body;
  std::string nonce;     // Replay-Nonce
  std::string location;  // Location
  int retry_after = 0;   // seconds; 0 = not told, or told as a date
};

enum class Verb : uint8_t { get, head, post };

struct TransportOptions {
  std::string ca_file;                      // empty = the machine's authorities
  const std::atomic<bool>* stop = nullptr;  // ends it early; outlives the transport
};

class Transport {
 public:
  explicit Transport(TransportOptions options) : options_(std::move(options)) {}
  // Any status is an answer. Error: connection_failed. `body`: of a post, application/jose+json.
  [[nodiscard]] result<Answer> send(Verb verb, const std::string& url, const std::string& body = {});

 private:
  const TransportOptions options_;
};

}  // namespace trivet::app::acme
