#include "app/acme/certificates.h"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

#include "app/acme/client.h"

namespace trivet::app::acme {
namespace {

template <auto free_one>
struct Free {
  template <class T>
  void operator()(T* item) const {
    free_one(item);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Request = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;

// id-pe-acmeIdentifier
constexpr const char* proof_object = "1.3.6.1.5.5.7.1.31";
constexpr const char* placeholder_name = "Trivet placeholder";
constexpr long placeholder_seconds = 3650L * 24 * 60 * 60;
constexpr long proof_seconds = 24L * 60 * 60;

std::unexpected<Error> failed(std::string_view what) {
  return fail(ErrorCode::internal, "OpenSSL can't make " + std::string(what));
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return {};
  return text_of(bio.get());
}

std::string pem_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(bio.get(), certificate) != 1) return {};
  return text_of(bio.get());
}

Key read_key(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

Extension alternative_names(const std::vector<std::string>& hosts) {
  const Names names(GENERAL_NAMES_new());
  for (const std::string& host : hosts) {
    GENERAL_NAME* const name = GENERAL_NAME_new();
    std::array<unsigned char, 16> bytes{};
    const int length = inet_pton(AF_INET, host.c_str(), bytes.data()) == 1    ? 4
                       : inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1 ? 16
                                                                              : 0;
    ASN1_STRING* const value =
        length > 0 ? ASN1_OCTET_STRING_new() : static_cast<ASN1_STRING*>(ASN1_IA5STRING_new());
    if (length > 0)
      ASN1_STRING_set(value, bytes.data(), length);
    else
      ASN1_STRING_set(value, host.data(), static_cast<int>(host.size()));
    GENERAL_NAME_set0_value(name, length > 0 ? GEN_IPADD : GEN_DNS, value);
    sk_GENERAL_NAME_push(names.get(), name);
  }
  return Extension(X509V3_EXT_i2d(NID_subject_alt_name, 0, names.get()));
}

Certificate begin_certificate(EVP_PKEY* key, const char* name, long seconds) {
  Certificate made(X509_new());
  std::array<unsigned char, 8> serial{};
  if (!made || RAND_bytes(serial.data(), serial.size()) != 1) return nullptr;
  serial[0] &= 0x7f;
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(
      BN_bin2bn(serial.data(), serial.size(), nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get()));
  X509_set_version(made.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), seconds);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const subject = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(made.get(), subject);
  return made;
}

// The digest, as an OCTET STRING within the extension's own, critical.
Extension proof_extension(const std::string& key_authorization) {
  std::array<unsigned char, 2 + SHA256_DIGEST_LENGTH> der{V_ASN1_OCTET_STRING,
                                                          SHA256_DIGEST_LENGTH};
  SHA256(reinterpret_cast<const unsigned char*>(key_authorization.data()),
         key_authorization.size(), der.data() + 2);
  const std::unique_ptr<ASN1_OBJECT, Free<ASN1_OBJECT_free>> object(OBJ_txt2obj(proof_object, 1));
  const std::unique_ptr<ASN1_OCTET_STRING, Free<ASN1_OCTET_STRING_free>> value(
      ASN1_OCTET_STRING_new());
  if (!object || !value || ASN1_OCTET_STRING_set(value.get(), der.data(), der.size()) != 1)
    return nullptr;
  return Extension(X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 1, value.get()));
}

std::chrono::system_clock::time_point moment_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&fields));
}

std::string host_of(const GENERAL_NAME& name) {
  const ASN1_STRING* const value = name.type == GEN_IPADD ? name.d.iPAddress : name.d.dNSName;
  const unsigned char* const data = ASN1_STRING_get0_data(value);
  const int length = ASN1_STRING_length(value);
  if (name.type == GEN_DNS) return {reinterpret_cast<const char*>(data), static_cast<size_t>(length)};
  std::array<char, INET6_ADDRSTRLEN> text{};
  (void)inet_ntop(length == 4 ? AF_INET : AF_INET6, data, text.data(), text.size());
  return text.data();
}

}  // namespace

result<std::string> make_key() {
  const Key key(EVP_EC_gen("P-256"));
  std::string pem = key ? pem_of(key.get()) : std::string();
  if (pem.empty()) return failed("a key");
  return pem;
}

result<std::string> make_request(const std::string& key_text, const std::vector<std::string>& hosts) {
  const Key key = read_key(key_text);
  const Request request(X509_REQ_new());
  const Extension names = alternative_names(hosts);
  if (!key || !request || !names) return failed("a certificate request");
  // Owns what holds the extension, and not the extension.
  const auto free_list = [](STACK_OF(X509_EXTENSION) * list) { sk_X509_EXTENSION_free(list); };
  const std::unique_ptr<STACK_OF(X509_EXTENSION), decltype(free_list)> extensions(
      sk_X509_EXTENSION_new_null(), free_list);
  sk_X509_EXTENSION_push(extensions.get(), names.get());
  const bool done = X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
                    X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
                    X509_REQ_add_extensions(request.get(), extensions.get()) == 1 &&
                    X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0;
  const int size = done ? i2d_X509_REQ(request.get(), nullptr) : 0;
  if (size <= 0) return failed("a certificate request");
  std::string der(static_cast<size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509_REQ(request.get(), &out);
  return der;
}

result<std::string> make_placeholder(const std::string& key_text,
                                     const std::vector<std::string>& hosts) {
  const Key key = read_key(key_text);
  const Certificate made =
      key ? begin_certificate(key.get(), placeholder_name, placeholder_seconds) : nullptr;
  const Extension names = alternative_names(hosts);
  if (!made || !names || X509_add_ext(made.get(), names.get(), -1) != 1 ||
      X509_sign(made.get(), key.get(), EVP_sha256()) == 0)
    return failed("a certificate");
  return pem_of(made.get());
}

result<KeyAndCertificate> make_proof(const std::string& host,
                                     const std::string& key_authorization) {
  TRIVET_TRY(std::string key_text, make_key());
  const Key key = read_key(key_text);
  const Certificate made = begin_certificate(key.get(), "ACME challenge", proof_seconds);
  const Extension names = alternative_names({host});
  const Extension proof = proof_extension(key_authorization);
  if (!made || !names || !proof || X509_add_ext(made.get(), names.get(), -1) != 1 ||
      X509_add_ext(made.get(), proof.get(), -1) != 1 ||
      X509_sign(made.get(), key.get(), EVP_sha256()) == 0)
    return failed("a certificate");
  return KeyAndCertificate{std::move(key_text), pem_of(made.get())};
}

result<Validity> read_validity(const std::string& chain) {
  const Bio bio(BIO_new_mem_buf(chain.data(), static_cast<int>(chain.size())));
  const Certificate leaf(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!leaf) return fail(ErrorCode::bad_config, "not a certificate");
  Validity validity{moment_of(X509_get0_notBefore(leaf.get())),
                    moment_of(X509_get0_notAfter(leaf.get())), false, {}};
  std::array<char, 64> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(leaf.get()), NID_commonName, name.data(),
                            name.size());
  validity.is_placeholder = std::string_view(name.data()) == placeholder_name;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(leaf.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const one = sk_GENERAL_NAME_value(names.get(), i);
    if (one->type == GEN_DNS || one->type == GEN_IPADD) validity.hosts.push_back(host_of(*one));
  }
  std::ranges::sort(validity.hosts);
  return validity;
}

}  // namespace trivet::app::acme
