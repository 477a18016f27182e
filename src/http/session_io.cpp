// The parts of a session that wait: bodies in, large answers out, the end.
#include <algorithm>

#include "http/session.h"

namespace trivet::http {
namespace {

constexpr size_t piece_bytes = 64 * 1024;
// Answers to a pipeline are held back up to this size.
constexpr size_t coalesce_bytes_max = 64 * 1024;
// Slower than this on average, beyond the timeout, is an attack and not a network.
constexpr uint64_t rate_min_per_second = 16 * 1024;
// Large answers are sent in slices, each within the write timeout: the slowest reader that is served.
constexpr size_t slice_bytes = 256 * 1024;
// How much of what a refused client still sends is read, so that it gets to see the answer.
constexpr size_t linger_bytes_max = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds linger_timeout{2000};

std::chrono::milliseconds time_for(uint64_t bytes) {
  return std::chrono::milliseconds(bytes * 1000 / rate_min_per_second);
}

}  // namespace

// False when the body must be waited for.
bool Session::take_buffered_body() {
  if (framing_.body == h1::BodyKind::none) return true;
  if (framing_.body == h1::BodyKind::chunked) return false;
  const std::string_view behind = in_.readable().substr(head_bytes_);
  if (behind.size() < framing_.content_length) return false;
  body_in_buffer_ = framing_.content_length;
  request_.body = behind.substr(0, body_in_buffer_);
  return true;
}

task<bool> Session::read_body() {
  const bool nothing_yet = in_.readable().size() == head_bytes_;
  if (framing_.expect_continue && nothing_yet) out_.append("HTTP/1.1 100 Continue\r\n\r\n");
  const bool flushed = co_await flush_rest({});
  if (!flushed) {
    closing_ = true;
    co_return false;
  }
  body_started_ = Clock::now();
  bool whole = false;
  if (framing_.body == h1::BodyKind::fixed)
    whole = co_await read_fixed();
  else
    whole = co_await read_chunked();
  stream_.expire_never();
  request_.body = body_;
  co_return whole;
}

// The in-buffer may not grow meanwhile: the request's views point into it.
task<net::IoResult> Session::read_piece(std::span<char> piece) {
  stream_.expire_at(body_started_ + parts_.limits.body_timeout + time_for(body_.size()));
  co_return co_await stream_.read_some(piece);
}

bool Session::fail_body(net::IoStatus status) {
  if (status == net::IoStatus::expired) refuse({408, "the request body took too long"});
  closing_ = true;
  return false;
}

task<bool> Session::read_fixed() {
  const size_t length = framing_.content_length;
  body_.assign(in_.readable().substr(head_bytes_));
  body_in_buffer_ = body_.size();
  const size_t room = std::min(length - body_.size(), piece_bytes);
  const auto piece = std::make_unique_for_overwrite<char[]>(room);
  while (body_.size() < length) {
    const size_t wanted = std::min(length - body_.size(), room);
    const net::IoResult read = co_await read_piece({piece.get(), wanted});
    if (read.status != net::IoStatus::ok) co_return fail_body(read.status);
    body_.append(piece.get(), read.bytes);
  }
  co_return true;
}

task<bool> Session::read_chunked() {
  h1::ChunkedDecoder decoder(parts_.limits);
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_bytes);
  std::string_view input = in_.readable().substr(head_bytes_);
  body_in_buffer_ = input.size();
  bool from_buffer = true;
  for (;;) {
    const h1::parsed<h1::ChunkedDecoder::Step> step = decoder.feed(input, body_);
    if (!step) {
      refuse(step.error());
      co_return false;
    }
    if (step->progress == h1::ChunkedDecoder::Progress::done) {
      if (from_buffer)
        body_in_buffer_ = step->consumed;
      else
        leftover_ = input.substr(step->consumed);
      co_return true;
    }
    const net::IoResult read = co_await read_piece({piece.get(), piece_bytes});
    if (read.status != net::IoStatus::ok) co_return fail_body(read.status);
    input = {piece.get(), read.bytes};
    from_buffer = false;
  }
}

