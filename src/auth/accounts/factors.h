// Second factors and passkeys: what is asked of them and answered (dialects/auth.md, section 6). Values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/records/records.h"
#include "auth/webauthn/webauthn.h"

namespace trivet::auth {

struct Enrolment {
  std::string type;  // "totp", "webauthn", "phone"
  std::string name;
  std::string issuer;   // what the application shows; empty = the site's host
  std::string phone{};  // of a factor that is one
};

// The only time that the secret is told; authenticators and phones have none to tell.
struct Enrolled {
  Factor factor;
  std::string secret;  // base32
  std::string uri;     // otpauth://
  std::string image;   // SVG
};

struct ChallengeRequest {
  std::string factor_id;
  std::string channel{};  // how a phone gets the code: "sms", "whatsapp"; empty = sms
};

struct Challenged {
  Factor factor;
  FactorChallenge challenge;
  int64_t expires_at = 0;             // seconds since 1970
  std::vector<std::string> existing;  // ids of the credentials that the user's other authenticators have, base64url
};

// A code, or what an authenticator says: of one that is enrolled the first, then the second.
struct FactorAnswer {
  std::string factor_id, challenge_id, code;
  std::string credential_id{};  // base64url; empty: a code
  std::optional<Registration> registration{};
  std::optional<Assertion> assertion{};
};

struct PasskeyAsked {
  WebauthnChallenge challenge;
  int64_t expires_at = 0;         // seconds since 1970
  std::vector<Passkey> existing;  // of who registers one more
};

struct PasskeyMade {
  std::string challenge_id;
  Registration registration;
};

struct PasskeyShown {
  std::string challenge_id, credential_id;  // base64url
  std::string user_handle;                  // the user's id
  Assertion assertion;
};

// A session's methods (claim amr, newest first) with one more, or anew; and without one. JSON arrays.
[[nodiscard]] std::string with_method(std::string_view methods, std::string_view method,
                                      int64_t now_seconds);
[[nodiscard]] std::string without_method(std::string_view methods, std::string_view method);

}  // namespace trivet::auth
