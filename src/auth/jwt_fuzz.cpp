// Any bytes as a token: never a crash, and never accepted unless they are exactly what signing its
// claims gives.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/base64url.h"
#include "auth/claims.h"
#include "auth/jwt.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const VerifyOptions options{"a secret of thirty-two bytes long", "aud", 1'700'000'000};
  (void)verify_token(text, options);
  (void)parse_jws(text);
  (void)parse_claims(std::string(text), options);
  if (const auto bytes = decode_base64url(text); bytes && encode_base64url(*bytes) != text)
    std::abort();
  return 0;
}
