#include "http/pipeline/pipeline.h"

#include "http/pipeline/compress.h"
#include "http/pipeline/cors.h"
#include "http/pipeline/etag.h"
#include "http/pipeline/server_timing.h"
#include "http/text.h"

namespace trivet::http {
namespace {

// Takes some hundred microseconds to compress: longer than the way to another thread and back.
constexpr size_t long_bytes_min = 64 * 1024;

struct Exchange {
  const PipelineOptions& options;
  const std::string& hsts;
  const Request& request;
  const PipelineHeaders& headers;
  Response& response;
};

struct AfterStep {
  Pipeline::Step description;
  void (*run)(const Exchange& exchange);
};

void tag(const Exchange& x) {
  if (x.options.etag == Switch::on) apply_etag(x.request, x.headers, x.response);
}

void compress(const Exchange& x) {
  if (x.options.compression.enabled == Switch::on)
    apply_compression(x.options.compression, x.headers, x.response);
}

void share(const Exchange& x) { apply_cors(x.options.cors, x.headers, x.response); }

void time(const Exchange& x) {
  if (x.options.server_timing == Switch::on) apply_server_timing(x.request, x.response);
}

void insist(const Exchange& x) {
  if (!x.hsts.empty()) x.response.set("Strict-Transport-Security", x.hsts);
}

// Order matters; each entry says why it stands where it does.
constexpr AfterStep after_steps[] = {
    {{"etag", "before compression: the tag names the content, and an answer that becomes a 304 "
              "must not be compressed first"},
     tag},
    {{"compression", "after the tag, so that every coding shares a weak tag; before anything that "
                     "looks at the final length"},
     compress},
    {{"cors", "after 304s and errors are made: a browser must be allowed to read those too"}, share},
    {{"hsts", "on every answer, errors too: a browser may see no other"}, insist},
    {{"server-timing", "last, so that it sees every stage"}, time},
};

constexpr Pipeline::Step before_steps[] = {
    {"cors-preflight", "before the handler, so before authentication: browsers send preflights "
                       "without credentials (docs/dialects/rest.md, section 10)"},
};

PipelineHeaders find_headers(const Request& request) {
  PipelineHeaders found;
  for (const HeaderView& field : request.headers) {
    if (field.name.size() == 6 && equals_lower(field.name, "origin"))
      found.origin = field.value;
    else if (field.name.size() == 13 && equals_lower(field.name, "if-none-match"))
      found.if_none_match = field.value;
    else if (field.name.size() == 15 && equals_lower(field.name, "accept-encoding"))
      found.accept_encoding = field.value;
  }
  return found;
}

}  // namespace

Pipeline::Pipeline(PipelineOptions options) : options_(std::move(options)) {
  if (options_.hsts.count() > 0) hsts_ = "max-age=" + std::to_string(options_.hsts.count());
}

std::optional<Response> Pipeline::before(const Request& request) const {
  if (request.method != Method::options) return std::nullopt;
  return answer_preflight(request);
}

bool Pipeline::is_long(const Request& request, const Response& response) const {
  if (response.body.size() < long_bytes_min) return false;
  if (options_.compression.enabled == Switch::off) return false;
  return will_compress(options_.compression, find_headers(request), response);
}

void Pipeline::after(const Request& request, Response& response) const {
  const PipelineHeaders headers = find_headers(request);
  const Exchange exchange{options_, hsts_, request, headers, response};
  for (const AfterStep& step : after_steps) step.run(exchange);
}

std::vector<Pipeline::Step> Pipeline::steps() {
  std::vector<Step> all(std::begin(before_steps), std::end(before_steps));
  for (const AfterStep& step : after_steps) all.push_back(step.description);
  return all;
}

}  // namespace trivet::http
