// Where a link may lead after it did its work (dialects/auth.md, 8.6): addresses of the site, or those
// that a pattern of the allow list matches. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trivet::auth {

// `*` is a run without '.' and '/', `**` any run, `?` one character but these. The authority is matched
// apart from what follows it, so that no run reaches across.
[[nodiscard]] bool matches_pattern(std::string_view url, std::string_view pattern);

// `wanted` if it is allowed, else `site`.
[[nodiscard]] std::string choose_redirect(std::string_view wanted, std::string_view site,
                                          const std::vector<std::string>& patterns);

}  // namespace trivet::auth
