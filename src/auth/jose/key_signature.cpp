// Key's signing and verifying.
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "auth/jose/key.h"
#include "auth/jose/key_material.h"

namespace trivet::auth {
namespace {

using namespace openssl;

const EVP_MD* digest_of(const AlgorithmInfo& info) {
  switch (info.bytes) {
    case 32: return info.digest.empty() ? nullptr : EVP_sha256();
    case 48: return EVP_sha384();
    default: return EVP_sha512();
  }
}

bool is_pss(Algorithm algorithm) {
  return algorithm == Algorithm::ps256 || algorithm == Algorithm::ps384 ||
         algorithm == Algorithm::ps512;
}

// RFC 7518, 3.5: the salt is as long as the digest, the mask function has the same digest.
bool set_padding(EVP_PKEY_CTX* context, Algorithm algorithm) {
  if (!is_pss(algorithm)) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

std::string hmac(const AlgorithmInfo& info, std::string_view secret, std::string_view message) {
  std::string mac(info.bytes, '\0');
  unsigned length = 0;
  const auto* made = HMAC(digest_of(info), secret.data(), static_cast<int>(secret.size()),
                          bytes(message), message.size(), bytes(mac), &length);
  TRIVET_ASSERT(made != nullptr && length == info.bytes);
  return mac;
}

// r ‖ s → DER; empty if the length is another. OpenSSL refuses r and s outside [1, n).
std::string to_der(std::string_view signature, size_t size) {
  if (signature.size() != 2 * size) return {};
  const Signature pair(ECDSA_SIG_new());
  Number r = number(signature.substr(0, size));
  Number s = number(signature.substr(size));
  TRIVET_ASSERT(ECDSA_SIG_set0(pair.get(), r.get(), s.get()) == 1);
  (void)r.release();
  (void)s.release();
  std::string der(static_cast<size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  unsigned char* end = bytes(der);
  i2d_ECDSA_SIG(pair.get(), &end);
  return der;
}

std::string from_der(std::string_view der, size_t size) {
  const unsigned char* begin = bytes(der);
  const Signature pair(d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size())));
  TRIVET_ASSERT(pair != nullptr);
  std::string out(2 * size, '\0');
  const auto length = static_cast<int>(size);
  TRIVET_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes(out), length) == length &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes(out) + size, length) == length);
  return out;
}

}  // namespace

bool Key::verify(Algorithm algorithm, std::string_view message, std::string_view signature) const {
  if (!allows(algorithm)) return false;
  const AlgorithmInfo& info = algorithm_info(algorithm);
  if (info.type == KeyType::symmetric) {
    const std::string mac = hmac(info, material_->secret, message);
    return mac.size() == signature.size() &&
           CRYPTO_memcmp(mac.data(), signature.data(), mac.size()) == 0;
  }
  std::string der;
  if (info.type == KeyType::elliptic) {
    der = to_der(signature, info.bytes);
    if (der.empty()) return false;
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  return EVP_DigestVerifyInit(context.get(), &parameters, digest_of(info), nullptr,
                              material_->pkey.get()) == 1 &&
         set_padding(parameters, algorithm) &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                          message.size()) == 1;
}

std::string Key::sign(Algorithm algorithm, std::string_view message) const {
  TRIVET_ASSERT(can_sign() && allows(algorithm));
  const AlgorithmInfo& info = algorithm_info(algorithm);
  if (info.type == KeyType::symmetric) return hmac(info, material_->secret, message);
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  TRIVET_ASSERT(EVP_DigestSignInit(context.get(), &parameters, digest_of(info), nullptr,
                                   material_->pkey.get()) == 1 &&
                set_padding(parameters, algorithm));
  size_t length = 0;
  TRIVET_ASSERT(EVP_DigestSign(context.get(), nullptr, &length, bytes(message), message.size()) ==
                1);
  std::string signature(length, '\0');
  TRIVET_ASSERT(EVP_DigestSign(context.get(), bytes(signature), &length, bytes(message),
                               message.size()) == 1);
  signature.resize(length);
  return info.type == KeyType::elliptic ? from_der(signature, info.bytes) : signature;
}

}  // namespace trivet::auth
