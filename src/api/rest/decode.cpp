#include "api/rest/decode.h"

#include <algorithm>
#include <new>

#include "api/rest/resolve/writes.h"

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

// Larger ones are read once, by the general path: decoding them costs little beside their rows.
constexpr size_t cached_body_max = 4096;  // bytes

bool has_body(http::Method method) {
  return method == http::Method::post || method == http::Method::patch;
}

// The keys of a body belong to the shape. One that can't be read is told about by the general path.
Payload read_small_body(const http::Request& request, const Headers& headers, const Limits& limits,
                        ShapeScan& scan, Arena& arena) {
  const BodySource source{.content_type = headers.content_type, .bytes = request.body};
  auto payload = request.body.size() <= cached_body_max
                     ? parse_body(source, limits, arena)
                     : std::unexpected(Error(ErrorCode::too_large, "not looked at"));
  if (!payload || payload->rows == 0 || payload->keys.empty()) {
    scan.drop_key();
    return {};
  }
  scan.add_body_keys(payload->keys);
  return *std::move(payload);
}

result<void> fill_rows(Decoded& decoded, const Payload& payload, const Limits& limits) {
  const Prepared& prepared = *decoded.prepared;
  const LiteralContext context{
      .catalog = *prepared.catalog, .zone = prepared.prefer.zone.get(), .limits = limits};
  const uint32_t rows = prepared.method == http::Method::patch ? 1 : payload.rows;
  const size_t width = prepared.body_columns.size();
  Value* cells = decoded.arena.allocate_array<Value>(rows * width);
  for (uint32_t row = 0; row < rows; ++row)
    for (size_t i = 0; i < width; ++i) {
      TRIVET_TRY(const Value value, coerce_cell(prepared.body_columns[i], payload.at(row, i),
                                                context, decoded.arena));
      new (&cells[row * width + i]) Value(value);
    }
  decoded.params.blocks.push_back({.rows = rows, .cells = {cells, rows * width}});
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
  cache.keep_for(schema);
  const Headers headers = find_headers(request);
  Decoded decoded;
  ShapeScan scan(request, headers, decoded.arena);
  const Limits& limits = options.prepare.limits;
  Payload payload;
  if (scan.has_key() && has_body(request.method))
    payload = read_small_body(request, headers, limits, scan, decoded.arena);
  if (scan.has_key()) {
    decoded.literals.assign(scan.literals().begin(), scan.literals().end());
    decoded.prepared = cache.find(scan.key());
    // A literal that doesn't fit is told about by the general path, in its words.
    if (decoded.prepared && same_visibility(*decoded.prepared, options.prepare.visibility) &&
        fill_slots(decoded, limits) &&
        (payload.rows == 0 || fill_rows(decoded, payload, limits)))
      return decoded;
    decoded.params = {};
  }
  TRIVET_TRY(ApiRequest api, decode_request(request, options.path_below_prefix, options.schemas));
  for (const SegmentText& literal : decoded.literals) api.simple_segments.push_back(literal.segment);
  const RequestBody body{.content_type = headers.content_type, .bytes = request.body};
  TRIVET_TRY(const std::shared_ptr<Prepared> prepared,
             prepare(cache.catalog(schema, {options.schemas, api.profile}), api, body, options.prepare));
  decoded.params = prepared->parameters.params;
  decoded.prepared = prepared;
  // What the cache keeps views no body; nested writes are in the operation, values and all.
  prepared->parameters.params.blocks.clear();
  if (scan.has_key() && !prepared->is_callers_own && prepared->body_columns.size() == payload.keys.size())
    cache.put(scan.key(), prepared);
  return decoded;
}

}  // namespace trivet::api::rest
