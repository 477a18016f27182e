#include "auth/oauth_server/redirect_uri.h"

#include <algorithm>
#include <array>
#include <string>

namespace trivet::auth {
namespace {

constexpr std::array<std::string_view, 7> forbidden = {"javascript", "data", "file", "vbscript", "about", "blob",
                                                       "view-source"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// In lower case; empty if there is none (RFC 3986, 3.1).
std::string scheme_of(std::string_view uri) {
  const std::string_view name = uri.substr(0, std::min(uri.find(':'), uri.size()));
  if (name.size() == uri.size() || name.empty() || !is_letter(name.front())) return {};
  std::string scheme;
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return {};
    scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return scheme;
}

// What those who read addresses disagree about: a browser takes '\' for '/', and drops controls.
bool is_clean(std::string_view uri) {
  return !uri.empty() && uri.size() <= uri_bytes_max && std::ranges::all_of(uri, [](char c) {
    const bool is_visible = static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7f;
    return is_visible && std::string_view(R"(\"<>^`{|})").find(c) == std::string_view::npos;
  });
}

// What follows "scheme://" up to the path; empty if there is none.
std::string_view authority_of(std::string_view uri) {
  const size_t colon = uri.find(':');
  if (colon == uri.npos || !uri.substr(colon).starts_with("://")) return {};
  uri.remove_prefix(colon + 3);
  return uri.substr(0, std::min(uri.find_first_of("/?#"), uri.size()));
}

// "127.0.0.1" of "127.0.0.1:8080"; empty if what follows it is no port.
std::string_view host_of(std::string_view authority) {
  const size_t from = authority.starts_with('[') ? std::min(authority.find(']'), authority.size()) : 0;
  const size_t colon = authority.find(':', from);
  if (colon == authority.npos) return authority;
  const std::string_view port = authority.substr(colon + 1);
  if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return {};
  return authority.substr(0, colon);
}

bool is_web(std::string_view uri) {
  const std::string scheme = scheme_of(uri);
  return (scheme == "https" || scheme == "http") && is_clean(uri) && !host_of(authority_of(uri)).empty() &&
         authority_of(uri).find('@') == uri.npos;
}

bool is_this_machine(std::string_view host) { return host == "127.0.0.1" || host == "[::1]"; }

}  // namespace

answer<void> check_redirect_uri(std::string_view uri) {
  const auto bad = [](std::string_view why) {
    return refuse(400, "validation_failed", "redirect_uris: " + std::string(why));
  };
  const std::string scheme = scheme_of(uri);
  if (!is_clean(uri)) return bad("an address is empty, longer than 2048 bytes or holds letters that no address has");
  if (scheme.empty()) return bad("an address must be absolute");
  if (uri.find('#') != uri.npos) return bad("an address must not have a fragment");
  if (std::ranges::find(forbidden, scheme) != forbidden.end()) return bad("the scheme " + scheme + " is not allowed");
  if (scheme != "https" && scheme != "http") return {};
  if (!is_web(uri)) return bad("an address needs a host, without a user");
  const std::string_view host = host_of(authority_of(uri));
  if (scheme == "http" && !is_this_machine(host) && host != "localhost")
    return bad("http is for localhost, 127.0.0.1 and [::1] alone");
  return {};
}

bool matches_redirect_uri(std::string_view asked, std::string_view registered) {
  if (asked == registered) return true;
  constexpr std::string_view http = "http://";
  if (!asked.starts_with(http) || !registered.starts_with(http) || !is_clean(asked)) return false;
  const std::string_view from = authority_of(registered);
  const std::string_view to = authority_of(asked);
  return is_this_machine(host_of(from)) && host_of(from) == host_of(to) &&
         asked.substr(http.size() + to.size()) == registered.substr(http.size() + from.size());
}

bool is_owned(std::string_view uri) { return scheme_of(uri) == "https"; }

bool is_resource(std::string_view uri) {
  return is_clean(uri) && !scheme_of(uri).empty() && uri.find_first_of("#?") == uri.npos;
}

bool is_page(std::string_view uri) { return uri.empty() || is_web(uri); }

}  // namespace trivet::auth
