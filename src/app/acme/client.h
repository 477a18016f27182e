// The client of an ACME server (RFC 8555): one account, one order at a time.
//
// Every request is signed by the account's key over a nonce of the server's; a nonce that it doesn't
// take any more is replaced and the request sent again. What the server says of a failure (RFC 7807)
// is in the error. Blocks; one thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "app/acme/solver.h"
#include "app/acme/transport.h"
#include "auth/jose/key.h"
#include "base/error.h"
#include "value/json_reader.h"

namespace trivet::app::acme {

// False: it is time to stop.
using Wait = std::function<bool(std::chrono::milliseconds)>;

class Client {
 public:
  // `account`: ES256, with its private part. `transport` outlives the client.
  Client(Transport& transport, auth::Key account, Wait wait);

  // Reads the directory and finds the account, or makes it, which agrees to the server's terms.
  [[nodiscard]] result<void> enter(const std::string& directory, const std::string& email);
  // The chain, PEM, for a certificate request (DER) of these hosts: names or IP addresses.
  [[nodiscard]] result<std::string> order(const std::vector<std::string>& hosts,
                                          const std::string& request, Solver& solver);

 private:
  struct Directory {
    std::string new_nonce, new_account, new_order;
  };
  enum class SignedBy : uint8_t { account, key };

  [[nodiscard]] result<std::string> take_nonce();
  [[nodiscard]] std::string sign(const std::string& url, const std::string& nonce,
                                 const std::string& payload, SignedBy by) const;
  // A success, or an error with the server's words.
  [[nodiscard]] result<Answer> post(const std::string& url, const std::string& payload,
                                    SignedBy by = SignedBy::account);
  // Until `status` is none of those that go on: the document. Its status is `wanted`, or an error.
  [[nodiscard]] result<std::string> poll(const std::string& url, const std::string& wanted);
  [[nodiscard]] result<void> authorise(const std::string& url, Solver& solver);
  [[nodiscard]] result<void> prove(const std::string& authorisation, const JsonValue& challenge,
                                   Proof proof, Solver& solver);

  Transport& transport_;
  const auth::Key account_;
  const Wait wait_;
  Directory directory_;
  std::string account_url_;
  std::string nonce_;
};

// An IPv4 or IPv6 address, and no name.
[[nodiscard]] bool is_address(const std::string& host);
// In the one form in which it is compared: lower case, addresses as RFC 5952 writes them.
[[nodiscard]] std::string normal_host(const std::string& host);

}  // namespace trivet::app::acme
