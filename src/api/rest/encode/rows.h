// Rows → body text (dialects/rest.md, sections 6 and 14), appended to a string: no tree in between.
#pragma once

#include <string>

#include "api/rest/encode/codec.h"
#include "value/format_options.h"
#include "value/value.h"

namespace trivet::api::rest {

enum class NullKeys : uint8_t { kept, stripped };

struct EncodeOptions {
  FormatOptions format;
  NullKeys nulls = NullKeys::kept;
};

// [{…},{…}]
void encode_array(std::string& out, const LevelCodec& codec, const Batch& batch,
                  const EncodeOptions& options);
// {…}; `batch` has a row `row`.
void encode_object(std::string& out, const LevelCodec& codec, std::span<const Value> row,
                   const EncodeOptions& options);
// Header line, then the rows; no newline at the end, but one when there are none.
void encode_csv(std::string& out, const LevelCodec& codec, const Batch& batch,
                const EncodeOptions& options);

}  // namespace trivet::api::rest
