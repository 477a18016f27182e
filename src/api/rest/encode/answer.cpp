#include "api/rest/encode/answer.h"

#include <fmt/format.h>

#include "api/rest/encode/error.h"
#include "api/rest/encode/rows.h"
#include "api/rest/request/url.h"
#include "value/json_writer.h"
#include "value/text_format.h"

namespace trivet::api::rest {
namespace {

using engine::CountKind;
using http::Method;

// Enough for most.
constexpr size_t location_bytes = 128;

// What the answer says about how many rows there are.
struct Counts {
  int64_t offset = 0;
  int64_t rows = 0;
  std::optional<int64_t> total;
};

void append_range(std::string& out, const Counts& counts) {
  if (counts.rows == 0 || counts.total == 0) {
    out += '*';
  } else {
    append_int64(out, counts.offset);
    out += '-';
    append_int64(out, counts.offset + counts.rows - 1);
  }
  out += '/';
  if (counts.total) append_int64(out, *counts.total);
  else out += '*';
}

void set_content_range(http::Response& response, const Counts& counts) {
  std::string range;
  append_range(range, counts);
  response.headers.emplace_back("Content-Range", std::move(range));
}

// Writes don't know estimates: `planned` stays unknown.
std::optional<int64_t> write_total(const Prepared& prepared, int64_t affected) {
  const CountKind count = prepared.prefer.count;
  if (count == CountKind::exact || count == CountKind::estimated) return affected;
  return std::nullopt;
}

void set_common(http::Response& response, const Prepared& prepared) {
  if (!prepared.preference_applied.empty())
    response.headers.emplace_back("Preference-Applied", prepared.preference_applied);
  if (prepared.tells_profile && !response.content_type.empty())
    response.headers.emplace_back("Content-Profile", prepared.catalog->profile());
}

void set_content_location(http::Response& response, const Run& run) {
  std::string location;
  location.reserve(location_bytes);
  for (const LocationPiece& piece : run.prepared.content_location) {
    location += piece.text;
    if (piece.segment < 0) continue;
    for (const SegmentText& literal : run.literals)
      if (literal.segment == piece.segment) append_encoded(location, literal.text);
  }
  response.headers.emplace_back("Content-Location", std::move(location));
}

EncodeOptions encode_options(const Prepared& prepared) {
  return {.format = {.zone = prepared.prefer.zone.get()},
          .nulls = prepared.media.nulls_stripped ? NullKeys::stripped : NullKeys::kept};
}

result<void> encode_body(const Prepared& prepared, const Batch& batch, std::string& out) {
  const EncodeOptions options = encode_options(prepared);
  switch (prepared.media.kind) {
    case MediaKind::object:
      if (batch.rows != 1)
        return fail(ErrorCode::not_singular, "Cannot coerce the result to a single JSON object",
                    fmt::format("The result contains {} rows", batch.rows));
      encode_object(out, prepared.codec, batch.row(0), options);
      return {};
    case MediaKind::csv: encode_csv(out, prepared.codec, batch, options); return {};
    default: encode_array(out, prepared.codec, batch, options); return {};
  }
}

// Beyond the end of a counted result. Keeps the headers of success.
void refuse_offset(http::Response& response, const Counts& counts) {
  response.status = 416;
  response.body = error_body(
      Error(ErrorCode::bad_range, "Requested range not satisfiable",
            fmt::format("An offset of {} was requested, but there are only {} rows.",
                        counts.offset, *counts.total)));
}

result<http::Response> answer_read(const Run& run, const engine::Outcome& outcome) {
  const Prepared& prepared = run.prepared;
  Counts counts{.offset = run.offset, .rows = outcome.rows.batch.rows, .total = std::nullopt};
  if (prepared.prefer.count != CountKind::none) counts.total = outcome.rows.total.value_or(counts.rows);

  http::Response response;
  response.headers.reserve(4);
  response.content_type = content_type(prepared.media);
  TRIVET_CHECK(encode_body(prepared, outcome.rows.batch, response.body));
  set_content_range(response, counts);
  set_content_location(response, run);
  set_common(response, prepared);
  if (counts.total && counts.offset > *counts.total && counts.offset > 0)
    refuse_offset(response, counts);
  else if (counts.total && counts.rows < *counts.total)
    response.status = 206;
  if (prepared.method == Method::head) response.body.clear();
  return response;
}

int write_status(const Prepared& prepared, const engine::Outcome& outcome) {
  const bool representation = prepared.wants_rows();
  switch (prepared.method) {
    case Method::post: {
      const bool merges = prepared.operation.kind == engine::OperationKind::upsert &&
                          !prepared.operation.write.ignore_duplicates;
      return merges && outcome.inserted == 0 ? 200 : 201;
    }
    case Method::put:
      if (!representation) return 204;
      return outcome.inserted > 0 ? 201 : 200;
    default: return representation ? 200 : 204;
  }
}

void set_location(http::Response& response, const Prepared& prepared, const Batch& batch) {
  if (prepared.key.empty() || batch.rows != 1) return;
  std::string location = "/";
  append_encoded(location, prepared.catalog->model(prepared.model).db_name);
  const FormatOptions format;
  for (size_t i = 0; i < prepared.key.size(); ++i) {
    location += i == 0 ? '?' : '&';
    append_encoded(location, prepared.key[i].field->db_name);
    const Value value = batch.row(0)[i];
    location += value.is_null() ? "=is." : "=eq.";
    std::string text = value.is_null() ? "null" : "";
    append_text_value(text, value, prepared.key[i].type, format);
    append_encoded(location, text);
  }
  response.set("Location", location);
}

void set_write_range(http::Response& response, const Prepared& prepared, int64_t affected) {
  const std::optional<int64_t> total = write_total(prepared, affected);
  if (prepared.method == Method::put) return;
  const int64_t shown = prepared.method == Method::patch ? affected : 0;
  set_content_range(response, {.offset = 0, .rows = shown, .total = total});
}

result<http::Response> answer_write(const Run& run, const engine::Outcome& outcome) {
  const Prepared& prepared = run.prepared;
  http::Response response;
  response.status = write_status(prepared, outcome);
  if (prepared.wants_rows()) {
    response.content_type = content_type(prepared.media);
    TRIVET_CHECK(encode_body(prepared, outcome.rows.batch, response.body));
  }
  set_location(response, prepared, outcome.rows.batch);
  set_write_range(response, prepared, outcome.affected);
  set_common(response, prepared);
  return response;
}

}  // namespace

result<http::Response> make_answer(const Run& run, const engine::Outcome& outcome) {
  return run.prepared.is_read() ? answer_read(run, outcome) : answer_write(run, outcome);
}

}  // namespace trivet::api::rest
