#include "auth/proof/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <qrencode.h>

#include <memory>

#include "auth/jwt.h"
#include "auth/percent.h"
#include "base/error.h"

namespace trivet::auth {
namespace {

constexpr size_t digits = 6;
constexpr int quiet_zone = 4;  // ISO 18004, 6.3.8: modules around the symbol

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

std::string encode_base32(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) out += letters[bits >> (count - 5) & 31];
  }
  if (count > 0) out += letters[bits << (5 - count) & 31];
  return out;
}

// RFC 4226, 5.3.
std::string totp_code(std::string_view secret, int64_t step) {
  unsigned char message[8];
  for (int i = 0; i < 8; ++i)
    message[i] = static_cast<unsigned char>(static_cast<uint64_t>(step) >> (56 - 8 * i));
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  TRIVET_ASSERT(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), message,
                     sizeof message, mac, &size) != nullptr);
  const size_t at = mac[size - 1] & 0x0f;
  const uint32_t number = (uint32_t{mac[at]} & 0x7f) << 24 | uint32_t{mac[at + 1]} << 16 |
                          uint32_t{mac[at + 2]} << 8 | mac[at + 3];
  const std::string text = std::to_string(number % 1'000'000);
  return std::string(digits - text.size(), '0') + text;
}

std::optional<int64_t> find_totp_step(std::string_view secret, std::string_view code,
                                      int64_t now_seconds, int64_t last_step) {
  const int64_t now = now_seconds / totp_step_seconds;
  std::optional<int64_t> found;
  for (int64_t step = now - 1; step <= now + 1; ++step)
    if (equal_in_constant_time(totp_code(secret, step), code) && step > last_step) found = step;
  return found;
}

std::string totp_uri(std::string_view base32_secret, const TotpLabel& label) {
  const std::string issuer = encode_percent(label.issuer);
  return "otpauth://totp/" + issuer + ':' + encode_percent(label.account) +
         "?algorithm=SHA1&digits=6&issuer=" + issuer +
         "&period=30&secret=" + std::string(base32_secret);
}

std::string qr_svg(const std::string& text) {
  const std::unique_ptr<QRcode, FreeCode> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M));
  if (!code) return {};
  const std::string size = std::to_string(code->width + 2 * quiet_zone);
  std::string path;
  for (int y = 0; y < code->width; ++y)
    for (int x = 0; x < code->width; ++x)
      if ((code->data[y * code->width + x] & 1) != 0)
        path += 'M' + std::to_string(x + quiet_zone) + ' ' + std::to_string(y + quiet_zone) +
                "h1v1h-1z";
  return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + size + ' ' + size +
         R"(" width="256" height="256" shape-rendering="crispEdges"><path fill="white" d="M0 0h)" +
         size + 'v' + size + R"(H0z"/><path d=")" + path + R"("/></svg>)";
}

}  // namespace trivet::auth
