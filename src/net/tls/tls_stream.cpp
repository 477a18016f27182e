#include "net/tls/tls_stream.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace trivet::net {
namespace {

constexpr size_t record_bytes = SSL3_RT_MAX_PLAIN_LENGTH;

bool says_plain_http() {
  const int reason = ERR_GET_REASON(ERR_peek_error());
  return reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST;
}

// The next record: of both, so that a head and a short body leave as one.
std::string_view next_record(std::string_view first, std::string_view second,
                             std::array<char, record_bytes>& joined) {
  if (second.empty() || first.size() >= record_bytes) return first.substr(0, record_bytes);
  if (first.empty()) return second.substr(0, record_bytes);
  const size_t of_second = std::min(second.size(), record_bytes - first.size());
  std::memcpy(joined.data(), first.data(), first.size());
  std::memcpy(joined.data() + first.size(), second.data(), of_second);
  return {joined.data(), first.size() + of_second};
}

}  // namespace

TlsStream::TlsStream(boost::asio::io_context& context, int descriptor, std::string peer,
                     Origin origin, std::shared_ptr<const TlsContext> tls)
    : SocketStream(context, descriptor, std::move(peer), origin),
      tls_(std::move(tls)),
      ssl_(SSL_new(tls_->get())) {
  if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), descriptor) != 1) broken_ = true;
}

task<IoStatus> TlsStream::wait_for(int code) {
  const int error = SSL_get_error(ssl_.get(), code);
  if (error == SSL_ERROR_WANT_READ) co_return co_await wait_until(Direction::readable);
  if (error == SSL_ERROR_WANT_WRITE) co_return co_await wait_until(Direction::writable);
  if (error == SSL_ERROR_ZERO_RETURN) co_return IoStatus::end;
  broken_ = true;
  plain_http_ = says_plain_http();
  co_return IoStatus::failed;
}

task<IoStatus> TlsStream::handshake() {
  while (!broken_) {
    ERR_clear_error();
    const int code = SSL_accept(ssl_.get());
    if (code == 1) co_return IoStatus::ok;
    const IoStatus status = co_await wait_for(code);
    if (status != IoStatus::ok) co_return status;
  }
  co_return IoStatus::failed;
}

task<IoResult> TlsStream::read_some(std::span<char> buffer) {
  if (const IoStatus interrupted = take_cause(); interrupted != IoStatus::ok)
    co_return IoResult{0, interrupted};
  while (!broken_) {
    ERR_clear_error();
    size_t bytes = 0;
    const int code = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &bytes);
    if (code == 1) co_return IoResult{bytes, IoStatus::ok};
    const IoStatus status = co_await wait_for(code);
    if (status != IoStatus::ok) co_return IoResult{0, status};
  }
  co_return IoResult{0, IoStatus::failed};
}

IoResult TlsStream::try_write(std::string_view first, std::string_view second) {
  if (const IoStatus interrupted = take_cause(); interrupted != IoStatus::ok)
    return {0, interrupted};
  if (broken_) return {0, IoStatus::failed};
  std::array<char, record_bytes> joined;
  size_t total = 0;
  while (!first.empty() || !second.empty()) {
    const std::string_view record = next_record(first, second, joined);
    ERR_clear_error();
    size_t bytes = 0;
    const int code = SSL_write_ex(ssl_.get(), record.data(), record.size(), &bytes);
    if (code != 1) {
      if (SSL_get_error(ssl_.get(), code) == SSL_ERROR_WANT_WRITE)
        return {total, IoStatus::blocked};
      broken_ = true;
      return {total, IoStatus::failed};
    }
    total += bytes;
    drop_prefix(first, second, bytes);
  }
  return {total, IoStatus::ok};
}

bool TlsStream::was_proof() const { return SSL_get_SSL_CTX(ssl_.get()) != tls_->get(); }

void TlsStream::finish() {
  if (broken_ || SSL_is_init_finished(ssl_.get()) == 0) return;
  ERR_clear_error();
  if (SSL_shutdown(ssl_.get()) < 0) broken_ = true;
  ERR_clear_error();
}

void TlsStream::shutdown_write() {
  finish();
  SocketStream::shutdown_write();
}

}  // namespace trivet::net
