#include "http/h1/chunked.h"

#include <algorithm>

#include "http/h1/characters.h"
#include "http/h1/fields.h"

namespace trivet::http::h1 {
namespace {

// One extension or trailer byte per body byte is generous; endless ones are an attack (CVE-2023-39326).
constexpr size_t overhead_max = 16 * 1024;
constexpr unsigned size_digits_max = 16;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

parsed<ChunkedDecoder::Step> ChunkedDecoder::feed(std::string_view input, std::string& body) {
  size_t at = 0;
  while (at < input.size() && state_ != State::done) {
    if (state_ != State::data) {
      if (const parsed<void> stepped = step(input[at]); !stepped)
        return std::unexpected(stepped.error());
      ++at;
      continue;
    }
    if (size_ > limits_->body_bytes_max - body.size()) return fault(413, "the body is too large");
    const size_t take = std::min<uint64_t>(size_, input.size() - at);
    body.append(input.substr(at, take));
    at += take;
    size_ -= take;
    if (size_ == 0) state_ = State::data_cr;
  }
  return Step{at, state_ == State::done ? Progress::done : Progress::more};
}

parsed<void> ChunkedDecoder::expect(char c, char expected, State next) {
  if (c != expected) return fault(400, "bad chunk");
  state_ = next;
  return {};
}

parsed<void> ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::size_first:
    case State::size_rest:
      return on_size(c);
    case State::extension:
      if (c == '\r') {
        state_ = State::size_lf;
        return {};
      }
      if (!is_in(c, value_character)) return fault(400, "bad chunk extension");
      if (++overhead_ > overhead_max) return fault(400, "too many chunk extensions");
      return {};
    case State::size_lf: {
      const State next = size_ == 0 ? State::trailer_start : State::data;
      return expect(c, '\n', next);
    }
    case State::data_cr:
      return expect(c, '\r', State::data_lf);
    case State::data_lf:
      size_digits_ = 0;
      return expect(c, '\n', State::size_first);
    case State::end_lf:
      return expect(c, '\n', State::done);
    default:
      return on_trailer(c);
  }
}

parsed<void> ChunkedDecoder::on_size(char c) {
  const int digit = hex_digit(c);
  if (digit >= 0) {
    if (++size_digits_ > size_digits_max) return fault(400, "bad chunk size");
    size_ = size_ * 16 + static_cast<uint64_t>(digit);
    state_ = State::size_rest;
    return {};
  }
  if (state_ == State::size_first) return fault(400, "bad chunk size");
  if (c == ';') {
    state_ = State::extension;
    return {};
  }
  if (c != '\r') return fault(400, "bad chunk size");
  state_ = State::size_lf;
  return {};
}

parsed<void> ChunkedDecoder::on_trailer(char c) {
  if (state_ == State::trailer_start && c == '\r') {
    state_ = State::end_lf;
    return {};
  }
  if (++overhead_ > overhead_max) return fault(431, "the trailers are too large");
  line_.push_back(c);
  if (state_ == State::trailer_lf) {
    if (c != '\n') return fault(400, "bare CR in a trailer");
    if (++trailers_ > limits_->header_count_max) return fault(431, "too many trailers");
    std::string_view rest = line_;
    const parsed<HeaderView> field = take_field(rest);
    if (!field) return std::unexpected(field.error());
    line_.clear();
    state_ = State::trailer_start;
    return {};
  }
  if (c == '\n') return fault(400, "a trailer ends in a bare LF");
  state_ = c == '\r' ? State::trailer_lf : State::trailer;
  return {};
}

}  // namespace trivet::http::h1
