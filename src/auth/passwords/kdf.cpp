#include "auth/passwords/kdf.h"

#include <argon2.h>
#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

#include <array>
#include <cstring>
#include <memory>

#include "auth/jose/openssl.h"
#include "base/error.h"

namespace trivet::auth::kdf {
namespace {

using openssl::bytes;

const EVP_MD* find(Digest digest) {
  if (digest.name == "md5") return EVP_md5();
  if (digest.name == "sha1") return EVP_sha1();
  if (digest.name == "sha256") return EVP_sha256();
  if (digest.name == "sha384") return EVP_sha384();
  if (digest.name == "sha512") return EVP_sha512();
  return nullptr;
}

}  // namespace

bool is_known(Digest digest) { return find(digest) != nullptr; }
size_t digest_bytes(Digest digest) { return static_cast<size_t>(EVP_MD_get_size(find(digest))); }

std::string digest(Digest digest, std::string_view text) {
  std::string out(digest_bytes(digest), '\0');
  TRIVET_ASSERT(EVP_Digest(text.data(), text.size(), bytes(out), nullptr, find(digest), nullptr) ==
                1);
  return out;
}

std::string hmac(Digest digest, std::string_view key, std::string_view text) {
  std::string out(digest_bytes(digest), '\0');
  unsigned length = 0;
  TRIVET_ASSERT(HMAC(find(digest), key.data(), static_cast<int>(key.size()), bytes(text),
                     text.size(), bytes(out), &length) != nullptr);
  return out;
}

std::string pbkdf2(const Pbkdf2& options, std::string_view password, std::string_view salt) {
  std::string out(options.bytes, '\0');
  TRIVET_ASSERT(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes(salt),
                                  static_cast<int>(salt.size()), static_cast<int>(options.rounds),
                                  find(options.digest), static_cast<int>(out.size()),
                                  bytes(out)) == 1);
  return out;
}

std::string scrypt(const Scrypt& options, std::string_view password, std::string_view salt) {
  constexpr uint64_t memory_max = uint64_t{1} << 30;
  std::string out(options.bytes, '\0');
  TRIVET_ASSERT(EVP_PBE_scrypt(password.data(), password.size(), bytes(salt), salt.size(),
                               options.n, options.r, options.p, memory_max, bytes(out),
                               out.size()) == 1);
  return out;
}

std::string argon2(const Argon2& options, std::string_view password, std::string_view salt) {
  std::string out(options.bytes, '\0');
  std::string password_copy(password);  // the library's interface wants to be able to clear them
  std::string salt_copy(salt);
  argon2_context context{};
  context.out = bytes(out);
  context.outlen = static_cast<uint32_t>(out.size());
  context.pwd = bytes(password_copy);
  context.pwdlen = static_cast<uint32_t>(password_copy.size());
  context.salt = bytes(salt_copy);
  context.saltlen = static_cast<uint32_t>(salt_copy.size());
  context.t_cost = options.passes;
  context.m_cost = options.memory_kib;
  context.lanes = options.lanes;
  context.threads = 1;  // the pool is what bounds the cores that hashing takes
  context.version = options.version;
  context.flags = ARGON2_DEFAULT_FLAGS;
  TRIVET_ASSERT(argon2_ctx(&context, static_cast<argon2_type>(options.type)) == ARGON2_OK);
  return out;
}

std::string bcrypt(std::string_view password, std::string_view setting) {
  constexpr size_t counted = 72;
  const std::string phrase(password.substr(0, counted).substr(0, password.find('\0')));
  std::string text(setting);
  text.replace(0, 4, "$2b$");  // 2a and 2y mean the same; libcrypt treats 2a apart
  const auto data = std::make_unique<crypt_data>();
  const char* made = crypt_r(phrase.c_str(), text.c_str(), data.get());
  const bool done = made != nullptr && made[0] == '$';
  return done ? std::string(made) : std::string();
}

std::string aes256_ctr(std::string_view key, std::string_view text) {
  const openssl::CipherContext context(EVP_CIPHER_CTX_new());
  const std::array<unsigned char, 16> iv{};
  std::string out(text.size(), '\0');
  int length = 0;
  TRIVET_ASSERT(key.size() == 32 &&
                EVP_EncryptInit_ex(context.get(), EVP_aes_256_ctr(), nullptr, bytes(key),
                                   iv.data()) == 1 &&
                EVP_EncryptUpdate(context.get(), bytes(out), &length, bytes(text),
                                  static_cast<int>(text.size())) == 1);
  return out;
}

}  // namespace trivet::auth::kdf
