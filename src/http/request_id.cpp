#include "http/request_id.h"

namespace trivet::http {

bool is_sane_request_id(std::string_view id) {
  if (id.empty() || id.size() > 128) return false;
  for (const char c : id) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '.' || c == '_' || c == ':' || c == '-';
    if (!plain) return false;
  }
  return true;
}

// SplitMix64: distinct for 2^64 calls, and neighbours look unrelated.
std::string_view RequestIds::next() {
  uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  z ^= z >> 31;
  for (char& digit : text_) {
    digit = "0123456789abcdef"[z & 15];
    z >>= 4;
  }
  return {text_.data(), text_.size()};
}

}  // namespace trivet::http
