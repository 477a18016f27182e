#include "api/docs/handler.h"

#include "api/docs/assets.h"
#include "http/router.h"

namespace trivet::api::docs {
namespace {

constexpr std::string_view page = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference</title>
<link rel="stylesheet" href="/docs/viewer.css">
</head>
<body>
<div id="viewer"></div>
<script src="/docs/viewer.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
)";

constexpr std::string_view start = R"(window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
});
// With a key the document shows what that key may reach.
const authorize = window.ui.authActions.authorize;
window.ui.authActions.authorize = (payload) => {
  authorize(payload);
  const key = payload.apikey?.value ?? payload.bearer?.value;
  if (!key) return;
  fetch("/openapi.json", { headers: { apikey: key } })
    .then((answer) => answer.text())
    .then((text) => window.ui.specActions.updateSpec(text));
};
)";

// The viewer sets style attributes and data: images; scripts come from here alone.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

http::Response text_response(std::string_view type, std::string_view body) {
  http::Response response;
  response.content_type = type;
  response.body = body;
  return response;
}

http::Response asset_response(const http::Request& request, const Asset& asset) {
  http::Response response;
  response.content_type = asset.content_type;
  response.compressible = false;
  response.set("Cache-Control", "public, max-age=3600");
  response.set("Vary", "Accept-Encoding");
  if (request.header("accept-encoding").find("gzip") != std::string_view::npos) {
    response.set("Content-Encoding", "gzip");
    response.body = asset.gzip;
  } else {
    response.body = inflate(asset);
  }
  return response;
}

http::Response answer(const http::Request& request) {
  if (request.method != http::Method::get && request.method != http::Method::head) {
    return http::method_not_allowed("OPTIONS,GET,HEAD");
  }
  if (request.path == "/docs" || request.path == "/docs/") {
    http::Response response = text_response("text/html; charset=utf-8", page);
    response.set("Content-Security-Policy", content_security_policy);
    response.set("Referrer-Policy", "no-referrer");
    return response;
  }
  if (request.path == "/docs/start.js") return text_response("text/javascript; charset=utf-8", start);
  if (request.path == "/docs/viewer.js") return asset_response(request, viewer_script());
  if (request.path == "/docs/viewer.css") return asset_response(request, viewer_style());
  return http::not_found();
}

}  // namespace

task<http::Response> DocsHandler::handle(const http::Request& request) { co_return answer(request); }

}  // namespace trivet::api::docs
