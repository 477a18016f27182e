// Codes of authenticator applications: TOTP (RFC 6238) over HMAC-SHA-1 with six digits and steps of 30
// seconds, which is what every application does by default. Pure functions over given times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trivet::auth {

inline constexpr size_t totp_secret_bytes = 20;
inline constexpr int64_t totp_step_seconds = 30;

// RFC 4648, section 6, without padding: as people type it.
[[nodiscard]] std::string encode_base32(std::string_view bytes);

// Six digits. `step` is the time since 1970 in steps.
[[nodiscard]] std::string totp_code(std::string_view secret, int64_t step);

// The step that `code` is right for: this one, the one before or the one after, but none up to
// `last_step`, so that a code that was seen is worth nothing. In constant time.
[[nodiscard]] std::optional<int64_t> find_totp_step(std::string_view secret, std::string_view code,
                                                    int64_t now_seconds, int64_t last_step);

struct TotpLabel {
  std::string issuer;
  std::string account;
};
// otpauth://totp/…, what a QR code holds.
[[nodiscard]] std::string totp_uri(std::string_view base32_secret, const TotpLabel& label);

// An SVG image of `text`; no '#' in it, since clients put it in a data URL as it is. Empty if the text is
// too long for a QR code.
[[nodiscard]] std::string qr_svg(const std::string& text);

}  // namespace trivet::auth
