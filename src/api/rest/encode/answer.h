// Outcome of a prepared request → HTTP answer: status, headers, body (dialects/rest.md, sections 4, 6, 7, 8). Pure.
#pragma once

#include <span>
#include <string_view>

#include "api/rest/request/shape_scan.h"
#include "api/rest/resolve/prepared.h"
#include "engine/engine.h"
#include "http/message.h"

namespace trivet::api::rest {

struct Run {
  const Prepared& prepared;
  int64_t offset = 0;                      // of the page that ran
  std::span<const SegmentText> literals;   // of this request, for Content-Location
};

// Errors: PGRST116.
[[nodiscard]] result<http::Response> make_answer(const Run& run, const engine::Outcome& outcome);

}  // namespace trivet::api::rest
