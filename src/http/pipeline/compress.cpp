#include "http/pipeline/compress.h"

#include <algorithm>

#include "http/text.h"
#include "http/pipeline/vary.h"

namespace trivet::http {
namespace {

struct Weights {
  int gzip = -1;  // thousandths; -1 = not named
  int brotli = -1;
  int zstd = -1;
  int any = -1;
};

// "0", "0.5", "1.000"; what is malformed counts as 1, as most servers read it.
int parse_weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = trim_blanks(take_until(parameters, ';'));
    if (parameter.size() < 3 || ascii_lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    if (parameter[2] != '0') return 1000;
    int weight = 0;
    int scale = 100;
    for (size_t i = 4; i < parameter.size() && scale > 0; ++i, scale /= 10)
      if (parameter[i] >= '0' && parameter[i] <= '9') weight += (parameter[i] - '0') * scale;
    return weight;
  }
  return 1000;
}

Weights parse_weights(std::string_view list) {
  Weights weights;
  while (!list.empty()) {
    std::string_view element = take_element(list);
    const std::string_view name = trim_blanks(take_until(element, ';'));
    const int weight = parse_weight(element);
    if (equals_lower(name, "gzip") || equals_lower(name, "x-gzip")) weights.gzip = weight;
    if (equals_lower(name, "br")) weights.brotli = weight;
    if (equals_lower(name, "zstd")) weights.zstd = weight;
    if (name == "*") weights.any = weight;
  }
  return weights;
}

// A handler that encodes or transforms for itself, or forbids it, is left alone.
bool is_fixed(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name.size() == 16 && equals_lower(name, "content-encoding")) return true;
    if (name.size() == 13 && equals_lower(name, "cache-control") &&
        value.find("no-transform") != value.npos)
      return true;
  }
  return false;
}

bool is_candidate(const CompressionOptions& options, const Response& response) {
  return response.body.size() >= options.bytes_min && response.compressible &&
         is_compressible_type(response.content_type) && !is_fixed(response);
}

}  // namespace

Coding choose_coding(std::string_view accept_encoding) {
  const Weights weights = parse_weights(accept_encoding);
  Coding best = Coding::identity;
  int best_weight = 0;
  const auto consider = [&](Coding coding, int named) {
    const int weight = named >= 0 ? named : weights.any;
    if (weight <= best_weight) return;
    best = coding;
    best_weight = weight;
  };
  consider(Coding::zstd, weights.zstd);
  consider(Coding::brotli, weights.brotli);
  consider(Coding::gzip, weights.gzip);
  return best;
}

std::string_view coding_name(Coding coding) {
  switch (coding) {
    case Coding::gzip: return "gzip";
    case Coding::brotli: return "br";
    case Coding::zstd: return "zstd";
    case Coding::identity: break;
  }
  return {};
}

bool is_compressible_type(std::string_view content_type) {
  const std::string_view type = trim_blanks(content_type.substr(0, content_type.find(';')));
  if (type.starts_with("text/")) return true;
  if (type.ends_with("+json") || type.ends_with("+xml")) return true;
  constexpr std::string_view types[] = {
      "application/json",  "application/xml", "application/javascript", "application/x-ndjson",
      "application/x-yaml", "application/wasm"};
  return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

bool will_compress(const CompressionOptions& options, const PipelineHeaders& headers,
                   const Response& response) {
  return is_candidate(options, response) && !headers.accept_encoding.empty() &&
         choose_coding(headers.accept_encoding) != Coding::identity;
}

void apply_compression(const CompressionOptions& options, const PipelineHeaders& headers,
                       Response& response) {
  if (!is_candidate(options, response)) return;
  // Also when this client takes no coding: a cache must not give its answer to one that does.
  add_vary("Accept-Encoding", response);
  if (headers.accept_encoding.empty()) return;
  const Coding coding = choose_coding(headers.accept_encoding);
  if (coding == Coding::identity) return;
  result<std::string> encoded = encode_body(coding, response.body);
  if (!encoded || encoded->size() >= response.body.size()) return;
  response.body = std::move(*encoded);
  response.set("Content-Encoding", coding_name(coding));
}

}  // namespace trivet::http
