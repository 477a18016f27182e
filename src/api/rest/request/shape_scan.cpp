#include "api/rest/request/shape_scan.h"

#include <algorithm>
#include <cstring>

#include "base/unicode.h"

namespace trivet::api::rest {
namespace {

using http::Method;

constexpr std::string_view literal_mark = "\x01";  // never part of a request target

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

bool is_count_literal(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_comparison(std::string_view op) {
  static constexpr std::string_view ops[] = {"eq",  "neq",  "gt",    "gte", "lt",
                                             "lte", "like", "ilike", "in",  "isdistinct"};
  return std::ranges::find(ops, op) != std::end(ops);
}

bool shapes(std::string_view last) {
  return last == "select" || last == "order" || last == "on_conflict";
}

// Empty: requests of this method are never alike.
std::string_view method_mark(Method method) {
  switch (method) {
    case Method::get: return "G";
    case Method::head: return "H";
    case Method::post: return "P";
    case Method::patch: return "U";
    case Method::delete_: return "D";
    default: return {};
  }
}

}  // namespace

void ShapeScan::append(std::string_view text) {
  if (text.size() > buffer_.size() - size_) {
    cacheable_ = false;
    return;
  }
  if (!text.empty()) std::memcpy(buffer_.data() + size_, text.data(), text.size());
  size_ += text.size();
}

void ShapeScan::take_literal(std::string_view head, std::string_view literal, int segment,
                             Arena& arena) {
  if (count_ == literals_.size()) {
    cacheable_ = false;
    return;
  }
  append(head);
  append(literal_mark);
  if (literal.find_first_of("%+") != literal.npos)
    literal = arena.copy(percent_decode(literal, Plus::is_space));
  else if (!is_valid_utf8(literal)) cacheable_ = false;
  literals_[count_++] = {.segment = segment, .text = literal};
}

void ShapeScan::scan_segment(std::string_view part, int segment, Arena& arena) {
  const size_t equals = part.find('=');
  const std::string_view key = part.substr(0, equals);
  if (part.empty() || equals == part.npos || !std::ranges::all_of(key, is_name_character) ||
      key == "apikey") {
    cacheable_ = false;
    return;
  }
  append("&");
  const std::string_view value = part.substr(equals + 1);
  const size_t last_dot = key.rfind('.');
  const std::string_view last = last_dot == key.npos ? key : key.substr(last_dot + 1);
  const size_t op = value.starts_with("not.") ? 4 : 0;
  const size_t dot = value.find('.', op);
  if (shapes(last) || (reads_ && last == "columns")) {
    append(part);
  } else if (last == "limit" || last == "offset") {
    if (is_count_literal(value)) take_literal(part.substr(0, equals + 1), value, segment, arena);
    else cacheable_ = false;
  } else if (last == "and" || last == "or") {
    cacheable_ = false;
  } else if (dot != value.npos && is_comparison(value.substr(op, dot - op))) {
    take_literal(part.substr(0, equals + dot + 2), value.substr(dot + 1), segment, arena);
  } else if (value.starts_with("is.") || value.starts_with("not.is.")) {
    append(part);
  } else {
    cacheable_ = false;
  }
}

void ShapeScan::append_headers(const Headers& headers) {
  for (const std::string_view header : {headers.accept, headers.prefer, headers.accept_profile}) {
    append("\n");
    append(header);
  }
  if (reads_) return;
  for (const std::string_view header : {headers.content_type, headers.content_profile}) {
    append("\n");
    append(header);
  }
}

void ShapeScan::add_body_keys(std::span<const std::string> keys) {
  for (const std::string& key : keys) {
    if (key.find('\n') != key.npos) cacheable_ = false;
    append("\n");
    append(key);
  }
}

ShapeScan::ShapeScan(const http::Request& request, const Headers& headers, Arena& arena)
    : reads_(request.method == Method::get || request.method == Method::head) {
  const bool ranged = request.method == Method::get && !headers.range.empty();
  const std::string_view mark = method_mark(request.method);
  cacheable_ = !ranged && !headers.several_prefer && !mark.empty();
  if (!cacheable_) return;
  append(mark);
  append(request.path);
  std::string_view query = request.query;
  for (int segment = 0; !query.empty() && cacheable_; ++segment) {
    const size_t end = query.find('&');
    scan_segment(query.substr(0, end), segment, arena);
    query = end == query.npos ? std::string_view{} : query.substr(end + 1);
  }
  append_headers(headers);
}

}  // namespace trivet::api::rest
