// What goes over the wire to and from the programs of the OAuth server: their requests for tokens,
// their registrations, the documents about the server, the page that asks users
// (dialects/auth.md, 7.1). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "api/auth/call.h"
#include "auth/oauth_server/oauth_server.h"
#include "http/message.h"
#include "value/json_builder.h"

namespace trivet::api::accounts {

// RFC 6749, 3.1: none may be there more than once.
[[nodiscard]] bool has_duplicate(const Pairs& pairs);

// A form, or a JSON object by its Content-Type; the client's name and secret in the body or by HTTP
// Basic (RFC 6749, 2.3.1), never both. Errors: invalid_request; invalid_client for a Basic header that
// can't be read.
[[nodiscard]] answer<trivet::auth::TokenRequest> read_token_request(const http::Request& request);
// {"error":…,"error_description":…} (RFC 6749, 5.2), never cached.
[[nodiscard]] http::Response oauth_error(const trivet::auth::Refusal& refusal);

// validation_failed for a member of another type than it has.
[[nodiscard]] answer<trivet::auth::OAuthClientChange> read_client(const Call& call);
// `secret` empty: it is not shown.
[[nodiscard]] std::string client_json(const trivet::auth::OAuthClient& client, std::string_view secret);
// What a user is shown of a client.
void add_client_summary(JsonBuilder& json, const trivet::auth::OAuthClient& client);

// A text claim of a token; empty if it isn't there.
[[nodiscard]] std::string claim_of(const Identity& identity, std::string_view name);

// RFC 8414, 2 and OpenID Connect Discovery, 3 alike.
[[nodiscard]] std::string metadata_json(const trivet::auth::OAuthServer& server);

// The built-in page that signs a user in and asks. `nonce` is used for this answer alone.
[[nodiscard]] http::Response consent_page(const std::string& nonce);

}  // namespace trivet::api::accounts
