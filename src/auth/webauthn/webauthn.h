// What a browser hands over of an authenticator (Web Authentication, level 2, 7.1 and 7.2): whether it was
// made for us, at one of our pages, for this challenge.
//
// Leaves out: attestation (asked for as "none": who made an authenticator decides nothing here), extensions.
// Errors say what is wrong and are safe to show. Pure functions.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trivet::auth {

inline constexpr size_t webauthn_bytes_max = 64 * 1024;
inline constexpr size_t credential_id_bytes_max = 1023;

struct RelyingParty {
  std::string id;                    // a host
  std::vector<std::string> origins;  // of the pages that may ask
};

// Both as bytes.
struct Registration {
  std::string client_data, attestation;
};
struct Assertion {
  std::string client_data, authenticator_data, signature;
};

struct NewCredential {
  std::string id;   // bytes
  std::string key;  // a JWK
  std::string aaguid;  // of the make, a UUID; zeros: not told
  uint32_t count = 0;
  bool user_verified = false;
};

struct Proof {
  uint32_t count = 0;  // of signatures; 0: the authenticator doesn't count
  bool user_verified = false;
};

// `challenge`: as it was given out, base64url. Errors: bad_jwt.
[[nodiscard]] result<NewCredential> check_registration(const RelyingParty& party,
                                                       std::string_view challenge,
                                                       const Registration& given);
// `key`: the credential's JWK.
[[nodiscard]] result<Proof> check_assertion(const RelyingParty& party, std::string_view challenge,
                                            std::string_view key, const Assertion& given);

}  // namespace trivet::auth
