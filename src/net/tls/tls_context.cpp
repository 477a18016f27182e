#include "net/tls/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "net/tls/challenges.h"

namespace trivet::net {
namespace {

constexpr const char* ciphers_of_tls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* groups = "X25519:P-256:P-384";
// HTTP/1.1 (RFC 7301).
constexpr std::string_view protocols("\x08http/1.1", 9);
// RFC 8737, 6.2.
constexpr std::string_view proof_protocols("\x0a""acme-tls/1", 11);
// A few KiB each.
constexpr long sessions_max = 4096;
constexpr std::string_view session_context = "trivet";

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

std::unexpected<Error> refuse(std::string_view what) {
  const unsigned long number = ERR_get_error();
  ERR_clear_error();
  std::string message = "TLS: " + std::string(what);
  const char* reason = number == 0 ? nullptr : ERR_reason_error_string(number);
  if (reason != nullptr) message += std::string(" (") + reason + ")";
  return fail(ErrorCode::bad_config, std::move(message));
}

Bio bio_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Never asks on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

Certificate next_certificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, no_passphrase, nullptr));
}

result<void> use_chain(SSL_CTX* context, const std::string& chain) {
  const Bio bio = bio_of(chain);
  const Certificate leaf = next_certificate(bio.get());
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1)
    return refuse("the certificate can't be used");
  while (Certificate above = next_certificate(bio.get())) {
    if (SSL_CTX_add0_chain_cert(context, above.get()) != 1)
      return refuse("a certificate of the chain can't be used");
    (void)above.release();
  }
  // The end of the text is told as an error too.
  ERR_clear_error();
  return {};
}

result<void> use_key(SSL_CTX* context, const std::string& text) {
  const Bio bio = bio_of(text);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return refuse(
        "the private key can't be used: it must be PEM, without a passphrase, and of the "
        "certificate");
  if (SSL_CTX_check_private_key(context) != 1)
    return refuse("the private key isn't that of the certificate");
  return {};
}

result<void> ask_clients(SSL_CTX* context, const TlsOptions& options) {
  if (options.client_certificate == ClientCertificate::none) return {};
  const Bio bio = bio_of(options.client_ca);
  bool any = false;
  while (const Certificate ca = next_certificate(bio.get())) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) != 1 ||
        SSL_CTX_add_client_CA(context, ca.get()) != 1)
      return refuse("an authority of clients can't be used");
    any = true;
  }
  ERR_clear_error();
  if (!any)
    return refuse("clients shall show certificates, but no authority is given that signs them");
  const bool required = options.client_certificate == ClientCertificate::required;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  return {};
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_length,
                    const unsigned char* offered, unsigned offered_length, void* ours_pointer) {
  const auto& ours = *static_cast<const std::string_view*>(ours_pointer);
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(
      &found, chosen_length, reinterpret_cast<const unsigned char*>(ours.data()),
      static_cast<unsigned>(ours.size()), offered, offered_length);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

std::string_view extension_of(SSL* ssl, unsigned number) {
  const unsigned char* data = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, number, &data, &size) != 1) return {};
  return {reinterpret_cast<const char*>(data), size};
}

// The one name of server_name: list length, type 0, length, name (RFC 6066, 3).
std::string_view asked_name(SSL* ssl) {
  constexpr size_t before = 5;
  const std::string_view field = extension_of(ssl, TLSEXT_TYPE_server_name);
  return field.size() > before && field[2] == TLSEXT_NAMETYPE_host_name ? field.substr(before)
                                                                        : std::string_view();
}

// Before a certificate is chosen: an authority that wants a proof, and nothing else, gets it.
int give_proof(SSL* ssl, int*, void* challenges_pointer) {
  const std::string_view offered =
      extension_of(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation);
  // Behind the list's length.
  if (offered.size() != proof_protocols.size() + 2 || !offered.ends_with(proof_protocols))
    return SSL_CLIENT_HELLO_SUCCESS;
  const auto proof = static_cast<const TlsChallenges*>(challenges_pointer)->find(asked_name(ssl));
  if (proof == nullptr) return SSL_CLIENT_HELLO_ERROR;
  // The connection holds a reference of its own.
  SSL_set_SSL_CTX(ssl, proof->get());
  // An authority has none of ours; what comes after the handshake is ended (TlsStream::was_proof).
  SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
  return SSL_CLIENT_HELLO_SUCCESS;
}

bool set_limits(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_NO_TICKET);
  // A connection that waits for its next request keeps no buffers of 16 KiB.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
  SSL_CTX_sess_set_cache_size(context, sessions_max);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, ciphers_of_tls12) == 1 &&
         SSL_CTX_set1_groups_list(context, groups) == 1 &&
         SSL_CTX_set_session_id_context(
             context, reinterpret_cast<const unsigned char*>(session_context.data()),
             session_context.size()) == 1;
}

}  // namespace

result<std::shared_ptr<const TlsContext>> TlsContext::make(const TlsOptions& options) {
  std::shared_ptr<TlsContext> made(new TlsContext());
  made->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = made->context_.get();
  if (context == nullptr || !set_limits(context)) return refuse("OpenSSL can't be set up");
  TRIVET_CHECK(use_chain(context, options.certificate_chain));
  TRIVET_CHECK(use_key(context, options.private_key));
  TRIVET_CHECK(ask_clients(context, options));
  const std::string_view& spoken =
      options.purpose == TlsPurpose::http ? protocols : proof_protocols;
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, const_cast<std::string_view*>(&spoken));
  if (options.challenges != nullptr)
    SSL_CTX_set_client_hello_cb(context, give_proof, const_cast<TlsChallenges*>(options.challenges));
  made->read_leaf();
  return made;
}

void TlsContext::read_leaf() {
  X509* leaf = SSL_CTX_get0_certificate(context_.get());
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &end) == 1)
    expires_ = std::chrono::system_clock::from_time_t(timegm(&end));
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const ASN1_IA5STRING* text = name->d.dNSName;
    names_.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                        static_cast<size_t>(ASN1_STRING_length(text)));
  }
}

}  // namespace trivet::net
