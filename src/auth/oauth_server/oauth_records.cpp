#include "auth/oauth_server/oauth_records.h"

#include "auth/records/cells.h"
#include "auth/records/records.h"

namespace trivet::auth {

std::vector<OAuthClient> read_oauth_clients(const store::Rows& rows) {
  return read_all<OAuthClient>(rows, [](Cells& next, OAuthClient& client) {
    for (std::string* text :
         {&client.id, &client.name, &client.kind, &client.auth_method, &client.secret_hash,
          &client.redirect_uris, &client.grant_types, &client.uri, &client.logo_uri,
          &client.registration, &client.role})
      next(*text);
    next(client.created_at);
    next(client.updated_at);
  });
}

std::vector<OAuthRequest> read_oauth_requests(const store::Rows& rows) {
  return read_all<OAuthRequest>(rows, [](Cells& next, OAuthRequest& request) {
    for (std::string* text : {&request.id_hash, &request.client_id, &request.user_id,
                              &request.redirect_uri, &request.scope, &request.state,
                              &request.challenge, &request.nonce, &request.resource})
      next(*text);
    next(request.created_at);
  });
}

std::vector<OAuthCode> read_oauth_codes(const store::Rows& rows) {
  return read_all<OAuthCode>(rows, [](Cells& next, OAuthCode& code) {
    for (std::string* text : {&code.code_hash, &code.client_id, &code.user_id, &code.redirect_uri,
                              &code.scope, &code.challenge, &code.nonce, &code.resource})
      next(*text);
    next(code.auth_time);
    next(code.session_id);
    next(code.created_at);
  });
}

std::vector<OAuthConsent> read_oauth_consents(const store::Rows& rows) {
  return read_all<OAuthConsent>(rows, [](Cells& next, OAuthConsent& consent) {
    for (std::string* text : {&consent.user_id, &consent.client_id, &consent.scope}) next(*text);
    next(consent.granted_at);
  });
}

std::vector<Assignment> values_of(const OAuthClient& client) {
  return {{"id", Value::text(client.id)},
          {"name", Value::text(client.name)},
          {"kind", Value::text(client.kind)},
          {"auth_method", Value::text(client.auth_method)},
          {"secret_hash", text_or_null(client.secret_hash)},
          {"redirect_uris", Value::json(client.redirect_uris)},
          {"grant_types", Value::text(client.grant_types)},
          {"uri", Value::text(client.uri)},
          {"logo_uri", Value::text(client.logo_uri)},
          {"registration", Value::text(client.registration)},
          {"role", text_or_null(client.role)},
          {"created_at", Value::timestamp(client.created_at)},
          {"updated_at", Value::timestamp(client.updated_at)}};
}

std::vector<Assignment> values_of(const OAuthRequest& request) {
  return {{"id_hash", Value::text(request.id_hash)},
          {"client_id", Value::text(request.client_id)},
          {"user_id", text_or_null(request.user_id)},
          {"redirect_uri", Value::text(request.redirect_uri)},
          {"scope", Value::text(request.scope)},
          {"state", text_or_null(request.state)},
          {"challenge", Value::text(request.challenge)},
          {"nonce", text_or_null(request.nonce)},
          {"resource", text_or_null(request.resource)},
          {"created_at", Value::timestamp(request.created_at)}};
}

std::vector<Assignment> values_of(const OAuthCode& code) {
  return {{"code_hash", Value::text(code.code_hash)},
          {"client_id", Value::text(code.client_id)},
          {"user_id", Value::text(code.user_id)},
          {"redirect_uri", Value::text(code.redirect_uri)},
          {"scope", Value::text(code.scope)},
          {"challenge", Value::text(code.challenge)},
          {"nonce", text_or_null(code.nonce)},
          {"resource", text_or_null(code.resource)},
          {"auth_time", Value::timestamp(code.auth_time)},
          {"session_id", text_or_null(code.session_id)},
          {"created_at", Value::timestamp(code.created_at)}};
}

std::vector<Assignment> values_of(const OAuthConsent& consent) {
  return {{"user_id", Value::text(consent.user_id)},
          {"client_id", Value::text(consent.client_id)},
          {"scope", Value::text(consent.scope)},
          {"granted_at", Value::timestamp(consent.granted_at)}};
}

}  // namespace trivet::auth
