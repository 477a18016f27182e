// Any bytes as what an authenticator or a browser hands over: never a crash, and never accepted, since no
// challenge is known to them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "auth/jose/key.h"
#include "auth/webauthn/cbor.h"
#include "auth/webauthn/cose_key.h"
#include "auth/webauthn/webauthn.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::auth;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto item = parse_cbor(text))
    if (const auto jwk = jwk_of_cose(*item)) (void)Key::parse(*jwk);
  // Right client data, so that the rest is reached.
  const RelyingParty party{"app.example", {"https://app.example"}};
  const std::string client =
      R"({"challenge":"AAAA","origin":"https://app.example","type":"webauthn.)";
  (void)check_registration(party, "AAAA", {client + R"(create"})", text});
  if (check_registration(party, "AAAA", {text, text})) std::abort();
  static const std::string key = Key::es256_from_seed(std::string(48, 's')).public_jwk();
  if (check_assertion(party, "AAAA", key, {client + R"(get"})", text, text})) std::abort();
  return 0;
}
