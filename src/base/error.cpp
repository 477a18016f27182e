#include "base/error.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace trivet {
namespace {

constexpr auto infos = std::to_array<ErrorCodeInfo>({
#define TRIVET_ERROR(name, text, http, grpc) {#name, text, http, grpc},
#include "base/error_codes.def"
#undef TRIVET_ERROR
});

}  // namespace

const ErrorCodeInfo& error_code_info(ErrorCode code) { return infos[static_cast<size_t>(code)]; }

std::string describe_for_log(const Error& error) {
  std::string text(error_code_info(error.code).text);
  text += ": " + error.message;
  for (const std::string* more : {&error.details, &error.log_text})
    if (!more->empty()) text += "; " + *more;
  text += " (";
  text += error.where.file_name();
  text += ':' + std::to_string(error.where.line()) + ')';
  return text;
}

void assertion_failed(const char* expression, std::source_location where) {
  std::fprintf(stderr, "%s:%u: assertion failed in %s: %s\n", where.file_name(), where.line(),
               where.function_name(), expression);
  std::abort();
}

}  // namespace trivet
