// OAuthServer: other programs that act in a user's name, or in their own (dialects/auth.md, 7.1;
// OAuth 2.1, OpenID Connect Core): the programs, the user's consent, codes, tokens.
//
// A program's session is one of the accounts' sessions that names the program; Accounts issues and
// refreshes it. Every code has an S256 challenge (RFC 7636), is good for 60 s and once; a second use
// ends the session that the first one made. Leaves out: implicit and password grants, request objects,
// revocation by the program (RFC 7009), introspection (RFC 7662). Refusals of token() carry the words
// of RFC 6749, 5.2 as their code, all others the dialect's. Knows no HTTP; whoever calls limits rates.
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/accounts/accounts.h"
#include "auth/oauth_server/oauth_records.h"
#include "value/json_builder.h"

namespace trivet::auth {

struct OAuthServerOptions {
  std::string issuer;        // as AccountOptions::issuer, never empty
  std::string consent_url;   // the page that asks the user; gets ?authorization_id=
  bool registration = false;  // programs may register themselves
};

// What a program is registered with; absent ones keep what they are, or are the default.
struct OAuthClientChange {
  std::optional<std::string> name, kind, auth_method, uri, logo_uri, role;
  std::optional<std::vector<std::string>> redirect_uris, grant_types;
};

enum class ClientRegistration : uint8_t { manual, dynamic };

// The secret is shown this once; empty: a public client.
struct MadeOAuthClient {
  OAuthClient client;
  std::string secret;
};

// The query of /oauth/authorize. An empty text is absent.
struct AuthorizeRequest {
  std::string client_id, redirect_uri, response_type, response_mode, scope, state, challenge,
      challenge_method, nonce, resource, prompt;
  bool has_object = false;  // request or request_uri, which are left out
};

// A request that waits for its user, or where the browser goes at once.
struct Asked {
  OAuthRequest request;
  OAuthClient client;
  std::string redirect_url;  // empty: the user is asked
};

enum class Decision : uint8_t { approve, deny };

struct Grant {
  OAuthClient client;
  OAuthConsent consent;
};

// Who a program says it is (RFC 6749, 2.3).
struct ClientProof {
  std::string id, secret;
  std::string method;  // as OAuthClient::auth_method
};

struct TokenRequest {
  ClientProof proof;
  std::string grant_type, code, redirect_uri, verifier, refresh_token, scope, resource;
};

struct TokenAnswer {
  std::string access_token, scope;
  std::string refresh_token, id_token;  // empty: none
  int64_t expires_in = 0;               // s
};

class OAuthServer {
 public:
  // All must outlive it; `parts` are those of `accounts`.
  OAuthServer(Accounts& accounts, const AccountParts& parts, OAuthServerOptions options);

  [[nodiscard]] const OAuthServerOptions& options() const { return options_; }
  // Of ID tokens; empty: the signing key is a shared secret, and there are none.
  [[nodiscard]] std::string_view id_token_algorithm() const;
  // For a page's Content-Security-Policy.
  [[nodiscard]] std::string make_nonce() { return random_text(16); }

  [[nodiscard]] task<answer<std::vector<OAuthClient>>> list_clients(Client client);
  // oauth_client_not_found.
  [[nodiscard]] task<answer<OAuthClient>> find_client(std::string id, Client client);
  [[nodiscard]] task<answer<MadeOAuthClient>> create_client(OAuthClientChange wanted,
                                                            ClientRegistration how, Client client);
  [[nodiscard]] task<answer<OAuthClient>> update_client(std::string id, OAuthClientChange change,
                                                        Client client);
  // With its sessions.
  [[nodiscard]] task<answer<void>> delete_client(std::string id, Client client);
  // The old one is over at once.
  [[nodiscard]] task<answer<MadeOAuthClient>> regenerate_secret(std::string id, Client client);

  // Where the browser goes: to the page that asks, or back with an error. Refused where it must not be
  // sent anywhere: an unknown client, an address that isn't the client's.
  [[nodiscard]] task<answer<std::string>> authorize(AuthorizeRequest given, Client client);
  // Whoever looks first is who it is for.
  [[nodiscard]] task<answer<Asked>> look(std::string id, Caller caller, Client client);
  // Where the browser goes.
  [[nodiscard]] task<answer<std::string>> decide(std::string id, Decision decision, Caller caller,
                                                 Client client);
  [[nodiscard]] task<answer<std::vector<Grant>>> list_grants(std::string user_id, Client client);
  // With the client's sessions of that user. oauth_consent_not_found.
  [[nodiscard]] task<answer<void>> revoke_grant(std::string user_id, std::string client_id,
                                                Client client);

  // invalid_client is a 401.
  [[nodiscard]] task<answer<OAuthClient>> prove(ClientProof proof, Client client);
  // For a client that prove() gave.
  [[nodiscard]] task<answer<TokenAnswer>> token(TokenRequest given, OAuthClient program,
                                                Client client);

 private:
  [[nodiscard]] std::string random_text(size_t bytes);
  [[nodiscard]] int64_t now_us() const { return accounts_.now_us(); }
  [[nodiscard]] task<answer<std::optional<OAuthClient>>> load_client(std::string id, Client client);
  [[nodiscard]] task<answer<Asked>> take(std::string id, Caller caller, Client client);
  [[nodiscard]] task<answer<std::string>> finish(Asked asked, Caller caller, Client client);
  [[nodiscard]] task<answer<bool>> has_consent(const Asked& asked, Caller caller, Client client);
  [[nodiscard]] task<answer<void>> remember(const Asked& asked, Caller caller, Client client);
  [[nodiscard]] task<answer<TokenAnswer>> token_by_code(TokenRequest given, OAuthClient program,
                                                        Client client);
  [[nodiscard]] task<answer<TokenAnswer>> token_by_refresh(TokenRequest given, OAuthClient program,
                                                           Client client);
  [[nodiscard]] answer<TokenAnswer> token_for_itself(const TokenRequest& given,
                                                     const OAuthClient& program) const;
  // A code that comes twice.
  [[nodiscard]] task<answer<void>> end_session(std::string id, Client client);
  [[nodiscard]] std::string id_token(const Issued& issued, const OAuthCode& code) const;

  Accounts& accounts_;
  engine::Environment& environment_;
  const std::shared_ptr<const SigningKeys> ring_;
  const OAuthServerOptions options_;
  const Table clients_;
  const Table requests_;
  const Table codes_;
  const Table consents_;
  const Table sessions_;
};

// What a program learns of its user by `scope`, into the claims of an ID token or of userinfo.
void add_claims(JsonBuilder& json, const User& user, std::string_view scope);

}  // namespace trivet::auth
