// Refusal: why an account operation was not done, in the terms of the auth dialect
// (dialects/auth.md, section 2): a status, a code that clients match, a text that is safe to show.
// Values.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace trivet::auth {

struct Refusal {
  int status = 500;
  std::string code;
  std::string message;
  std::vector<std::string> weak_reasons{};  // weak_password: "length", "characters", "pwned"
  std::string log_text{};                   // why, of a 5xx: for the log alone
};

template <class T>
using answer = std::expected<T, Refusal>;

[[nodiscard]] inline std::unexpected<Refusal> refuse(int status, std::string code,
                                                     std::string message) {
  return std::unexpected(Refusal{status, std::move(code), std::move(message)});
}

// What the engine or the store could not do. A database that is away is a 503, which clients try again.
[[nodiscard]] inline std::unexpected<Refusal> refuse(const Error& error) {
  const bool is_away = error_code_info(error.code).http_status == 503;
  Refusal refusal{is_away ? 503 : 500, "unexpected_failure",
                  "Unexpected failure, please check server logs for more information"};
  refusal.log_text = describe_for_log(error);
  return std::unexpected(std::move(refusal));
}

}  // namespace trivet::auth

// AUTH_TRY(auto x, answer_or_result): *it, or co_returns its refusal. The expression is evaluated, and
// a co_await in it completed, before anything is tested.
#define AUTH_TRY(declaration, expression) \
  AUTH_TRY_(TRIVET_CONCAT(auth_try_, __LINE__), declaration, expression)
#define AUTH_TRY_(temporary, declaration, expression, ...)              \
  auto temporary = (expression);                                        \
  if (!temporary) [[unlikely]]                                          \
    co_return std::unexpected(std::move(temporary).error());            \
  declaration = *std::move(temporary)
#define AUTH_CHECK(expression)                                              \
  do {                                                                      \
    auto auth_check_ = (expression);                                        \
    if (!auth_check_) [[unlikely]]                                          \
      co_return std::unexpected(std::move(auth_check_).error());            \
  } while (false)
