// Any bytes as a stored hash: read or refused, never a crash. Nothing is computed, since costs are
// what the text says.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "auth/passwords/password_hash.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::auth;
  (void)check_password_hash({reinterpret_cast<const char*>(data), size}, {{"old", "pepper"}});
  return 0;
}
