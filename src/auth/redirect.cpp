#include "auth/redirect.h"

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

struct Step {
  enum class Kind : uint8_t { exactly, one, run, any_run } kind;
  char letter = 0;
};

std::vector<Step> steps_of(std::string_view pattern) {
  std::vector<Step> steps;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i).starts_with("**")) {
      steps.push_back({Step::Kind::any_run});
      ++i;
    } else if (pattern[i] == '*') {
      steps.push_back({Step::Kind::run});
    } else if (pattern[i] == '?') {
      steps.push_back({Step::Kind::one});
    } else {
      steps.push_back({Step::Kind::exactly, pattern[i]});
    }
  }
  return steps;
}

// All places in the pattern at once, letter by letter: what an address costs is its length times the
// pattern's, however many runs there are.
bool matches(std::string_view text, std::string_view pattern) {
  using Kind = Step::Kind;
  const std::vector<Step> steps = steps_of(pattern);
  const auto is_run = [&](size_t at) {
    return at < steps.size() && (steps[at].kind == Kind::run || steps[at].kind == Kind::any_run);
  };
  std::vector<char> reached(steps.size() + 1, 0);
  const auto reach = [&](std::vector<char>& places, size_t at) {
    for (places[at] = 1; is_run(at); ++at) places[at + 1] = 1;
  };
  reach(reached, 0);
  for (const char c : text) {
    std::vector<char> next(steps.size() + 1, 0);
    for (size_t at = 0; at < steps.size(); ++at) {
      if (reached[at] == 0) continue;
      const Step& step = steps[at];
      const bool takes = step.kind == Kind::any_run ||
                         (step.kind == Kind::exactly ? step.letter == c : !is_separator(c));
      if (takes) reach(next, is_run(at) ? at : at + 1);
    }
    reached.swap(next);
  }
  return reached.back() != 0;
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