bool Session::must_flush() const {
  return out_.size() >= coalesce_bytes_max || answers_waiting_ >= parts_.limits.pipeline_depth_max;
}

// Answers of a pipeline are held back to leave together, but not for as long as a handler waits. What is posted
// runs only after the handler has suspended or ended, and in the second case finds nothing to do.
void Session::flush_if_handler_waits() {
  if (out_.empty() || flush_posted_) return;
  flush_posted_ = true;
  if (self_ == nullptr) self_ = std::make_shared<Session*>(this);
  stream_.post([weak = std::weak_ptr<Session*>(self_)] {
    if (const std::shared_ptr<Session*> session = weak.lock()) (*session)->flush_early();
  });
}

void Session::flush_early() {
  flush_posted_ = false;
  if (!handling_ || out_.empty()) return;
  // A failure shows itself again at the next write.
  const net::IoResult written = stream_.try_write(out_, {});
  out_.erase(0, written.bytes);
  if (out_.empty()) answers_waiting_ = 0;
}

Session::Flushed Session::try_flush(std::string_view body) {
  if (out_.empty() && body.empty()) return Flushed::done;
  const net::IoResult written = stream_.try_write(out_, body);
  if (written.status == net::IoStatus::ok) {
    out_.clear();
    answers_waiting_ = 0;
    return Flushed::done;
  }
  if (written.status != net::IoStatus::blocked || !body.empty()) return Flushed::failed;
  out_.erase(0, written.bytes);
  return Flushed::blocked;
}

task<bool> Session::flush_rest(std::string_view body) {
  std::string_view head = out_;
  net::IoStatus status = net::IoStatus::ok;
  while ((!head.empty() || !body.empty()) && status == net::IoStatus::ok) {
    const std::string_view slice = body.substr(0, slice_bytes);
    // Each slice has the timeout for itself: a client that reads nothing is cut then, whatever the length.
    stream_.expire_at(Clock::now() + parts_.limits.write_timeout);
    status = co_await stream_.write_all(head, slice);
    head = {};
    body.remove_prefix(slice.size());
  }
  stream_.expire_never();
  out_.clear();
  answers_waiting_ = 0;
  co_return status == net::IoStatus::ok;
}

task<bool> Session::send_large(Response& response) {
  if (response.source == nullptr) co_return co_await flush_rest(response.body);
  co_return co_await send_source(response);
}

task<bool> Session::send_source(Response& response) {
  const bool chunked = framing_.minor_version >= 1;
  std::string piece = std::move(response.body);
  for (;;) {
    const size_t before = out_.size();
    if (chunked)
      h1::render_chunk(piece, out_);
    else
      out_.append(piece);
    bytes_out_ += out_.size() - before;
    const bool is_live = response.source->pace() == Pace::live;
    if (is_live && stream_.draining()) break;
    if (out_.size() >= piece_bytes || is_live) {
      const bool sent = co_await flush_rest({});
      if (!sent) co_return false;
    }
    piece.clear();
    const bool alive = co_await response.source->next(piece);
    if (!alive) co_return false;
    if (piece.empty()) break;
  }
  if (chunked) out_.append(h1::last_chunk);
  co_return true;
}

task<void> Session::close() {
  const bool sent = co_await flush_rest({});
  const bool unread = linger_ || !in_.readable().empty();
  if (!sent || !unread) co_return;
  // Closing with unread bytes resets the connection, and the reset overtakes the answer (RFC 9112, 9.6).
  stream_.shutdown_write();
  stream_.expire_at(Clock::now() + linger_timeout);
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_bytes);
  size_t read_bytes = 0;
  while (read_bytes < linger_bytes_max) {
    const net::IoResult read = co_await stream_.read_some({piece.get(), piece_bytes});
    if (read.status != net::IoStatus::ok) break;
    read_bytes += read.bytes;
  }
}

}  // namespace trivet::http
