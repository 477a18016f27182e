#include "api/rest/watch/owned_request.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace trivet::api::rest {
namespace {

// What would make another answer of it than all of its rows as JSON.
constexpr std::array<std::string_view, 5> left_out = {"accept", "prefer", "range", "range-unit", "if-none-match"};

bool is_left_out(std::string_view name) {
  return std::ranges::any_of(left_out, [name](std::string_view one) {
    return std::ranges::equal(one, name, [](char left, char right) {
      return left == std::tolower(static_cast<unsigned char>(right));
    });
  });
}

}  // namespace

OwnedRequest::OwnedRequest(const http::Request& request)
    : path_(request.path),
      query_(request.query),
      client_address_(request.client_address),
      request_id_(request.request_id),
      patience_(request.deadline - std::chrono::steady_clock::now()) {
  for (const http::HeaderView& header : request.headers)
    if (!is_left_out(header.name)) headers_.emplace_back(header.name, header.value);
}

http::Request OwnedRequest::with(std::string& query, const std::string& more) const {
  query = query_.empty() ? more : query_ + '&' + more;
  http::Request request;
  request.method = http::Method::get;
  request.method_text = "GET";
  request.path = path_;
  request.query = query;
  for (const auto& [name, value] : headers_) request.headers.push_back({name, value});
  request.headers.push_back({"accept", "application/json"});
  request.client_address = client_address_;
  request.request_id = request_id_;
  request.deadline = std::chrono::steady_clock::now() + patience_;
  return request;
}

}  // namespace trivet::api::rest
