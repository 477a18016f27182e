// Any bytes as what a provider says: a discovery document, an ID token, a profile, a list of addresses.
// Never a crash; what is taken of a discovery document are addresses that may be asked, and data is JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/providers/endpoints.h"
#include "auth/providers/id_token.h"
#include "auth/providers/profile.h"
#include "value/json_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ProviderOptions options;
  options.name = "custom:x";
  options.client_id = "c";
  options.issuer = "https://id.example";
  const Provider provider = check_provider(options).value();
  if (const auto endpoints = parse_endpoints(provider, text))
    for (const auto* url : {&endpoints->authorize, &endpoints->token, &endpoints->keys})
      if (!url->starts_with("https://")) std::abort();
  (void)key_of_id_token(text);
  IdTokenRules rules;
  rules.issuer = "https://login.example/{tenantid}";
  rules.audiences = {"c"};
  if (verify_id_token(text, rules, KeySet())) std::abort();
  ProviderOptions hub;
  hub.name = "github";
  hub.client_id = hub.client_secret = "c";
  for (const Provider& each : {provider, check_provider(hub).value()})
    if (auto profile = read_profile(each, text, text)) {
      add_name(*profile, text);
      if (!trivet::parse_json(profile->data, 4)) std::abort();
    }
  return 0;
}
