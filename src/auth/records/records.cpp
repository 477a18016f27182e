#include "auth/records/records.h"

#include "auth/records/cells.h"

namespace trivet::auth {
namespace {

bool is_same(Value a, Value b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case ValueKind::null:
      return true;
    case ValueKind::text:
    case ValueKind::json:
      return a.as_text() == b.as_text();
    default:
      return a.as_integer() == b.as_integer();
  }
}

}  // namespace

Value text_or_null(std::string_view text) {
  return text.empty() ? Value::null() : Value::text(text);
}
Value time_or_null(int64_t us) { return us == 0 ? Value::null() : Value::timestamp(us); }

std::vector<User> read_users(const store::Rows& rows) {
  return read_all<User>(rows, [](Cells& next, User& user) {
    for (std::string* text : {&user.id, &user.aud, &user.role, &user.email, &user.phone, &user.password})
      next(*text);
    for (int64_t* time : {&user.email_confirmed_at, &user.phone_confirmed_at, &user.invited_at,
                          &user.confirmation_sent_at, &user.recovery_sent_at})
      next(*time);
    next(user.email_change);
    for (int64_t* time :
         {&user.email_change_sent_at, &user.last_sign_in_at, &user.banned_until, &user.deleted_at})
      next(*time);
    next(user.app_metadata);
    next(user.user_metadata);
    next(user.is_anonymous);
    next(user.created_at);
    next(user.updated_at);
    next(user.reauthentication_sent_at);
    next(user.phone_change);
    next(user.phone_change_sent_at);
  });
}

std::vector<UserIdentity> read_identities(const store::Rows& rows) {
  return read_all<UserIdentity>(rows, [](Cells& next, UserIdentity& identity) {
    for (std::string* text : {&identity.id, &identity.user_id, &identity.provider,
                              &identity.provider_id, &identity.identity_data, &identity.email})
      next(*text);
    for (int64_t* time : {&identity.last_sign_in_at, &identity.created_at, &identity.updated_at})
      next(*time);
  });
}

std::vector<Session> read_sessions(const store::Rows& rows) {
  return read_all<Session>(rows, [](Cells& next, Session& session) {
    next(session.id);
    next(session.user_id);
    next(session.counter);
    for (std::string* text : {&session.aal, &session.amr, &session.ip, &session.user_agent})
      next(*text);
    for (int64_t* time : {&session.not_after, &session.created_at, &session.refreshed_at})
      next(*time);
    next(session.factor_id);
    next(session.counter_min);
    for (std::string* text : {&session.client_id, &session.scope, &session.resource}) next(*text);
  });
}

std::vector<OneTimeToken> read_tokens(const store::Rows& rows) {
  return read_all<OneTimeToken>(rows, [](Cells& next, OneTimeToken& token) {
    for (std::string* text :
         {&token.user_id, &token.slot, &token.address, &token.link_hash, &token.code_hash})
      next(*text);
    next(token.misses);
    next(token.created_at);
    next(token.challenge);
    next(token.other_proven);
  });
}

std::vector<AuthCode> read_codes(const store::Rows& rows) {
  return read_all<AuthCode>(rows, [](Cells& next, AuthCode& code) {
    for (std::string* text : {&code.code_hash, &code.user_id, &code.challenge, &code.method})
      next(*text);
    next(code.created_at);
    next(code.provider_tokens);
  });
}

std::vector<AuditEvent> read_events(const store::Rows& rows) {
  return read_all<AuditEvent>(rows, [](Cells& next, AuditEvent& event) {
    for (std::string* text : {&event.id, &event.action, &event.log_type, &event.actor_id,
                              &event.payload, &event.ip})
      next(*text);
    next(event.created_at);
  });
}

std::vector<Passkey> read_passkeys(const store::Rows& rows) {
  return read_all<Passkey>(rows, [](Cells& next, Passkey& passkey) {
    for (std::string* text : {&passkey.id, &passkey.user_id, &passkey.credential_id,
                              &passkey.public_key, &passkey.aaguid, &passkey.friendly_name})
      next(*text);
    for (int64_t* number : {&passkey.sign_count, &passkey.created_at, &passkey.last_used_at})
      next(*number);
  });
}

std::vector<WebauthnChallenge> read_ceremonies(const store::Rows& rows) {
  return read_all<WebauthnChallenge>(rows, [](Cells& next, WebauthnChallenge& challenge) {
    for (std::string* text : {&challenge.id, &challenge.user_id, &challenge.challenge}) next(*text);
    next(challenge.created_at);
  });
}

