// Any bytes as a request: first line a query string, the rest a body in each content type. Never a crash; what is refused is
// refused with an error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/rest/request/body.h"
#include "api/rest/request/media.h"
#include "api/rest/request/parse.h"
#include "api/rest/request/prefer.h"
#include "api/rest/request/shape_scan.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet;
  using namespace trivet::api::rest;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = std::min(text.find('\n'), text.size());
  const std::string_view query = text.substr(0, line);
  const std::string_view bytes = text.substr(std::min(line + 1, text.size()));

  const auto parsed = parse_query(split_query(query));
  (void)parse_prefer(query);
  (void)negotiate(query, Resource::explained_relation);
  Arena arena;
  http::Request request;
  request.method = http::Method::get;
  request.path = "/rest/v1/t";
  request.query = query;
  const ShapeScan scan(request, find_headers(request), arena);
  (void)scan.key();
  for (const std::string_view type :
       {"application/json", "text/csv", "application/x-www-form-urlencoded"}) {
    const BodySource source{.content_type = type,
                            .bytes = bytes,
                            .columns = parsed && parsed->columns ? &*parsed->columns : nullptr};
    (void)parse_body(source, Limits{}, arena);
  }
  return 0;
}
