// Content negotiation (dialects/rest.md, section 6). Values; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trivet::api::rest {

enum class MediaKind : uint8_t { any, json, array, object, csv, geojson, openapi, plan, other };

// What application/vnd.pgrst.plan asks for.
struct PlanMedia {
  bool json = false;
  bool analyze = false;
  bool verbose = false;
  bool settings = false;
  bool buffers = false;
  bool wal = false;
};

struct Media {
  MediaKind kind = MediaKind::json;
  bool nulls_stripped = false;  // array and object only
  std::string text;             // normalised, as PGRST107 lists it
  PlanMedia plan{};             // plan only
};

// By q, then by specificity, then as sent. Absent or empty = `*/*`.
[[nodiscard]] std::vector<Media> parse_accept(std::string_view accept);

// The answer's type for a relation, or for the root document; PGRST107 if none is acceptable.
enum class Resource : uint8_t { relation, explained_relation, root };  // explained: also a plan of it
[[nodiscard]] result<Media> negotiate(std::string_view accept, Resource resource);

// With charset. Static storage. Not of a plan, whose type is its text.
[[nodiscard]] std::string_view content_type(const Media& media);

}  // namespace trivet::api::rest
