// The rows of the accounts' models as structs that own what they hold (schema.h has the fields).
//
// Texts are empty and times 0 where the column is null; times are µs since 1970, JSON is text of an
// object or array. Values.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/records/table.h"

namespace trivet::auth {

struct UserIdentity {
  std::string id, user_id, provider, provider_id, identity_data, email;
  int64_t last_sign_in_at = 0, created_at = 0, updated_at = 0;
};

// A second factor.
struct Factor {
  std::string id, user_id, friendly_name;
  std::string factor_type;  // "totp", "webauthn", "phone"
  std::string status;       // "unverified", "verified"
  std::string secret;       // sealed; empty: it has none
  int64_t last_step = 0;    // of the code that was taken last; of an authenticator, its count of signatures
  int64_t last_challenged_at = 0, created_at = 0, updated_at = 0;
  std::string credential_id, public_key;  // of an authenticator: base64url, a JWK
  std::string phone;

  [[nodiscard]] bool is_verified() const { return status == "verified"; }
};

struct FactorChallenge {
  std::string id, factor_id, ip;
  int64_t created_at = 0;
  std::string challenge;  // that an authenticator signs
  std::string code_hash;  // of what was sent to a phone
  int64_t misses = 0;
};

struct User {
  std::string id, aud, role, email, phone;
  std::string password;  // a PHC string
  int64_t email_confirmed_at = 0, phone_confirmed_at = 0, invited_at = 0, confirmation_sent_at = 0,
          recovery_sent_at = 0;
  std::string email_change;
  int64_t email_change_sent_at = 0, last_sign_in_at = 0, banned_until = 0, deleted_at = 0;
  std::string app_metadata = "{}", user_metadata = "{}";
  bool is_anonymous = false;
  int64_t created_at = 0, updated_at = 0, reauthentication_sent_at = 0;
  std::string phone_change;
  int64_t phone_change_sent_at = 0;
  std::vector<UserIdentity> identities;  // read apart, as are
  std::vector<Factor> factors;
  std::shared_ptr<const User> loaded;    // as the row was read; null: not read
};

struct Session {
  std::string id, user_id;
  int64_t counter = 0;  // of the refresh token that is good now
  std::string aal, amr, ip, user_agent;
  int64_t not_after = 0, created_at = 0, refreshed_at = 0;
  std::string factor_id;    // that raised it to aal2
  int64_t counter_min = 0;  // older refresh tokens are never tolerated
  // Of a program that acts in the user's name (oauth_server/); empty: the user's own.
  std::string client_id, scope, resource;
};

struct Passkey {
  std::string id, user_id;
  std::string credential_id;  // base64url
  std::string public_key;     // a JWK
  std::string aaguid, friendly_name;
  int64_t sign_count = 0, created_at = 0, last_used_at = 0;
};

// Of a passkey's registration, or, without a user, of a sign-in.
struct WebauthnChallenge {
  std::string id, user_id, challenge;
  int64_t created_at = 0;
};

struct AuditEvent {
  std::string id, action, log_type, actor_id, payload, ip;
  int64_t created_at = 0;
};

struct OneTimeToken {
  std::string user_id, slot, address, link_hash, code_hash;
  int64_t misses = 0, created_at = 0;
  std::string challenge;  // pkce.h; empty: its link gives a session
  bool other_proven = true;  // of a change of address: the other of its two links was taken
};

// What a flow with a challenge ends in: a code for a session.
struct AuthCode {
  std::string code_hash, user_id, challenge;
  std::string method;  // of the session's amr
  int64_t created_at = 0;
  std::string provider_tokens;  // sealed; empty = none
};

// Somebody who was sent to another provider.
struct OAuthState {
  std::string state_hash, provider;
  std::string browser_hash;  // of the secret in its cookie; empty: any may come back
  std::string redirect_to;
  std::string challenge;     // pkce.h; empty: the end is a session
  std::string linking_user;  // who gets the identity; empty: whoever it is signs in
  int64_t created_at = 0;
};

// Each reads rows that Table::find gave.
[[nodiscard]] std::vector<User> read_users(const store::Rows& rows);
[[nodiscard]] std::vector<UserIdentity> read_identities(const store::Rows& rows);
[[nodiscard]] std::vector<Session> read_sessions(const store::Rows& rows);
[[nodiscard]] std::vector<OneTimeToken> read_tokens(const store::Rows& rows);
[[nodiscard]] std::vector<AuthCode> read_codes(const store::Rows& rows);
[[nodiscard]] std::vector<Passkey> read_passkeys(const store::Rows& rows);
[[nodiscard]] std::vector<WebauthnChallenge> read_ceremonies(const store::Rows& rows);
[[nodiscard]] std::vector<AuditEvent> read_events(const store::Rows& rows);
[[nodiscard]] std::vector<Factor> read_factors(const store::Rows& rows);
[[nodiscard]] std::vector<OAuthState> read_states(const store::Rows& rows);
[[nodiscard]] std::vector<FactorChallenge> read_challenges(const store::Rows& rows);

// All columns, viewing the record.
[[nodiscard]] std::vector<Assignment> values_of(const User& user);
// The columns that differ from what was loaded: what others changed meanwhile stays.
[[nodiscard]] std::vector<Assignment> changes_of(const User& user);
// All but user_id, which the row above gives.
[[nodiscard]] std::vector<Assignment> values_of(const UserIdentity& identity);
[[nodiscard]] std::vector<Assignment> values_of(const Session& session);
[[nodiscard]] std::vector<Assignment> values_of(const OneTimeToken& token);
[[nodiscard]] std::vector<Assignment> values_of(const AuthCode& code);
[[nodiscard]] std::vector<Assignment> values_of(const Passkey& passkey);
[[nodiscard]] std::vector<Assignment> values_of(const WebauthnChallenge& challenge);
[[nodiscard]] std::vector<Assignment> values_of(const AuditEvent& event);
[[nodiscard]] std::vector<Assignment> values_of(const Factor& factor);
[[nodiscard]] std::vector<Assignment> values_of(const OAuthState& state);
[[nodiscard]] std::vector<Assignment> values_of(const FactorChallenge& challenge);

[[nodiscard]] Value text_or_null(std::string_view text);
[[nodiscard]] Value time_or_null(int64_t us);

}  // namespace trivet::auth
