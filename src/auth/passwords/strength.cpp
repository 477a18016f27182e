#include "auth/passwords/strength.h"

#include <algorithm>
#include <array>

namespace trivet::auth {
namespace {

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view either = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view digits = "0123456789";
constexpr std::string_view symbols = R"(!@#$%^&*()_+-=[]{};'\:"|<>?,./`~)";

constexpr std::array letters_digits = {either, digits};
constexpr std::array lower_upper_digits = {lower, upper, digits};
constexpr std::array lower_upper_digits_symbols = {lower, upper, digits, symbols};

}  // namespace

std::span<const std::string_view> letters_of(std::string_view requirements) {
  if (requirements == "letters_digits") return letters_digits;
  if (requirements == "lower_upper_letters_digits") return lower_upper_digits;
  if (requirements == "lower_upper_letters_digits_symbols") return lower_upper_digits_symbols;
  return {};
}

std::vector<std::string> weaknesses(std::string_view password, const PasswordRules& rules) {
  std::vector<std::string> reasons;
  if (password.size() < rules.bytes_min) reasons.emplace_back("length");
  const bool has_each = std::ranges::all_of(rules.letters, [password](std::string_view set) {
    return password.find_first_of(set) != password.npos;
  });
  if (!has_each) reasons.emplace_back("characters");
  return reasons;
}

std::string describe_weaknesses(std::span<const std::string> reasons, const PasswordRules& rules) {
  std::string text;
  for (const std::string& reason : reasons) {
    if (!text.empty()) text += ' ';
    if (reason == "length") {
      text += "Password should be at least " + std::to_string(rules.bytes_min) + " characters.";
    } else if (reason == "characters") {
      text += "Password should contain at least one character of each: ";
      for (size_t i = 0; i < rules.letters.size(); ++i)
        text.append(i == 0 ? "" : ", ").append(rules.letters[i]);
      text += '.';
    } else {
      text += "Password is known to be weak and easy to guess, please choose a different one.";
    }
  }
  return text;
}

}  // namespace trivet::auth
