// Any bytes as what an issuer sends: a discovery document, a key set, the claims and the label of a
// token. Never a crash; what is accepted keeps to the rules.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/issuers/discovery.h"
#include "auth/issuers/foreign_token.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Issuer issuer = [] {
    IssuerOptions options;
    options.issuer = "https://id.example";
    options.audience = {"api"};
    options.role_claim = "realm.roles";
    options.roles = {"staff: editor"};
    options.claims = {"org: o.x"};
    return check_issuer(options).value();
  }();
  if (const auto url = parse_discovery(issuer, text); url && !url->starts_with("https://"))
    if (const auto address = parse_address(*url); !address || address->scheme != "https")
      std::abort();
  (void)KeySet::parse(text);
  (void)read_label(text);
  if (const auto token = accept_claims(text, issuer, 1'700'000'000);
      token && token->identity.role_name != "anon" && token->identity.role_name != "editor")
    std::abort();
  return 0;
}
