#include "auth/passwords/argon2.h"

#include "auth/passwords/kdf.h"
#include "auth/passwords/text.h"
#include "base/error.h"

namespace trivet::auth {

bool is_allowed(const Argon2Options& options) {
  return options.lanes >= 1 && options.lanes <= 16 && options.passes >= 1 &&
         options.passes <= 20 && options.memory_kib >= 8 * options.lanes &&
         options.memory_kib <= 1024 * 1024;
}

std::string hash_argon2id(std::string_view password, std::string_view salt,
                          const Argon2Options& options) {
  TRIVET_ASSERT(is_allowed(options) && salt.size() == salt_bytes);
  const std::string tag = kdf::argon2(
      {2, 19, options.memory_kib, options.passes, options.lanes, 32}, password, salt);
  return "$argon2id$v=19$m=" + std::to_string(options.memory_kib) +
         ",t=" + std::to_string(options.passes) + ",p=" + std::to_string(options.lanes) + '$' +
         encode_base64_unpadded(salt) + '$' + encode_base64_unpadded(tag);
}

}  // namespace trivet::auth
