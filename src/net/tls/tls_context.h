// What a listener needs to speak TLS: certificate, key, versions, session tickets. TLS 1.2 and 1.3
// with forward secrecy and authenticated encryption alone (RFC 9325); no renegotiation, no
// compression, no early data.
//
// A context is immutable. TlsKeeper holds the one that new connections use and may be given another
// at any time, from any thread; connections that stand keep theirs. Leaves out: where certificates
// come from.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trivet::net {

class TlsChallenges;

enum class ClientCertificate : uint8_t { none, optional, required };

enum class TlsPurpose : uint8_t {
  http,
  acme_proof,  // speaks acme-tls/1 alone (RFC 8737), and then nothing
};

struct TlsOptions {
  std::string certificate_chain;  // PEM, leaf first
  std::string private_key;        // PEM, without a passphrase
  std::string client_ca;  // PEM of those who sign clients' certificates; empty unless asked for
  ClientCertificate client_certificate = ClientCertificate::none;
  TlsPurpose purpose = TlsPurpose::http;
  // Whose certificates are shown to authorities that ask. Null = nobody's; else it outlives the context.
  const TlsChallenges* challenges = nullptr;
};

class TlsContext {
 public:
  // bad_config if the key doesn't belong to the certificate, either can't be read, or the chain is
  // empty.
  [[nodiscard]] static result<std::shared_ptr<const TlsContext>> make(const TlsOptions& options);

  // When the leaf certificate's validity ends.
  [[nodiscard]] std::chrono::system_clock::time_point expires() const { return expires_; }
  // The host names it is for (subject alternative names).
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  TlsContext() = default;
  void read_leaf();

  std::unique_ptr<SSL_CTX, Free> context_;
  std::chrono::system_clock::time_point expires_{};
  std::vector<std::string> names_;
};

class TlsKeeper {
 public:
  explicit TlsKeeper(std::shared_ptr<const TlsContext> first) : current_(std::move(first)) {}
  [[nodiscard]] std::shared_ptr<const TlsContext> current() const { return current_.load(); }
  void replace(std::shared_ptr<const TlsContext> context) { current_.store(std::move(context)); }

 private:
  std::atomic<std::shared_ptr<const TlsContext>> current_;
};

}  // namespace trivet::net
