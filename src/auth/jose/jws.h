// JSON Web Signatures in compact form (RFC 7515): taken apart, verified, made.
//
// Strict: three parts, canonical base64url, a header that is one object without a member given
// twice, `alg` a known one and the one that the key is for, no `crit`, no token inside (`cty`), and
// no key or address of a key (`jwk`, `jku`, `x5u`, `x5c`): such a token is refused, and nothing is ever fetched.
// The payload is any bytes; claims are jwt.h's. Errors are bad_jwt with PostgREST's texts.
// Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "auth/jose/key.h"
#include "base/error.h"

namespace trivet::auth {

inline constexpr size_t token_bytes_max = 16 * 1024;

struct JwsHeader {
  Algorithm algorithm = Algorithm::hs256;
  std::string key_id;  // empty = none given
  std::string type;    // "typ"; empty = none given
};

struct Jws {
  JwsHeader header;
  std::string_view signed_text;  // header.payload, of the token; lives as long as it
  std::string_view payload;      // still in base64url, of the token
  std::string signature;         // bytes
};

// Refuses what is malformed; nothing is verified yet.
[[nodiscard]] result<Jws> parse_jws(std::string_view token);

// "No suitable key or wrong key type".
[[nodiscard]] std::unexpected<Error> no_key_fits();

// The payload of a token that `key` signed with `algorithm`. A "kid" that isn't the key's is
// refused.
[[nodiscard]] result<std::string> verify_jws(std::string_view token, const Key& key,
                                             Algorithm algorithm);

// {"alg":…,"kid":…,"typ":"JWT"}.payload.signature. Needs key.can_sign() and an algorithm that the
// key names.
[[nodiscard]] std::string sign_jws(std::string_view payload, const Key& key);

}  // namespace trivet::auth
