// The rows of the OAuth server as structs (schema.h has the fields, records.h how they are read). Values.
#pragma once

#include <string>
#include <vector>

#include "auth/records/table.h"

namespace trivet::auth {

// A program that asks users to act in their name.
struct OAuthClient {
  std::string id, name;
  std::string kind;         // "public", "confidential"
  std::string auth_method;  // "none", "client_secret_basic", "client_secret_post"
  std::string secret_hash;  // SHA-256, base64url; empty: public
  std::string redirect_uris = "[]";  // a JSON list
  std::string grant_types;           // names between blanks
  std::string uri, logo_uri;
  std::string registration;  // "manual", "dynamic"
  std::string role;          // of tokens that it gets for itself; empty: it gets none
  int64_t created_at = 0, updated_at = 0;

  [[nodiscard]] bool is_public() const { return kind == "public"; }
};

// A browser that came to be asked.
struct OAuthRequest {
  std::string id_hash, client_id;
  std::string user_id;  // who looked at it first; empty: nobody yet
  std::string redirect_uri, scope, state, challenge, nonce, resource;
  int64_t created_at = 0;
};

struct OAuthCode {
  std::string code_hash, client_id, user_id, redirect_uri, scope, challenge, nonce, resource;
  int64_t auth_time = 0;   // when the user had signed in
  std::string session_id;  // that it was exchanged for; empty: not used yet
  int64_t created_at = 0;
};

struct OAuthConsent {
  std::string user_id, client_id, scope;
  int64_t granted_at = 0;
};

// Each reads rows that Table::find gave.
[[nodiscard]] std::vector<OAuthClient> read_oauth_clients(const store::Rows& rows);
[[nodiscard]] std::vector<OAuthRequest> read_oauth_requests(const store::Rows& rows);
[[nodiscard]] std::vector<OAuthCode> read_oauth_codes(const store::Rows& rows);
[[nodiscard]] std::vector<OAuthConsent> read_oauth_consents(const store::Rows& rows);

// All columns, viewing the record.
[[nodiscard]] std::vector<Assignment> values_of(const OAuthClient& client);
[[nodiscard]] std::vector<Assignment> values_of(const OAuthRequest& request);
[[nodiscard]] std::vector<Assignment> values_of(const OAuthCode& code);
[[nodiscard]] std::vector<Assignment> values_of(const OAuthConsent& consent);

}  // namespace trivet::auth
