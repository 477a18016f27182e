// Keys, requests and certificates of our own, by OpenSSL, as PEM unless it says DER. P-256 throughout.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"

namespace trivet::app::acme {

[[nodiscard]] result<std::string> make_key();

// DER of a PKCS #10 request for these hosts, signed by the key.
[[nodiscard]] result<std::string> make_request(const std::string& key,
                                               const std::vector<std::string>& hosts);

// Signed by itself: what listeners show until there is a real one.
[[nodiscard]] result<std::string> make_placeholder(const std::string& key,
                                                   const std::vector<std::string>& hosts);

struct KeyAndCertificate {
  std::string key;
  std::string certificate;
};
// What proves a host by tls-alpn-01: the digest of the key authorization in an extension (RFC 8737, 3).
[[nodiscard]] result<KeyAndCertificate> make_proof(const std::string& host,
                                                   const std::string& key_authorization);

struct Validity {
  std::chrono::system_clock::time_point from;
  std::chrono::system_clock::time_point to;
  bool is_placeholder = false;
  std::vector<std::string> hosts;  // names and addresses, sorted
};
// Of a chain's first certificate.
[[nodiscard]] result<Validity> read_validity(const std::string& chain);

}  // namespace trivet::app::acme