std::vector<Factor> read_factors(const store::Rows& rows) {
  return read_all<Factor>(rows, [](Cells& next, Factor& factor) {
    for (std::string* text : {&factor.id, &factor.user_id, &factor.friendly_name,
                              &factor.factor_type, &factor.status, &factor.secret})
      next(*text);
    for (int64_t* number : {&factor.last_step, &factor.last_challenged_at, &factor.created_at,
                            &factor.updated_at})
      next(*number);
    next(factor.credential_id);
    next(factor.public_key);
    next(factor.phone);
  });
}

std::vector<OAuthState> read_states(const store::Rows& rows) {
  return read_all<OAuthState>(rows, [](Cells& next, OAuthState& state) {
    for (std::string* text : {&state.state_hash, &state.provider, &state.browser_hash,
                              &state.redirect_to, &state.challenge, &state.linking_user})
      next(*text);
    next(state.created_at);
  });
}

std::vector<FactorChallenge> read_challenges(const store::Rows& rows) {
  return read_all<FactorChallenge>(rows, [](Cells& next, FactorChallenge& challenge) {
    for (std::string* text : {&challenge.id, &challenge.factor_id, &challenge.ip}) next(*text);
    next(challenge.created_at);
    next(challenge.challenge);
    next(challenge.code_hash);
    next(challenge.misses);
  });
}

std::vector<Assignment> values_of(const User& user) {
  return {{"id", Value::text(user.id)},
          {"aud", Value::text(user.aud)},
          {"role", Value::text(user.role)},
          {"email", text_or_null(user.email)},
          {"phone", text_or_null(user.phone)},
          {"password", text_or_null(user.password)},
          {"email_confirmed_at", time_or_null(user.email_confirmed_at)},
          {"phone_confirmed_at", time_or_null(user.phone_confirmed_at)},
          {"invited_at", time_or_null(user.invited_at)},
          {"confirmation_sent_at", time_or_null(user.confirmation_sent_at)},
          {"recovery_sent_at", time_or_null(user.recovery_sent_at)},
          {"email_change", text_or_null(user.email_change)},
          {"email_change_sent_at", time_or_null(user.email_change_sent_at)},
          {"last_sign_in_at", time_or_null(user.last_sign_in_at)},
          {"banned_until", time_or_null(user.banned_until)},
          {"deleted_at", time_or_null(user.deleted_at)},
          {"app_metadata", Value::json(user.app_metadata)},
          {"user_metadata", Value::json(user.user_metadata)},
          {"is_anonymous", Value::boolean(user.is_anonymous)},
          {"created_at", time_or_null(user.created_at)},
          {"updated_at", time_or_null(user.updated_at)},
          {"reauthentication_sent_at", time_or_null(user.reauthentication_sent_at)},
          {"phone_change", text_or_null(user.phone_change)},
          {"phone_change_sent_at", time_or_null(user.phone_change_sent_at)}};
}

std::vector<Assignment> changes_of(const User& user) {
  std::vector<Assignment> values = values_of(user);
  if (!user.loaded) return values;
  const std::vector<Assignment> before = values_of(*user.loaded);
  std::vector<Assignment> changed;
  for (size_t i = 0; i < values.size(); ++i)
    if (!is_same(values[i].value, before[i].value)) changed.push_back(values[i]);
  return changed;
}

std::vector<Assignment> values_of(const UserIdentity& identity) {
  return {{"id", Value::text(identity.id)},
          {"provider", Value::text(identity.provider)},
          {"provider_id", Value::text(identity.provider_id)},
          {"identity_data", Value::json(identity.identity_data)},
          {"email", text_or_null(identity.email)},
          {"last_sign_in_at", time_or_null(identity.last_sign_in_at)},
          {"created_at", time_or_null(identity.created_at)},
          {"updated_at", time_or_null(identity.updated_at)}};
}

std::vector<Assignment> values_of(const Session& session) {
  return {{"id", Value::text(session.id)},
          {"user_id", Value::text(session.user_id)},
          {"counter", Value::integer(session.counter)},
          {"aal", Value::text(session.aal)},
          {"amr", Value::json(session.amr)},
          {"ip", text_or_null(session.ip)},
          {"user_agent", text_or_null(session.user_agent)},
          {"not_after", time_or_null(session.not_after)},
          {"created_at", time_or_null(session.created_at)},
          {"refreshed_at", time_or_null(session.refreshed_at)},
          {"factor_id", text_or_null(session.factor_id)},
          {"counter_min", Value::integer(session.counter_min)},
          {"client_id", text_or_null(session.client_id)},
          {"scope", text_or_null(session.scope)},
          {"resource", text_or_null(session.resource)}};
}

