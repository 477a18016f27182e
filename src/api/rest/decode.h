// http::Request → what to run: from the decode cache if an equal shape was decoded before, else by parsing and resolving.
#pragma once

#include "api/rest/decode_cache.h"
#include "api/rest/request/shape_scan.h"

namespace trivet::api::rest {

// Views the request.
struct Decoded {
  std::shared_ptr<const Prepared> prepared;
  store::Params params;
  Arena arena;  // of literals with escapes
  std::vector<SegmentText> literals;
};

struct DecodeOptions {
  std::string_view path_below_prefix;
  const std::vector<std::string>& schemas;  // that are served
  PrepareOptions prepare;
};

// `schema` is the one that will run it.
[[nodiscard]] result<Decoded> decode(const http::Request& request,
                                     const std::shared_ptr<const schema::Schema>& schema,
                                     const DecodeOptions& options, DecodeCache& cache);

}  // namespace trivet::api::rest
