#include "api/auth/credential.h"

#include "auth/base64url.h"
#include "auth/webauthn/cose_key.h"

namespace trivet::api::accounts {
namespace {

constexpr int64_t timeout_ms = 300'000;

std::string text_of(const std::optional<JsonValue>& member) {
  std::string text;
  if (member && member->kind() == JsonKind::string) member->as_string().append_to(text);
  return text;
}

void add_credentials(JsonBuilder& json, std::string_view name, std::span<const std::string> ids) {
  json.key(name).open_array();
  for (const std::string& id : ids)
    json.open_object().member("type", "public-key").member("id", id).close();
  json.close();
}

}  // namespace

Credential::Credential(const std::optional<JsonValue>& member) {
  if (!member) return;
  id = text_of(member->find("id"));
  response_ = member->find("response");
}

std::string Credential::bytes(std::string_view name) const {
  if (!response_) return {};
  return trivet::auth::decode_base64url(text_of(response_->find(name))).value_or(std::string());
}

trivet::auth::Registration Credential::registration() const {
  return {bytes("clientDataJSON"), bytes("attestationObject")};
}

trivet::auth::Assertion Credential::assertion() const {
  return {bytes("clientDataJSON"), bytes("authenticatorData"), bytes("signature")};
}

std::string creation_options(const CreationRequest& wanted) {
  const bool is_resident = wanted.residence == Residence::required;
  JsonBuilder json;
  json.open_object()
      .key("rp")
      .open_object()
      .member("id", wanted.host)
      .member("name", wanted.host)
      .close();
  json.key("user").open_object().member("id", trivet::auth::encode_base64url(wanted.user.id));
  const std::string& name = wanted.user.email.empty() ? wanted.user.id : wanted.user.email;
  json.member("name", name).member("displayName", name).close();
  json.member("challenge", wanted.challenge).key("pubKeyCredParams").open_array();
  for (const int64_t algorithm : trivet::auth::cose_algorithms)
    json.open_object().member("type", "public-key").member("alg", algorithm).close();
  json.close().member("timeout", timeout_ms);
  add_credentials(json, "excludeCredentials", wanted.excluded);
  json.key("authenticatorSelection").open_object();
  json.member("residentKey", is_resident ? "required" : "discouraged")
      .member("requireResidentKey", is_resident);
  json.member("userVerification", "preferred").close().member("attestation", "none").close();
  return json.take();
}

std::string request_options(std::string_view host, std::string_view challenge,
                            std::span<const std::string> allowed) {
  JsonBuilder json;
  json.open_object()
      .member("challenge", challenge)
      .member("timeout", timeout_ms)
      .member("rpId", host);
  add_credentials(json, "allowCredentials", allowed);
  json.member("userVerification", "preferred").close();
  return json.take();
}

}  // namespace trivet::api::accounts
