#include "app/acme/certificates.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "app/acme/client.h"
#include "net/tls/tls_context.h"

namespace trivet::app::acme {
namespace {

TEST(AcmeCertificates, APlaceholderServesAndIsKnown) {
  const std::string key = *make_key();
  const auto chain = make_placeholder(key, {"b.example", "a.example", "192.0.2.7", "2001:db8::1"});
  ASSERT_TRUE(chain);
  net::TlsOptions options;
  options.certificate_chain = *chain;
  options.private_key = key;
  ASSERT_TRUE(net::TlsContext::make(options));
  const auto validity = read_validity(key + *chain);
  ASSERT_TRUE(validity);
  EXPECT_TRUE(validity->is_placeholder);
  EXPECT_EQ(validity->hosts,
            (std::vector<std::string>{"192.0.2.7", "2001:db8::1", "a.example", "b.example"}));
  EXPECT_GT(validity->to, validity->from);
}

TEST(AcmeCertificates, ARequestIsOfTheKeyAndNamesTheHosts) {
  const auto der = make_request(*make_key(), {"a.example", "192.0.2.7"});
  ASSERT_TRUE(der);
  const auto* data = reinterpret_cast<const unsigned char*>(der->data());
  const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> request(
      d2i_X509_REQ(nullptr, &data, static_cast<long>(der->size())), X509_REQ_free);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())), 1);
  STACK_OF(X509_EXTENSION)* const extensions = X509_REQ_get_extensions(request.get());
  EXPECT_EQ(X509v3_get_ext_by_NID(extensions, NID_subject_alt_name, -1), 0);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

// RFC 8737, 3: critical, the SHA-256 of the key authorization as an OCTET STRING.
TEST(AcmeCertificates, AProofHoldsTheDigest) {
  const auto made = make_proof("a.example", "token.thumbprint");
  ASSERT_TRUE(made);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(made->certificate.data(), static_cast<int>(made->certificate.size())), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  const std::unique_ptr<ASN1_OBJECT, decltype(&ASN1_OBJECT_free)> object(
      OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1), ASN1_OBJECT_free);
  const int at = X509_get_ext_by_OBJ(certificate.get(), object.get(), -1);
  ASSERT_GE(at, 0);
  X509_EXTENSION* const extension = X509_get_ext(certificate.get(), at);
  EXPECT_EQ(X509_EXTENSION_get_critical(extension), 1);
  const ASN1_OCTET_STRING* const value = X509_EXTENSION_get_data(extension);
  const std::string bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                          static_cast<size_t>(ASN1_STRING_length(value)));
  std::string digest(32, '\0');
  unsigned size = 0;
  ASSERT_EQ(EVP_Digest("token.thumbprint", 16, reinterpret_cast<unsigned char*>(digest.data()), &size,
                       EVP_sha256(), nullptr),
            1);
  EXPECT_EQ(bytes, "\x04\x20" + digest);
}

TEST(AcmeCertificates, WhatIsNoCertificateIsAnError) {
  EXPECT_FALSE(read_validity(""));
  EXPECT_FALSE(read_validity("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(make_request("no key", {"a.example"}));
}

TEST(AcmeClient, TellsAddressesFromNames) {
  EXPECT_TRUE(is_address("192.0.2.7"));
  EXPECT_TRUE(is_address("2001:db8::1"));
  EXPECT_FALSE(is_address("example.com"));
  EXPECT_FALSE(is_address("1.2.3"));
  EXPECT_EQ(normal_host("WWW.Example.com"), "www.example.com");
  EXPECT_EQ(normal_host("2001:DB8:0:0::1"), "2001:db8::1");
  EXPECT_EQ(normal_host("192.0.2.7"), "192.0.2.7");
}

}  // namespace
}  // namespace trivet::app::acme
