#include "auth/accounts/redirect.h"

#include <algorithm>

namespace trivet::auth {
namespace {

struct Parts {
  std::string_view origin;  // scheme://authority
  std::string_view rest;    // path and query, or empty
};

Parts split(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const size_t scheme = url.find("://");
  const size_t from = scheme == url.npos ? 0 : scheme + 3;
  const size_t end = url.find_first_of("/?", from);
  return {url.substr(0, end), end == url.npos ? std::string_view{} : url.substr(end)};
}

bool is_separator(char c) { return c == '.' || c == '/'; }

bool matches(std::string_view text, std::string_view pattern) {
  while (!pattern.empty()) {
    if (pattern.front() == '*') {
      const bool is_any = pattern.starts_with("**");
      const std::string_view rest = pattern.substr(is_any ? 2 : 1);
      for (size_t i = 0; i <= text.size(); ++i) {
        if (matches(text.substr(i), rest)) return true;
        if (i < text.size() && !is_any && is_separator(text[i])) return false;
      }
      return false;
    }
    if (text.empty()) return false;
    if (pattern.front() == '?' ? is_separator(text.front()) : pattern.front() != text.front())
      return false;
    text.remove_prefix(1);
    pattern.remove_prefix(1);
  }
  return text.empty();
}

// What no address of an application has and what confuses those who read addresses.
bool is_clean(std::string_view url) {
  return url.size() <= 2048 && std::ranges::all_of(url, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>';
  });
}

}  // namespace

bool matches_pattern(std::string_view url, std::string_view pattern) {
  const Parts asked = split(url);
  const Parts allowed = split(pattern);
  if (allowed.origin.find("**") != allowed.origin.npos) return false;
  return matches(asked.origin, allowed.origin) && matches(asked.rest, allowed.rest);
}

std::string choose_redirect(std::string_view wanted, std::string_view site,
                            const std::vector<std::string>& patterns) {
  const Parts parts = split(wanted);
  const bool is_allowed =
      !wanted.empty() && is_clean(wanted) && parts.origin.find("://") != parts.origin.npos &&
      parts.origin.find('@') == parts.origin.npos &&
      (parts.origin == split(site).origin ||
       std::ranges::any_of(patterns, [&](const std::string& pattern) {
         return matches_pattern(wanted, pattern);
       }));
  return std::string(is_allowed ? wanted : site);
}

}  // namespace trivet::auth
