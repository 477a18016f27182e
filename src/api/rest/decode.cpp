#include "api/rest/decode.h"

#include <algorithm>

namespace trivet::api::rest {
namespace {

// Puts this request's literals into the places of the ones that the shape was first seen with.
result<void> fill_slots(Decoded& decoded, const Limits& limits) {
  const Prepared& prepared = *decoded.prepared;
  decoded.params.values = prepared.parameters.params.values;
  const LiteralContext context{
      .catalog = *prepared.catalog, .zone = prepared.prefer.zone.get(), .limits = limits};
  for (const Slot& slot : prepared.parameters.slots)
    for (const SegmentText& literal : decoded.literals) {
      if (literal.segment != slot.segment) continue;
      TRIVET_TRY(decoded.params.values[slot.param],
                 coerce_literal(slot.literal, literal.text, context, decoded.arena));
    }
  return {};
}

bool same_visibility(const Prepared& prepared, const Visibility& visibility) {
  return std::ranges::all_of(prepared.seen, [&](const SeenField& seen) {
    return visibility.readable(seen.model, seen.field) == seen.readable;
  });
}

}  // namespace

result<Decoded> decode(const http::Request& request,
                       const std::shared_ptr<const schema::Schema>& schema,
                       const DecodeOptions& options, DecodeCache& cache) {
  const std::shared_ptr<const Catalog> catalog = cache.catalog(schema);
  const Headers headers = find_headers(request);
  Decoded decoded;
  const ShapeScan scan(request, headers, decoded.arena);
  if (scan.has_key()) {
    decoded.literals.assign(scan.literals().begin(), scan.literals().end());
    decoded.prepared = cache.find(scan.key());
    // A literal that doesn't fit is told about by the general path, in its words.
    if (decoded.prepared && same_visibility(*decoded.prepared, options.prepare.visibility) &&
        fill_slots(decoded, options.prepare.limits))
      return decoded;
  }
  TRIVET_TRY(ApiRequest api, decode_request(request, options.path_below_prefix));
  for (const SegmentText& literal : decoded.literals) api.simple_segments.push_back(literal.segment);
  const RequestBody body{.content_type = headers.content_type, .bytes = request.body};
  TRIVET_TRY(const std::shared_ptr<Prepared> prepared, prepare(catalog, api, body, options.prepare));
  if (scan.has_key()) cache.put(scan.key(), prepared);
  decoded.params = prepared->parameters.params;
  decoded.prepared = prepared;
  return decoded;
}

}  // namespace trivet::api::rest