std::vector<Assignment> values_of(const OneTimeToken& token) {
  return {{"user_id", Value::text(token.user_id)},
          {"slot", Value::text(token.slot)},
          {"address", Value::text(token.address)},
          {"link_hash", Value::text(token.link_hash)},
          {"code_hash", Value::text(token.code_hash)},
          {"misses", Value::integer(token.misses)},
          {"created_at", Value::timestamp(token.created_at)},
          {"challenge", text_or_null(token.challenge)},
          {"other_proven", Value::boolean(token.other_proven)}};
}

std::vector<Assignment> values_of(const AuditEvent& event) {
  return {{"id", Value::text(event.id)},
          {"action", Value::text(event.action)},
          {"log_type", Value::text(event.log_type)},
          {"actor_id", text_or_null(event.actor_id)},
          {"payload", Value::json(event.payload)},
          {"ip", text_or_null(event.ip)},
          {"created_at", Value::timestamp(event.created_at)}};
}

std::vector<Assignment> values_of(const Passkey& passkey) {
  return {{"id", Value::text(passkey.id)},
          {"user_id", Value::text(passkey.user_id)},
          {"credential_id", Value::text(passkey.credential_id)},
          {"public_key", Value::text(passkey.public_key)},
          {"aaguid", Value::text(passkey.aaguid)},
          {"friendly_name", Value::text(passkey.friendly_name)},
          {"sign_count", Value::integer(passkey.sign_count)},
          {"created_at", Value::timestamp(passkey.created_at)},
          {"last_used_at", time_or_null(passkey.last_used_at)}};
}

std::vector<Assignment> values_of(const WebauthnChallenge& challenge) {
  return {{"id", Value::text(challenge.id)},
          {"user_id", text_or_null(challenge.user_id)},
          {"challenge", Value::text(challenge.challenge)},
          {"created_at", Value::timestamp(challenge.created_at)}};
}

std::vector<Assignment> values_of(const Factor& factor) {
  return {{"id", Value::text(factor.id)},
          {"user_id", Value::text(factor.user_id)},
          {"friendly_name", Value::text(factor.friendly_name)},
          {"factor_type", Value::text(factor.factor_type)},
          {"status", Value::text(factor.status)},
          {"secret", Value::text(factor.secret)},
          {"last_step", Value::integer(factor.last_step)},
          {"last_challenged_at", time_or_null(factor.last_challenged_at)},
          {"created_at", Value::timestamp(factor.created_at)},
          {"updated_at", Value::timestamp(factor.updated_at)},
          {"credential_id", text_or_null(factor.credential_id)},
          {"public_key", text_or_null(factor.public_key)},
          {"phone", text_or_null(factor.phone)}};
}

std::vector<Assignment> values_of(const OAuthState& state) {
  return {{"state_hash", Value::text(state.state_hash)},
          {"provider", Value::text(state.provider)},
          {"browser_hash", text_or_null(state.browser_hash)},
          {"redirect_to", Value::text(state.redirect_to)},
          {"challenge", text_or_null(state.challenge)},
          {"linking_user", text_or_null(state.linking_user)},
          {"created_at", Value::timestamp(state.created_at)}};
}

std::vector<Assignment> values_of(const FactorChallenge& challenge) {
  return {{"id", Value::text(challenge.id)},
          {"factor_id", Value::text(challenge.factor_id)},
          {"ip", text_or_null(challenge.ip)},
          {"created_at", Value::timestamp(challenge.created_at)},
          {"challenge", text_or_null(challenge.challenge)},
          {"code_hash", text_or_null(challenge.code_hash)},
          {"misses", Value::integer(challenge.misses)}};
}

std::vector<Assignment> values_of(const AuthCode& code) {
  return {{"code_hash", Value::text(code.code_hash)},
          {"user_id", Value::text(code.user_id)},
          {"challenge", Value::text(code.challenge)},
          {"method", Value::text(code.method)},
          {"created_at", Value::timestamp(code.created_at)},
          {"provider_tokens", text_or_null(code.provider_tokens)}};
}

}  // namespace trivet::auth
