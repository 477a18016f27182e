// One HTTP/1.1 connection from first byte to last: reads requests, calls the handler, writes answers in order.
//
// One coroutine per connection. A keep-alive request that arrives in one piece costs one recv and one send; answers to
// a pipeline leave in one send. Every wait has a deadline. Any doubt about framing ends the connection.
// Used only on the loop of its stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "http/date.h"
#include "http/h1/chunked.h"
#include "http/h1/head.h"
#include "http/h1/render.h"
#include "http/handler.h"
#include "http/pipeline/pipeline.h"
#include "http/read_buffer.h"
#include "http/request_id.h"
#include "http/trusted_proxies.h"
#include "net/stream.h"
#include "observe/event.h"

namespace trivet::http {

// All must outlive the session.
struct SessionParts {
  Handler& handler;
  const Pipeline& pipeline;
  const Limits& limits;
  const TrustedProxies& proxies;
  observe::Sink* sink;  // may be null
  uint64_t id_seed;
};

class Session {
 public:
  Session(SessionParts parts, net::Stream& stream);

  // Ends when the connection is to be closed.
  task<void> run();

 private:
  using Clock = net::Stream::Clock;
  enum class Next : uint8_t { need_bytes, request, refused };
  enum class Flushed : uint8_t { done, blocked, failed };

  // Before the handler.
  Next next_request();
  bool skip_empty_lines();
  bool wait_for_head();
  bool accept_read(net::IoResult read);
  void begin_request();
  bool take_buffered_body();
  task<bool> read_body();
  task<bool> read_fixed();
  task<bool> read_chunked();
  task<net::IoResult> read_piece(std::span<char> piece);
  bool fail_body(net::IoStatus status);

  // After it.
  task<void> complete_elsewhere(Response& response);
  void render_answer(Response& response);
  task<bool> send_large(Response& response);
  task<bool> send_source(Response& response);
  void end_request(const Response& response);
  void tell(int status);
  void refuse(h1::Fault fault);

  // Out.
  bool must_flush() const;
  void flush_if_handler_waits();
  void flush_early();
  Flushed try_flush(std::string_view body);
  task<bool> flush_rest(std::string_view body);
  task<void> close();

  SessionParts parts_;
  net::Stream& stream_;
  ReadBuffer in_;
  std::string out_;
  size_t answers_waiting_ = 0;  // in out_

  h1::HeadScanner scanner_;
  h1::Framing framing_;
  Request request_;
  std::string forwarded_for_;  // what a trusted proxy told
  size_t head_bytes_ = 0;
  size_t body_in_buffer_ = 0;  // bytes of in_ behind the head that belong to this request
  std::string body_;           // when it did not arrive with the head
  std::string leftover_;       // bytes of the next request that came with a chunked body
  uint64_t bytes_out_ = 0;     // of this answer
  Clock::time_point started_;
  Clock::time_point ended_;  // when the last answer was complete, or the connection began
  Clock::time_point body_started_;

  DateCache date_;
  RequestIds ids_;
  bool head_pending_ = false;  // part of a head is here: the header timeout runs
  bool served_any_ = false;
  bool handling_ = false;      // the handler runs or waits
  bool flush_posted_ = false;  // flush_early will be called
  // shared: what is posted may run after the session has ended, and finds out by this.
  std::shared_ptr<Session*> self_;
  bool closing_ = false;
  bool linger_ = false;  // the peer may still be sending
};

}  // namespace trivet::http
