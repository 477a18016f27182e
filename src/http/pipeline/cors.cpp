#include "http/pipeline/cors.h"

#include <algorithm>

#include "http/pipeline/vary.h"

namespace trivet::http {
namespace {

constexpr std::string_view exposed =
    "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, "
    "Transfer-Encoding, Range-Unit, Retry-After, Preference-Applied, Proxy-Status";

bool is_allowed(const CorsOptions& options, std::string_view origin) {
  return std::find(options.origins.begin(), options.origins.end(), origin) !=
         options.origins.end();
}

}  // namespace

std::optional<Response> answer_preflight(const Request& request) {
  if (!request.has_header("origin") || !request.has_header("access-control-request-method"))
    return std::nullopt;
  Response response;
  response.set("Access-Control-Allow-Methods", "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD");
  std::string allowed = "Authorization, ";
  const std::string_view asked = request.header("access-control-request-headers");
  if (!asked.empty()) allowed.append(asked).append(", ");
  allowed.append("Accept, Accept-Language, Content-Language");
  response.set("Access-Control-Allow-Headers", allowed);
  response.set("Access-Control-Max-Age", "86400");
  return response;
}

void apply_cors(const CorsOptions& options, const PipelineHeaders& headers, Response& response) {
  if (headers.origin.data() == nullptr) return;
  if (options.origins.empty()) {
    // An answer to OPTIONS carries it already.
    for (const auto& [name, value] : response.headers)
      if (name == "Access-Control-Allow-Origin") return;
    response.set("Access-Control-Allow-Origin", "*");
  } else {
    // The answer differs by origin even when this one is refused.
    add_vary("Origin", response);
    std::erase_if(response.headers,
                  [](const auto& field) { return field.first == "Access-Control-Allow-Origin"; });
    if (!is_allowed(options, headers.origin)) return;
    response.set("Access-Control-Allow-Origin", headers.origin);
    response.set("Access-Control-Allow-Credentials", "true");
  }
  response.set("Access-Control-Expose-Headers", exposed);
}

}  // namespace trivet::http
