// Content coding of answers by Accept-Encoding (RFC 9110, 12.5.3): zstd, brotli or gzip. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"
#include "http/pipeline/pipeline.h"

namespace trivet::http {

enum class Coding : uint8_t { identity, gzip, brotli, zstd };

// The acceptable coding with the highest weight; among equals the cheapest for its size: zstd, brotli, gzip.
// identity when none is acceptable: an answer is better than a 406.
[[nodiscard]] Coding choose_coding(std::string_view accept_encoding);

// Token of Content-Encoding; empty for identity.
[[nodiscard]] std::string_view coding_name(Coding coding);

// Whether bodies of that type shrink: text, JSON, XML, scripts, SVG; not images, archives, octets.
[[nodiscard]] bool is_compressible_type(std::string_view content_type);

[[nodiscard]] result<std::string> encode_body(Coding coding, std::string_view body);

// Whether apply_compression has a body to encode.
[[nodiscard]] bool will_compress(const CompressionOptions& options, const PipelineHeaders& headers,
                                 const Response& response);

// Encodes a body that is large enough, of a fitting type, and not encoded yet, if that makes it smaller.
void apply_compression(const CompressionOptions& options, const PipelineHeaders& headers,
                       Response& response);

}  // namespace trivet::http
