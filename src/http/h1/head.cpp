#include "http/h1/head.h"

#include <cstring>

#include "http/h1/characters.h"
#include "http/h1/fields.h"
#include "http/text.h"

namespace trivet::http::h1 {
namespace {

// Longest request line beside its target: method, two blanks, "HTTP/1.1".
constexpr size_t line_overhead = 64;
constexpr size_t method_bytes_max = 32;

Method method_of(std::string_view text) {
  switch (text.size()) {
    case 3: return text == "GET" ? Method::get : text == "PUT" ? Method::put : Method::other;
    case 4: return text == "POST" ? Method::post : text == "HEAD" ? Method::head : Method::other;
    case 5: return text == "PATCH" ? Method::patch : Method::other;
    case 6: return text == "DELETE" ? Method::delete_ : Method::other;
    case 7: return text == "OPTIONS" ? Method::options : Method::other;
    default: return Method::other;
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

parsed<int> parse_version(std::string_view text) {
  if (text == "HTTP/1.1") return 1;
  if (text == "HTTP/1.0") return 0;
  const bool well_formed = text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) &&
                           text[6] == '.' && is_digit(text[7]);
  if (well_formed) return fault(505, "only HTTP/1.0 and 1.1 are spoken here");
  return fault(400, "bad HTTP version");
}

void split_query(std::string_view origin_form, Request& request) {
  const size_t mark = origin_form.find('?');
  request.path = origin_form.substr(0, mark);
  request.query = mark == origin_form.npos ? std::string_view{} : origin_form.substr(mark + 1);
}

// absolute-form: "http://host[:port]/path". The authority is returned; it stands in for Host (RFC 9112, 3.2.2).
parsed<std::string_view> parse_absolute(std::string_view target, Request& request) {
  const size_t scheme = equals_lower(target.substr(0, 7), "http://")    ? 7
                        : equals_lower(target.substr(0, 8), "https://") ? 8
                                                                        : 0;
  if (scheme == 0) return fault(400, "bad request target");
  const std::string_view rest = target.substr(scheme);
  const size_t end = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, end);
  if (authority.empty() || !all_in(authority, host_character))
    return fault(400, "bad authority in the request target");
  split_query(end == rest.npos ? std::string_view{} : rest.substr(end), request);
  if (request.path.empty()) request.path = "/";
  return authority;
}

// The four forms of RFC 9112, 3.2. Returns the authority of an absolute target, else an empty view.
parsed<std::string_view> parse_target(std::string_view target, Request& request) {
  request.target = target;
  if (target.empty() || !all_in(target, target_character)) return fault(400, "bad request target");
  if (request.method_text == "CONNECT") return fault(501, "CONNECT is not supported");
  if (target.front() == '/') {
    split_query(target, request);
    return std::string_view{};
  }
  if (target == "*" && request.method == Method::options) {
    request.path = target;
    request.query = {};
    return std::string_view{};
  }
  return parse_absolute(target, request);
}

struct RequestLine {
  int minor_version;
  std::string_view authority;
};

parsed<RequestLine> parse_request_line(std::string_view line, const Limits& limits,
                                       Request& request) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == line.npos || first == last) return fault(400, "bad request line");
  request.method_text = line.substr(0, first);
  if (request.method_text.size() > method_bytes_max || !is_token(request.method_text))
    return fault(400, "bad method");
  request.method = method_of(request.method_text);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.size() > limits.url_bytes_max) return fault(414, "the URL is too long");
  // The version first: what else is on the line means something else in another version.
  const parsed<int> version = parse_version(line.substr(last + 1));
  if (!version) return std::unexpected(version.error());
  const parsed<std::string_view> authority = parse_target(target, request);
  if (!authority) return std::unexpected(authority.error());
  return RequestLine{*version, *authority};
}

// A server must ignore the Host that came with an absolute target (RFC 9112, 3.2.2).
void replace_host(std::string_view authority, Request& request) {
  for (HeaderView& field : request.headers)
    if (equals_lower(field.name, "host")) field.value = authority;
}

}  // namespace

// A head that cannot be completed within the limits is refused before it is whole.
parsed<size_t> HeadScanner::more(std::string_view buffer) const {
  if (lines_ == 0 && buffer.size() > limits_.url_bytes_max + line_overhead)
    return fault(414, "the URL is too long");
  if (buffer.size() > limits_.header_bytes_max) return fault(431, "the header is too large");
  return size_t{0};
}

parsed<size_t> HeadScanner::scan(std::string_view buffer) {
  if (!buffer.empty() && scanned_ == 0 && !is_in(buffer.front(), token_character))
    return fault(400, "bad method");
  for (;;) {
    const void* found =
        std::memchr(buffer.data() + scanned_, '\n', buffer.size() - scanned_);
    if (found == nullptr) {
      scanned_ = buffer.size();
      return more(buffer);
    }
    const auto at = static_cast<size_t>(static_cast<const char*>(found) - buffer.data());
    if (at == line_start_ || buffer[at - 1] != '\r') return fault(400, "a line ends in a bare LF");
    scanned_ = at + 1;
    if (at - line_start_ == 1) {
      if (scanned_ > limits_.header_bytes_max) return fault(431, "the header is too large");
      return scanned_;
    }
    line_start_ = scanned_;
    // The request line and as many fields as are allowed.
    if (++lines_ > limits_.header_count_max + 1) return fault(431, "too many header fields");
  }
}

parsed<Framing> parse_head(std::string_view head, const Limits& limits, Request& request) {
  const size_t end = head.find('\r');
  if (end == head.npos || head[end + 1] != '\n') return fault(400, "bare CR in the request line");
  const parsed<RequestLine> line = parse_request_line(head.substr(0, end), limits, request);
  if (!line) return std::unexpected(line.error());
  FieldReader fields(line->minor_version);
  request.headers.clear();
  std::string_view rest = head.substr(end + 2);
  while (rest != "\r\n") {
    const parsed<HeaderView> field = take_field(rest);
    if (!field) return std::unexpected(field.error());
    if (const parsed<void> read = fields.read(*field); !read) return std::unexpected(read.error());
    request.headers.push_back(*field);
  }
  if (!line->authority.empty()) replace_host(line->authority, request);
  return fields.finish();
}

}  // namespace trivet::http::h1
