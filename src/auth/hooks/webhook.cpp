#include "auth/hooks/webhook.h"

#include "auth/jwt.h"
#include "auth/passwords/text.h"

namespace trivet::auth {
namespace {

constexpr std::string_view prefix = "v1,whsec_";
constexpr size_t secret_bytes_min = 24;
constexpr size_t secret_bytes_max = 64;

}  // namespace

result<std::vector<std::string>> parse_webhook_secrets(std::string_view text) {
  std::vector<std::string> secrets;
  for (;;) {
    const size_t end = text.find('|');
    const std::string_view one = text.substr(0, end);
    const auto bytes = one.starts_with(prefix) ? decode_base64(one.substr(prefix.size())) : std::nullopt;
    if (!bytes || bytes->size() < secret_bytes_min || bytes->size() > secret_bytes_max)
      return fail(ErrorCode::bad_config, "a hook's secret is v1,whsec_ and 24 to 64 bytes in base64");
    secrets.push_back(*bytes);
    if (end == text.npos) return secrets;
    text.remove_prefix(end + 1);
  }
}

std::string sign_webhook(const WebhookMessage& message, const std::vector<std::string>& secrets) {
  std::string signed_text = message.id + '.' + std::to_string(message.timestamp) + '.';
  signed_text += message.body;
  std::string header;
  for (const std::string& secret : secrets) {
    if (!header.empty()) header += ' ';
    header += "v1," + encode_base64(hmac_sha256(secret, signed_text));
  }
  return header;
}

}  // namespace trivet::auth
