// Any bytes as a JWK or a set of them: never a crash, and a key that is read prints as itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/jose/key_set.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)KeySet::parse(text);
  const auto key = Key::parse(text);
  if (!key || key->type() == KeyType::symmetric) return 0;
  const auto again = Key::parse(key->public_jwk());
  if (!again || again->thumbprint() != key->thumbprint()) std::abort();
  return 0;
}
