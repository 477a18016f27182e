#include "http/pipeline/etag.h"

#include <fmt/format.h>

#include <cstring>

#include "http/text.h"

namespace trivet::http {
namespace {

constexpr uint64_t secret0 = 0xa0761d6478bd642f;
constexpr uint64_t secret1 = 0xe7037ed1a0b428db;

__extension__ using Product = unsigned __int128;

uint64_t load(const char* from) {
  uint64_t word;
  std::memcpy(&word, from, 8);
  return word;
}

uint64_t fold(uint64_t a, uint64_t b) {
  const auto product = static_cast<Product>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

bool has_own_tag(const Response& response) {
  for (const auto& [name, value] : response.headers)
    if (name.size() == 4 && equals_lower(name, "etag")) return true;
  return false;
}

// Weak comparison: "W/" is ignored.
bool names_tag(std::string_view list, std::string_view opaque) {
  while (!list.empty()) {
    std::string_view element = take_element(list);
    if (element == "*") return true;
    if (element.starts_with("W/")) element.remove_prefix(2);
    if (element == opaque) return true;
  }
  return false;
}

// What a 304 may say of the content that it does not carry (RFC 9110, 15.4.5).
bool stays_on_304(std::string_view name) {
  if (name.size() >= 8 && equals_lower(name.substr(0, 8), "content-"))
    return equals_lower(name, "content-location");
  return true;
}

void make_not_modified(Response& response) {
  response.status = 304;
  response.reason = {};
  response.body.clear();
  response.content_type.clear();
  std::erase_if(response.headers, [](const auto& field) { return !stays_on_304(field.first); });
}

}  // namespace

// wyhash's mixing over 32 bytes at a time: two independent multiplications per round.
uint64_t content_hash(std::string_view body) {
  const char* at = body.data();
  size_t left = body.size();
  uint64_t a = secret0 ^ left;
  uint64_t b = secret1;
  while (left >= 32) {
    a = fold(load(at) ^ secret1, load(at + 8) ^ a);
    b = fold(load(at + 16) ^ secret0, load(at + 24) ^ b);
    at += 32;
    left -= 32;
  }
  char tail[32] = {};
  if (left > 0) std::memcpy(tail, at, left);
  a = fold(load(tail) ^ secret1, load(tail + 8) ^ a);
  b = fold(load(tail + 16) ^ secret0, load(tail + 24) ^ b);
  const uint64_t hash = fold(a ^ secret0 ^ body.size(), b ^ secret1);
  return hash == 0 ? 1 : hash;
}

void apply_etag(const Request& request, const PipelineHeaders& headers, Response& response) {
  if (response.status != 200 || response.body.empty() || response.source != nullptr) return;
  if (request.method != Method::get && request.method != Method::head) return;
  if (response.etag == 0) {
    if (has_own_tag(response)) return;
    response.etag = content_hash(response.body);
  }
  if (headers.if_none_match.data() == nullptr) return;
  if (names_tag(headers.if_none_match, fmt::format("\"{:016x}\"", response.etag)))
    make_not_modified(response);
}

}  // namespace trivet::http
