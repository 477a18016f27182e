// One GET or POST for a small document of an issuer, over libcurl. Blocks: for a pool's thread.
//
// No redirects, no proxies, no cookies, no user; only status 200 (202 and 204 too, where a
// caller wants no document); limits on time and size. Where it
// may lead is decided when the socket is made, so that a name can't resolve to elsewhere after
// having been looked at. Any thread.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace trivet::auth {

inline constexpr size_t document_bytes_max = 256 * 1024;
inline constexpr std::chrono::milliseconds fetch_time_max{5'000};
inline constexpr std::chrono::milliseconds connect_time_max{3'000};

enum class Reach : uint8_t {
  anywhere,      // an address that the project itself wrote
  public_only,   // one that somebody else named: no private, loopback or link-local network
  this_machine,  // plain http
};

struct FetchRequest {
  std::string url;
  Reach reach = Reach::public_only;
  std::string ca_file;                       // empty = the machine's authorities
  const std::atomic<bool>* stop = nullptr;   // ends it early; null = never
  std::string form{};                        // sent by POST; empty = a GET
  std::vector<std::string> headers{};        // besides Accept; never in errors
  bool may_be_empty = false;                 // 202 and 204 are answers too
};

// The body. Errors (connection_failed) say what went wrong, for the log.
using Fetch = std::function<result<std::string>(const FetchRequest&)>;
[[nodiscard]] result<std::string> fetch_document(const FetchRequest& request);

[[nodiscard]] bool may_reach(Reach reach, const sockaddr* address);

}  // namespace trivet::auth
