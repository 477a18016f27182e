// Entity tags and conditional reads (RFC 9110, 8.8.3 and 13.1.2). Pure functions.
//
// The tag is a weak one, made of a 64-bit hash of the body before compression: the same content has the same tag in
// every coding, on every node and after a restart.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"
#include "http/pipeline/pipeline.h"

namespace trivet::http {

// Never 0.
[[nodiscard]] uint64_t content_hash(std::string_view body);

// Tags a 200 to GET or HEAD that has a body and no tag yet; makes it a 304 when If-None-Match names that tag.
void apply_etag(const Request& request, const PipelineHeaders& headers, Response& response);

}  // namespace trivet::http
