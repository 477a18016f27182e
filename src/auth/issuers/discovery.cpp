#include "auth/issuers/discovery.h"

#include "auth/jose/json_object.h"

namespace trivet::auth {
namespace {

constexpr std::string_view openid_path = "/.well-known/openid-configuration";
constexpr std::string_view oauth_path = "/.well-known/oauth-authorization-server";

std::string without_slash(std::string text) {
  if (text.ends_with('/')) text.pop_back();
  return text;
}

// RFC 8414, section 3.1: between host and path.
std::string with_inserted(const std::string& base, std::string_view inserted) {
  const size_t host = base.find("://") + 3;
  const size_t path = base.find('/', host);
  if (path == base.npos) return base + std::string(inserted);
  return base.substr(0, path) + std::string(inserted) + base.substr(path);
}

Reach reach_of(const Issuer& issuer, const std::string& url, const std::string& named_by) {
  const auto address = parse_address(url);
  if (address && address->scheme == "http") return Reach::this_machine;
  const auto known = parse_address(named_by);
  const bool is_same_host = address && known && address->host == known->host;
  return is_same_host || url == issuer.jwks_url ? Reach::anywhere : Reach::public_only;
}

result<std::string> find_keys(const Issuer& issuer, const Fetch& fetch,
                              const std::atomic<bool>& stop) {
  std::string problems;
  for (const std::string& url : discovery_urls(issuer)) {
    const auto document =
        fetch({url, reach_of(issuer, url, issuer.name), issuer.ca_file, &stop});
    // A document that is there and wrong is no reason to look for another one.
    if (document) return parse_discovery(issuer, *document);
    problems += (problems.empty() ? "" : "; ") + document.error().message;
  }
  return fail(ErrorCode::connection_failed, problems);
}

}  // namespace

std::vector<std::string> discovery_urls(const Issuer& issuer) {
  const std::string base = without_slash(issuer.name);
  return {base + std::string(openid_path), with_inserted(base, oauth_path)};
}

result<std::string> parse_discovery(const Issuer& issuer, std::string_view document) {
  simdjson::dom::parser parser;
  const auto members = document.size() > document_bytes_max
                           ? std::nullopt
                           : parse_json_object(parser, document);
  if (!members)
    return fail(ErrorCode::connection_failed, "the discovery document is no JSON object");
  const TextMember named = text_member(*members, "issuer");
  if (!named.text || *named.text != issuer.name)
    return fail(ErrorCode::connection_failed, "the discovery document is of another issuer");
  const TextMember url = text_member(*members, "jwks_uri");
  if (!url.text || !is_fetchable(issuer, std::string(*url.text)))
    return fail(ErrorCode::connection_failed, "the discovery document names no usable jwks_uri");
  return std::string(*url.text);
}

result<KeySet> fetch_keys(const Issuer& issuer, const Fetch& fetch, const std::atomic<bool>& stop) {
  std::string url = issuer.jwks_url;
  if (url.empty()) {
    TRIVET_TRY(url, find_keys(issuer, fetch, stop));
  }
  TRIVET_TRY(const std::string document,
             fetch({url, reach_of(issuer, url, issuer.name), issuer.ca_file, &stop}));
  result<KeySet> keys = KeySet::parse(document);
  if (!keys) return fail(ErrorCode::connection_failed, url + ": this is no JWK set");
  for (const Key& key : keys->keys())
    if (key.type() != KeyType::symmetric) return keys;
  return fail(ErrorCode::connection_failed, url + ": no key of it can be used");
}

}  // namespace trivet::auth
