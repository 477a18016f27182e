// What the world can cause is a value: result<T>. What only a bug of ours can cause is TRIVET_ASSERT, also in release.
//
// An Error has a code (one list for all stages, error_codes.def), the three public texts of PostgREST's error body,
// and the place that made it. message, details and hint are safe to show to the caller; log_text is not.
// Values; no thread affinity.
#pragma once

#include <cstdint>
#include <expected>
#include <source_location>
#include <string>
#include <string_view>

namespace trivet {

enum class ErrorCode : uint16_t {
#define TRIVET_ERROR(name, text, http, grpc) name,
#include "base/error_codes.def"
#undef TRIVET_ERROR
};

struct ErrorCodeInfo {
  std::string_view name;  // the enumerator
  std::string_view text;  // SQLSTATE or PGRSTnnn, what clients match
  int http_status;
  int grpc_status;
};

// Static data; lives for ever.
[[nodiscard]] const ErrorCodeInfo& error_code_info(ErrorCode code);

struct Error {
  Error(ErrorCode code_, std::string message_, std::string details_ = {}, std::string hint_ = {},
        std::source_location where_ = std::source_location::current())
      : code(code_),
        message(std::move(message_)),
        details(std::move(details_)),
        hint(std::move(hint_)),
        where(where_) {}

  ErrorCode code;
  std::string message;       // public
  std::string details;       // public; empty = null
  std::string hint;          // public; empty = null
  std::string details_json;  // public; when set it is the JSON value of "details" (PGRST201) and `details` is ignored
  std::string log_text;      // driver text and the like: for the log only
  std::source_location where;
};

template <class T>
using result = std::expected<T, Error>;

// All that is known, in one line, with the place in the code: for the log, never for a client.
[[nodiscard]] std::string describe_for_log(const Error& error);

// return fail(ErrorCode::bad_body, "Empty or invalid json");
[[nodiscard]] inline std::unexpected<Error> fail(
    ErrorCode code, std::string message, std::string details = {}, std::string hint = {},
    std::source_location where = std::source_location::current()) {
  return std::unexpected<Error>(
      Error(code, std::move(message), std::move(details), std::move(hint), where));
}

[[noreturn]] void assertion_failed(const char* expression, std::source_location where);

}  // namespace trivet

#define TRIVET_ASSERT(expression)                                                        \
  ((expression) ? void(0)                                                                \
                : ::trivet::assertion_failed(#expression, std::source_location::current()))

// TRIVET_TRY(auto x, f()): x = *f(), or returns f()'s error from the enclosing result<> function.
#define TRIVET_CONCAT_(a, b) a##b
#define TRIVET_CONCAT(a, b) TRIVET_CONCAT_(a, b)
#define TRIVET_TRY(declaration, expression) \
  TRIVET_TRY_(TRIVET_CONCAT(trivet_try_, __LINE__), declaration, expression, return)
#define TRIVET_CO_TRY(declaration, expression) \
  TRIVET_TRY_(TRIVET_CONCAT(trivet_try_, __LINE__), declaration, expression, co_return)
#define TRIVET_TRY_(temporary, declaration, expression, return_)                       \
  auto&& temporary = (expression);                                                     \
  if (!temporary) [[unlikely]]                                                         \
    return_ std::unexpected(std::move(temporary).error());                             \
  declaration = *std::move(temporary)

// For result<void>.
#define TRIVET_CHECK(expression)                                              \
  do {                                                                        \
    if (auto&& trivet_check_ = (expression); !trivet_check_) [[unlikely]]     \
      return std::unexpected(std::move(trivet_check_).error());               \
  } while (false)
#define TRIVET_CO_CHECK(expression)                                           \
  do {                                                                        \
    if (auto&& trivet_check_ = (expression); !trivet_check_) [[unlikely]]     \
      co_return std::unexpected(std::move(trivet_check_).error());            \
  } while (false)
