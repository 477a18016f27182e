#include "auth/providers/endpoints.h"

#include "auth/issuers/issuer.h"
#include "auth/jose/json_object.h"

namespace trivet::auth {
namespace {

using simdjson::dom::object;

std::unexpected<Error> unusable(std::string text) {
  return fail(ErrorCode::connection_failed, "the discovery document " + std::move(text));
}

// Only the host, path and query of an endpoint are the provider's business: a user, a fragment or another
// scheme are refused, and what programs read in two ways ("https:/host").
bool is_usable(const Provider& provider, const std::string& url) {
  const bool is_known = url.starts_with("https://") ||
                        (provider.options.plain_http && url.starts_with("http://"));
  return is_known && url.find('#') == url.npos && parse_address(url.substr(0, url.find('?')));
}

enum class Needed : uint8_t { yes, no };

result<std::string> address_of(const Provider& provider, const object& members,
                               std::string_view name, Needed needed) {
  const TextMember found = text_member(members, name);
  if (!found.present && needed == Needed::no) return std::string();
  if (!found.text || !is_usable(provider, std::string(*found.text)))
    return unusable("names no usable " + std::string(name));
  return std::string(*found.text);
}

// OpenID Connect Discovery 1.0, section 3: without the list, client_secret_basic.
bool wants_basic_auth(const object& members) {
  simdjson::dom::array methods;
  if (members.at_key("token_endpoint_auth_methods_supported").get(methods) != simdjson::SUCCESS)
    return true;
  for (const auto method : methods) {
    std::string_view text;
    if (method.get(text) == simdjson::SUCCESS && text == "client_secret_basic") return true;
  }
  return false;
}

}  // namespace

Endpoints endpoints_of(const Preset& form) {
  Endpoints endpoints;
  endpoints.authorize = form.authorize;
  endpoints.token = form.token;
  endpoints.profile = form.profile;
  return endpoints;
}

std::string discovery_url(const Provider& provider) {
  if (!provider.form.discovery.empty()) return provider.form.discovery;
  std::string base = provider.form.issuer;
  if (base.ends_with('/')) base.pop_back();
  return base + "/.well-known/openid-configuration";
}

result<Endpoints> parse_endpoints(const Provider& provider, std::string_view document) {
  simdjson::dom::parser parser;
  const auto members = parse_json_object(parser, document);
  if (!members) return unusable("is no JSON object");
  const TextMember issuer = text_member(*members, "issuer");
  if (!issuer.text || *issuer.text != provider.form.issuer) return unusable("is of another issuer");
  Endpoints endpoints;
  TRIVET_TRY(endpoints.authorize,
             address_of(provider, *members, "authorization_endpoint", Needed::yes));
  TRIVET_TRY(endpoints.token, address_of(provider, *members, "token_endpoint", Needed::yes));
  TRIVET_TRY(endpoints.keys, address_of(provider, *members, "jwks_uri", Needed::yes));
  TRIVET_TRY(endpoints.profile, address_of(provider, *members, "userinfo_endpoint", Needed::no));
  bool flag = false;
  const auto error = members->at_key("authorization_response_iss_parameter_supported").get(flag);
  endpoints.names_issuer = error == simdjson::SUCCESS && flag;
  endpoints.basic_auth = wants_basic_auth(*members);
  return endpoints;
}

}  // namespace trivet::auth
