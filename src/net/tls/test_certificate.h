// Keys and certificates made for a test. Not part of the product.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <string>

namespace trivet::net {

// Of a P-256 key and a name; signs itself, or lets itself be signed.
class TestCertificate {
 public:
  explicit TestCertificate(const std::string& name, long valid_seconds = 3600)
      : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    require(key_ != nullptr && certificate_ != nullptr);
    X509_set_version(certificate_, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), valid_seconds);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* subject = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate_, subject);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str());
    require(names != nullptr && X509_add_ext(certificate_, names, -1) == 1);
    X509_EXTENSION_free(names);
    require(X509_sign(certificate_, key_, EVP_sha256()) != 0);
  }
  ~TestCertificate() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  [[nodiscard]] std::string certificate() const {
    return text([this](BIO* out) { return PEM_write_bio_X509(out, certificate_); });
  }
  [[nodiscard]] std::string key() const {
    return text([this](BIO* out) {
      return PEM_write_bio_PrivateKey(out, key_, nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

 private:
  static void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL made no certificate");
  }
  template <class Write>
  static std::string text(Write write) {
    BIO* out = BIO_new(BIO_s_mem());
    require(write(out) == 1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string copy(data, static_cast<size_t>(size));
    BIO_free(out);
    return copy;
  }

  EVP_PKEY* key_;
  X509* certificate_;
};

}  // namespace trivet::net
