#include "http/session.h"

#include <optional>

#include "http/error_body.h"
#include "net/pool.h"

namespace trivet::http {
namespace {

// Storage above this is given back after a request.
constexpr size_t body_bytes_kept = 64 * 1024;
// A body of this size is sent from where it is instead of being copied behind its head.
constexpr size_t gather_bytes_min = 16 * 1024;

bool is_large(const Response& response) {
  return response.source != nullptr || response.body.size() >= gather_bytes_min;
}

Response internal_error() {
  return error_response(500, {.code = "XX000", .message = "internal error"});
}

}  // namespace

Session::Session(SessionParts parts, net::Stream& stream)
    : parts_(parts),
      stream_(stream),
      scanner_(parts.limits),
      ended_(Clock::now()),
      ids_(parts.id_seed) {}

task<void> Session::run() {
  while (!closing_) {
    const Next next = next_request();
    if (next == Next::refused) break;
    if (next == Next::need_bytes || must_flush()) {
      // Answers of one turn leave behind each other: sent one by one they would wake the client for each, and its
      // wake-ups would interrupt the work on the others.
      if (!out_.empty()) co_await stream_.yield();
      const Flushed flushed = try_flush({});
      if (flushed == Flushed::failed) co_return;
      if (flushed == Flushed::blocked) {
        const bool sent = co_await flush_rest({});
        if (!sent) co_return;
      }
    }
    if (next == Next::need_bytes) {
      if (!wait_for_head()) break;
      const net::IoResult read = co_await stream_.read_some(in_.writable());
      if (!accept_read(read)) break;
      continue;
    }
    if (!take_buffered_body()) {
      const bool whole = co_await read_body();
      if (!whole) break;
      // A slow upload has its own timeouts.
      request_.deadline = Clock::now() + parts_.limits.request_timeout;
    }
    Response response;
    std::optional<Response> early = parts_.pipeline.before(request_);
    if (early) {
      response = std::move(*early);
    } else {
      flush_if_handler_waits();
      handling_ = true;
      stream_.set_activity(net::Activity::answering);
      // The one place where an exception of anything below becomes an answer.
      try {
        response = co_await parts_.handler.handle(request_);
      } catch (const std::exception& error) {
        request_.problem = error.what();
        response = internal_error();
      } catch (...) {
        request_.problem = "an exception of unknown type";
        response = internal_error();
      }
    }
    if (parts_.pipeline.is_long(request_, response))
      co_await complete_elsewhere(response);
    else
      parts_.pipeline.after(request_, response);
    handling_ = false;
    stream_.set_activity(net::Activity::busy);
    render_answer(response);
    if (is_large(response)) {
      const bool sent = co_await send_large(response);
      if (!sent) closing_ = true;
    }
    end_request(response);
  }
  co_await close();
}

// On the pool; if that is full, here and without compression, which is what takes long.
task<void> Session::complete_elsewhere(Response& response) {
  bool is_complete = false;
  try {
    const result<void> done = co_await stream_.pool().run(
        [this, &response] { parts_.pipeline.after(request_, response); });
    is_complete = done.has_value();
  } catch (...) {
    // What is there may be half done.
    response = internal_error();
  }
  if (is_complete) co_return;
  response.compressible = false;
  parts_.pipeline.after(request_, response);
}

bool Session::skip_empty_lines() {
  // RFC 9112, 2.2: some clients send an empty line after a body.
  for (int lines = 0; in_.readable().starts_with("\r\n"); ++lines) {
    if (lines == 2) return false;
    in_.consume(2);
  }
  return true;
}

Session::Next Session::next_request() {
  if (in_.readable().empty()) return Next::need_bytes;
  if (!head_pending_) {
    if (!skip_empty_lines()) {
      refuse({400, "empty lines instead of a request"});
      return Next::refused;
    }
    const std::string_view bytes = in_.readable();
    if (bytes.empty() || bytes == "\r") return Next::need_bytes;
  }
  const h1::parsed<size_t> head = scanner_.scan(in_.readable());
  if (head && *head == 0) return Next::need_bytes;
  begin_request();
  if (!head) {
    refuse(head.error());
    return Next::refused;
  }
  head_bytes_ = *head;
  const h1::parsed<h1::Framing> framing =
      h1::parse_head(in_.readable().substr(0, head_bytes_), parts_.limits, request_);
  if (!framing) {
    refuse(framing.error());
    return Next::refused;
  }
  framing_ = *framing;
  if (framing_.body == h1::BodyKind::fixed &&
      framing_.content_length > parts_.limits.body_bytes_max) {
    refuse({413, "the body is too large"});
    return Next::refused;
  }
  forwarded_for_ = parts_.proxies.client_of(request_);
  if (!forwarded_for_.empty()) request_.client_address = forwarded_for_;
  const std::string_view id = request_.header("x-request-id");
  request_.request_id = is_sane_request_id(id) ? id : ids_.next();
  return Next::request;
}

void Session::begin_request() {
  started_ = Clock::now();
  stream_.expire_never();
  request_.method = Method::other;
  request_.method_text = request_.target = request_.path = request_.query = {};
  request_.headers.clear();
  request_.body = request_.route = {};
  request_.request_id = {};
  request_.peer_address = request_.client_address = stream_.peer_address();
  request_.deadline = started_ + parts_.limits.request_timeout;
  request_.stage_times = {};
  request_.problem.clear();
  framing_ = {};
  head_bytes_ = body_in_buffer_ = 0;
  bytes_out_ = 0;
}

// False when the server drains and nothing has begun here.
bool Session::wait_for_head() {
  const Limits& limits = parts_.limits;
  if (in_.readable().empty()) {
    if (stream_.draining()) return false;
    stream_.set_activity(net::Activity::idle);
    // A connection that never asked anything has no claim on the long timeout, nor on a new one for empty lines.
    stream_.expire_at(ended_ + (served_any_ ? limits.idle_timeout : limits.header_timeout));
  } else if (!head_pending_) {
    // One deadline for the whole head: a client that drips bytes cannot extend it.
    head_pending_ = true;
    stream_.expire_at(Clock::now() + limits.header_timeout);
  }
  return true;
}

bool Session::accept_read(net::IoResult read) {
  if (read.status == net::IoStatus::ok) {
    in_.commit(read.bytes);
    stream_.set_activity(net::Activity::busy);
    return true;
  }
  if (read.status == net::IoStatus::expired && !in_.readable().empty()) {
    begin_request();
    refuse({408, "the request header took too long"});
  }
  return false;
}

void Session::render_answer(Response& response) {
  const bool close_delimited = response.source != nullptr && framing_.minor_version == 0;
  if (framing_.persistence == h1::Persistence::close || stream_.draining() || close_delimited)
    closing_ = true;
  const h1::Answer answer =
      request_.method == Method::head ? h1::Answer::head_only : h1::Answer::whole;
  const size_t before = out_.size();
  h1::render_head(response,
                  {.minor_version = framing_.minor_version,
                   .persistence = closing_ ? h1::Persistence::close : h1::Persistence::keep,
                   .answer = answer,
                   .date = date_.now(),
                   .request_id = request_.request_id},
                  out_);
  if (!h1::sends_body(response, answer)) {
    response.source.reset();
    response.body.clear();
  } else if (!is_large(response)) {
    out_.append(response.body);
  } else {
    bytes_out_ += response.source == nullptr ? response.body.size() : 0;
  }
  bytes_out_ += out_.size() - before;
  ++answers_waiting_;
}

void Session::end_request(const Response& response) {
  tell(response.status);
  in_.consume(head_bytes_ + body_in_buffer_);
  in_.append(leftover_);
  leftover_.clear();
  body_.clear();
  if (body_.capacity() > body_bytes_kept) body_.shrink_to_fit();
  scanner_.reset();
  head_pending_ = false;
  served_any_ = true;
}

void Session::tell(int status) {
  ended_ = Clock::now();
  if (parts_.sink == nullptr) return;
  observe::RequestEvent event;
  event.route = request_.route;
  event.method = request_.method_text;
  event.path = request_.path;
  event.request_id = request_.request_id;
  event.client_address = request_.client_address;
  event.status = status;
  event.bytes_in = head_bytes_ + request_.body.size();
  event.bytes_out = bytes_out_;
  event.duration_ns = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(ended_ - started_).count());
  event.stages = request_.stage_times;
  event.problem = request_.problem;
  event.loop_index = stream_.loop_index();
  parts_.sink->request(event);
}

void Session::refuse(h1::Fault fault) {
  closing_ = linger_ = true;
  framing_.persistence = h1::Persistence::close;
  const std::string code = "HTTP" + std::to_string(fault.status);
  Response response = error_response(fault.status, {.code = code, .message = fault.text});
  parts_.pipeline.after(request_, response);
  render_answer(response);
  tell(fault.status);
}

}  // namespace trivet::http
