#include "auth/issuers/issuer.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace trivet::auth {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool has_part(CURLU* url, CURLUPart part) { return !part_of(url, part).empty(); }

std::unexpected<Error> bad(const IssuerOptions& options, const std::string& text) {
  return fail(ErrorCode::bad_config,
              "auth.issuers" + (options.issuer.empty() ? "" : " \"" + options.issuer + '"') + ": " +
                  text);
}

// "a: b" → {a, b}; names may hold colons of their own (https://…), so a blank follows ours.
std::optional<Renaming> parse_pair(std::string_view text) {
  const size_t colon = text.find(": ");
  if (colon == text.npos || colon == 0) return std::nullopt;
  const size_t start = text.find_first_not_of(' ', colon + 1);
  if (start == text.npos) return std::nullopt;
  return Renaming{std::string(text.substr(0, colon)), std::string(text.substr(start))};
}

result<std::vector<Algorithm>> parse_algorithms(const IssuerOptions& options) {
  std::vector<Algorithm> algorithms;
  for (const std::string& name : options.algorithms) {
    const std::optional<Algorithm> algorithm = parse_algorithm(name);
    // Who could verify with a secret could sign with it too.
    if (!algorithm || algorithm_info(*algorithm).type == KeyType::symmetric)
      return bad(options, "algorithms are RS256, ES256, EdDSA and their like, not " + name);
    algorithms.push_back(*algorithm);
  }
  if (algorithms.empty()) return bad(options, "algorithms is empty: no token would be accepted");
  return algorithms;
}

result<void> check_addresses(const IssuerOptions& options, const Issuer& issuer) {
  const std::string wanted =
      options.plain_http ? "an http:// or https:// address" : "an https:// address";
  if (!is_fetchable(issuer, options.issuer))
    return bad(options, "issuer is " + wanted + " without a query, as in the claim iss");
  if (!options.jwks_url.empty() && !is_fetchable(issuer, options.jwks_url))
    return bad(options, "jwks_url is " + wanted);
  return {};
}

result<void> check_claims(const IssuerOptions& options, Issuer& issuer) {
  for (const std::string& text : options.roles) {
    const auto pair = parse_pair(text);
    if (!pair) return bad(options, "roles are \"value: role\", not \"" + text + '"');
    issuer.roles.push_back(*pair);
  }
  if (issuer.role_claim.empty() != issuer.roles.empty())
    return bad(options, "role_claim names the claim whose values roles maps: give both or neither");
  for (const std::string& text : options.claims) {
    const auto pair = parse_pair(text);
    if (!pair) return bad(options, "claims are \"name: claim of the token\", not \"" + text + '"');
    if (pair->from == "role" || pair->from == "id")
      return bad(options, "claims can't set " + pair->from + ": that is what " +
                              (pair->from == "id" ? "id_claim" : "role and roles") + " is for");
    if (std::ranges::find(issuer.claims, pair->from, &Renaming::to) != issuer.claims.end())
      return bad(options, "claims sets " + pair->from + " twice");
    issuer.claims.push_back({pair->to, pair->from});
  }
  if (issuer.id_claim.empty()) return bad(options, "id_claim is empty");
  return {};
}

}  // namespace

bool Issuer::allows(Algorithm algorithm) const {
  return std::ranges::find(algorithms, algorithm) != algorithms.end();
}

std::optional<Address> parse_address(const std::string& text) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
    return std::nullopt;
  for (const CURLUPart part :
       {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT})
    if (has_part(url.get(), part)) return std::nullopt;
  Address address{part_of(url.get(), CURLUPART_SCHEME), part_of(url.get(), CURLUPART_HOST)};
  std::ranges::transform(address.host, address.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (address.host.empty() || (address.scheme != "https" && address.scheme != "http"))
    return std::nullopt;
  return address;
}

bool is_fetchable(const Issuer& issuer, const std::string& url) {
  const std::optional<Address> address = parse_address(url);
  return address && (address->scheme == "https" || issuer.plain_http);
}

result<Issuer> check_issuer(const IssuerOptions& options) {
  Issuer issuer{options.issuer,     options.audience, {}, options.jwks_url,
                options.role,       options.role_claim, {}, options.id_claim,
                options.id_prefix,  {}, options.ca_file, options.plain_http};
  if (issuer.role.empty()) issuer.role = "anon";
  if (options.issuer.empty()) return bad(options, "issuer is missing");
  TRIVET_CHECK(check_addresses(options, issuer));
  if (options.audience.empty() || std::ranges::find(options.audience, "") != options.audience.end())
    return bad(options, "audience is missing: tokens that are meant for others would be accepted");
  TRIVET_TRY(issuer.algorithms, parse_algorithms(options));
  TRIVET_CHECK(check_claims(options, issuer));
  return issuer;
}

}  // namespace trivet::auth
