// What a project asks of new passwords (dialects/auth.md, 8.8). Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::auth {

struct PasswordRules {
  uint32_t bytes_min = 6;
  // Sets of letters; one of each must occur. Static storage.
  std::span<const std::string_view> letters{};
};

// The sets of `auth.password_requirements`: "letters_digits", "lower_upper_letters_digits",
// "lower_upper_letters_digits_symbols"; none for any other word.
[[nodiscard]] std::span<const std::string_view> letters_of(std::string_view requirements);

// The words that clients match: "length", "characters", in that order; none if it is good.
[[nodiscard]] std::vector<std::string> weaknesses(std::string_view password,
                                                  const PasswordRules& rules);
// For people, of the reasons that weaknesses() gave and "pwned".
[[nodiscard]] std::string describe_weaknesses(std::span<const std::string> reasons,
                                              const PasswordRules& rules);

}  // namespace trivet::auth
