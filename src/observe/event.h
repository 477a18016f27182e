// Everything worth telling is one of two events; sinks decide what to show of it.
//
// An event carries no header values, query strings or bodies, so no sink can leak a secret. Views in an event live
// only until the sink returns: a sink copies what it keeps. Sinks are called on event loops: they never block.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "observe/stage.h"

namespace trivet::observe {

// One per request, told when its answer is complete.
struct RequestEvent {
  std::string_view route;   // static storage, low cardinality: "rest", "health"; empty = none matched
  std::string_view method;  // as sent
  std::string_view path;    // as sent, without the query
  std::string_view request_id;
  std::string_view client_address;
  int status = 0;
  uint64_t bytes_in = 0;   // head and body
  uint64_t bytes_out = 0;  // head and body, after compression
  uint64_t duration_ns = 0;
  std::string_view problem;  // why it failed (5xx), as the operator may know it; else empty
  StageTimes stages{};
  unsigned loop_index = 0;  // which event loop served it
};

enum class Level : uint8_t { debug, info, warning, error };

// Starts, stops, reloads, refusals: rare, so made of text.
struct LifecycleEvent {
  Level level = Level::info;
  std::string_view name;     // stable, dotted: "server.listening"
  std::string_view message;  // for people; safe to show to the operator
};

class Sink {
 public:
  virtual ~Sink() = default;
  // From any thread; returns in well under a microsecond.
  virtual void request(const RequestEvent& event) = 0;
  virtual void lifecycle(const LifecycleEvent& event) = 0;
};

}  // namespace trivet::observe
