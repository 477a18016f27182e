#include "api/auth/encode.h"

#include "value/datetime.h"

namespace trivet::api::accounts {

using trivet::auth::Issued;
using trivet::auth::Refusal;
using trivet::auth::User;
using trivet::auth::UserIdentity;

namespace {

constexpr std::string_view version_header = "X-Supabase-Api-Version";
constexpr std::string_view newest_version = "2024-01-01";

void add_time(JsonBuilder& json, std::string_view name, int64_t us) {
  if (us != 0) json.member(name, time_text(us));
}

void add_identity(JsonBuilder& json, const UserIdentity& identity) {
  json.open_object();
  json.member("identity_id", identity.id).member("id", identity.provider_id);
  json.member("user_id", identity.user_id);
  json.key("identity_data").raw(identity.identity_data);
  json.member("provider", identity.provider);
  add_time(json, "last_sign_in_at", identity.last_sign_in_at);
  json.member("created_at", time_text(identity.created_at));
  json.member("updated_at", time_text(identity.updated_at));
  if (!identity.email.empty()) json.member("email", identity.email);
  json.close();
}

// Dates compare as texts; what is no date asks for the oldest.
bool wants_new_shape(const http::Request& request) {
  const std::string_view version = request.header("x-supabase-api-version");
  if (version.size() != newest_version.size()) return false;
  for (size_t i = 0; i < version.size(); ++i) {
    const bool is_hyphen = i == 4 || i == 7;
    if (is_hyphen ? version[i] != '-' : version[i] < '0' || version[i] > '9') return false;
  }
  return version >= newest_version;
}

}  // namespace

std::string time_text(int64_t us) {
  std::string text;
  append_timestamp(text, us, 'T');
  return text += 'Z';
}

void add_user(JsonBuilder& json, const User& user) {
  json.member("id", user.id).member("aud", user.aud).member("role", user.role);
  json.member("email", user.email);
  add_time(json, "email_confirmed_at", user.email_confirmed_at);
  add_time(json, "invited_at", user.invited_at);
  json.member("phone", user.phone);
  add_time(json, "phone_confirmed_at", user.phone_confirmed_at);
  add_time(json, "confirmation_sent_at", user.confirmation_sent_at);
  const int64_t email = user.email_confirmed_at;
  const int64_t phone = user.phone_confirmed_at;
  add_time(json, "confirmed_at", email == 0 ? phone : phone == 0 ? email : std::min(email, phone));
  add_time(json, "recovery_sent_at", user.recovery_sent_at);
  if (!user.email_change.empty()) json.member("new_email", user.email_change);
  add_time(json, "email_change_sent_at", user.email_change_sent_at);
  if (!user.phone_change.empty()) json.member("new_phone", user.phone_change);
  add_time(json, "phone_change_sent_at", user.phone_change_sent_at);
  add_time(json, "reauthentication_sent_at", user.reauthentication_sent_at);
  add_time(json, "last_sign_in_at", user.last_sign_in_at);
  json.key("app_metadata").raw(user.app_metadata);
  json.key("user_metadata").raw(user.user_metadata);
  json.key("identities").open_array();
  for (const UserIdentity& identity : user.identities) add_identity(json, identity);
  json.close();
  if (!user.factors.empty()) {
    json.key("factors").open_array();
    for (const trivet::auth::Factor& factor : user.factors) json.raw(factor_json(factor));
    json.close();
  }
  json.member("created_at", time_text(user.created_at));
  json.member("updated_at", time_text(user.updated_at));
  add_time(json, "banned_until", user.banned_until);
  add_time(json, "deleted_at", user.deleted_at);
  json.member("is_anonymous", user.is_anonymous);
}

std::string user_json(const User& user) {
  JsonBuilder json;
  json.open_object();
  add_user(json, user);
  json.close();
  return json.take();
}

std::string factor_json(const trivet::auth::Factor& factor) {
  JsonBuilder json;
  json.open_object().member("id", factor.id);
  json.member("created_at", time_text(factor.created_at));
  json.member("updated_at", time_text(factor.updated_at)).member("status", factor.status);
  if (!factor.friendly_name.empty()) json.member("friendly_name", factor.friendly_name);
  json.member("factor_type", factor.factor_type).member("phone", factor.phone).key("last_challenged_at");
  if (factor.last_challenged_at == 0)
    json.null();
  else
    json.value(time_text(factor.last_challenged_at));
  json.close();
  return json.take();
}

std::string session_json(const Issued& issued) {
  JsonBuilder json;
  json.open_object();
  json.member("access_token", issued.access_token).member("token_type", "bearer");
  json.member("expires_in", issued.expires_in).member("expires_at", issued.expires_at);
  json.member("refresh_token", issued.refresh_token);
  json.key("user").raw(user_json(issued.user));
  if (!issued.provider_token.empty()) json.member("provider_token", issued.provider_token);
  if (!issued.provider_refresh_token.empty())
    json.member("provider_refresh_token", issued.provider_refresh_token);
  if (!issued.weak_reasons.empty()) {
    json.key("weak_password").open_object();
    json.member("message", "Password is weaker than this server asks for now");
    json.key("reasons").open_array();
    for (const std::string& reason : issued.weak_reasons) json.value(reason);
    json.close().close();
  }
  json.close();
  return json.take();
}

http::Response json_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  response.set("Cache-Control", "no-store");
  response.set("Pragma", "no-cache");
  response.set("X-Content-Type-Options", "nosniff");
  return response;
}

http::Response session_response(const trivet::auth::Issued& issued) {
  http::Response response = json_response(200, session_json(issued));
  response.set("sb-auth-user-id", issued.user.id);
  response.set("sb-auth-session-id", issued.session.id);
  return response;
}

http::Response error_response(const Refusal& refusal, const http::Request& request) {
  const bool is_new = wants_new_shape(request);
  JsonBuilder json;
  json.open_object();
  if (is_new) {
    json.member("code", refusal.code).member("message", refusal.message);
  } else {
    json.member("code", refusal.status).member("error_code", refusal.code);
    json.member("msg", refusal.message);
    if (refusal.status >= 500) json.member("error_id", request.request_id);
  }
  if (!refusal.weak_reasons.empty()) {
    json.key("weak_password").open_object().key("reasons").open_array();
    for (const std::string& reason : refusal.weak_reasons) json.value(reason);
    json.close().close();
  }
  json.close();
  http::Response response = json_response(refusal.status, json.take());
  response.set("x-sb-error-code", refusal.code);
  if (is_new) response.set(version_header, newest_version);
  return response;
}

}  // namespace trivet::api::accounts
