#include "auth/ring/seal.h"

#include <span>

#include "auth/base64url.h"
#include "auth/jose/openssl.h"
#include "auth/jwt.h"

namespace trivet::auth {
namespace {

using openssl::bytes;

constexpr size_t key_bytes = 32;
constexpr size_t nonce_bytes = 12;
constexpr size_t tag_bytes = 16;

}  // namespace

std::string derive_bytes(std::string_view secret, std::string_view label, size_t count) {
  const std::string extracted = hmac_sha256(std::string(32, '\0'), secret);
  std::string out;
  std::string block;
  for (char counter = 1; out.size() < count; ++counter) {
    block = hmac_sha256(extracted, block + std::string(label) + counter);
    out += block;
  }
  out.resize(count);
  return out;
}

std::string seal(std::string_view key, std::string_view plain, std::string_view belongs_to,
                 Random& random) {
  TRIVET_ASSERT(key.size() == key_bytes);
  std::string out(nonce_bytes + plain.size() + tag_bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(out).first(nonce_bytes)));
  const openssl::CipherContext context(EVP_CIPHER_CTX_new());
  unsigned char* body = bytes(out) + nonce_bytes;
  int length = 0;
  TRIVET_ASSERT(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key),
                                   bytes(out)) == 1 &&
                EVP_EncryptUpdate(context.get(), nullptr, &length, bytes(belongs_to),
                                  static_cast<int>(belongs_to.size())) == 1 &&
                EVP_EncryptUpdate(context.get(), body, &length, bytes(plain),
                                  static_cast<int>(plain.size())) == 1 &&
                EVP_EncryptFinal_ex(context.get(), body + length, &length) == 1 &&
                EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                                    body + plain.size()) == 1);
  return encode_base64url(out);
}

std::optional<std::string> unseal(std::string_view key, std::string_view sealed,
                                  std::string_view belongs_to) {
  std::optional<std::string> text = decode_base64url(sealed);
  if (key.size() != key_bytes || !text || text->size() < nonce_bytes + tag_bytes)
    return std::nullopt;
  std::string plain(text->size() - nonce_bytes - tag_bytes, '\0');
  const openssl::CipherContext context(EVP_CIPHER_CTX_new());
  unsigned char* nonce = bytes(*text);
  unsigned char* body = nonce + nonce_bytes;
  int length = 0;
  const bool opened =
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key), nonce) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &length, bytes(belongs_to),
                        static_cast<int>(belongs_to.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes(plain), &length, body,
                        static_cast<int>(plain.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes,
                          body + plain.size()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes(plain) + length, &length) == 1;
  if (!opened) return std::nullopt;
  return plain;
}

}  // namespace trivet::auth
