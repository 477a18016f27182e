// Standard Webhooks (standardwebhooks.com, spec 1.0): how a request of this server to an endpoint of the project shows that it
// comes from here and that nobody changed it. HMAC-SHA-256 over "id.timestamp.body". Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trivet::auth {

// "v1,whsec_<base64>", of 24 to 64 bytes, or several with '|' between: while a secret is replaced both sign. bad_config if it is
// none; the error doesn't hold it.
[[nodiscard]] result<std::vector<std::string>> parse_webhook_secrets(std::string_view text);

struct WebhookMessage {
  std::string id;             // the same at each try: whoever gets it twice can tell
  int64_t timestamp = 0;      // of this try; seconds since 1970
  std::string_view body;
};

// The header webhook-signature: one signature for each secret, with blanks between.
[[nodiscard]] std::string sign_webhook(const WebhookMessage& message,
                                       const std::vector<std::string>& secrets);

}  // namespace trivet::auth
