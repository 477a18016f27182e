// Cross-origin sharing as docs/dialects/rest.md has it in section 10. Pure functions.
#pragma once

#include <optional>

#include "http/message.h"
#include "http/pipeline/pipeline.h"

namespace trivet::http {

// The answer to a preflight (OPTIONS with Origin and Access-Control-Request-Method), without the allow-origin that
// apply_cors adds; none for any other request.
[[nodiscard]] std::optional<Response> answer_preflight(const Request& request);

// Says which origin may read the answer, and which headers of it.
void apply_cors(const CorsOptions& options, const PipelineHeaders& headers, Response& response);

}  // namespace trivet::http
