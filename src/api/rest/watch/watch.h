// Who asks for a table's changes: GET with `Accept: text/event-stream`.
#pragma once

#include "api/rest/decode.h"
#include "api/rest/watch/event_stream.h"
#include "engine/changes/feed.h"

namespace trivet::api::rest {

[[nodiscard]] bool wants_events(const http::Request& request);

// That what was decoded names rows that can be watched. bad_query_string, missing_capability.
[[nodiscard]] result<void> check_watchable(const Prepared& prepared, const http::Request& request);

// The stream; once the table has been read with success. too_many where the feed takes no more.
[[nodiscard]] result<http::Response> open_stream(RowReader& reader, const http::Request& request,
                                                 std::unique_ptr<engine::Watch> watch);

}  // namespace trivet::api::rest
