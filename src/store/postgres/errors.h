// SQLSTATE → Error. Public texts are ours, with the names of constraints, tables and columns; what
// the server said goes to the log. Pure.
#pragma once

#include <optional>
#include <source_location>
#include <string_view>

#include "base/error.h"
#include "store/postgres/request.h"
#include "store/procedure.h"

namespace trivet::store::postgres {

[[nodiscard]] Error error_of_result(const pg_result& failed,
                                    std::source_location where = std::source_location::current());
[[nodiscard]] Error error_of_state(std::string_view state, std::string_view driver_text,
                                   std::source_location where = std::source_location::current());
// The connection is gone, or never came.
[[nodiscard]] Error connection_error(ErrorCode code, std::string_view driver_text,
                                     std::source_location where = std::source_location::current());

// What the server said, where it is for the caller: trouble of the server's own is for the log alone.
[[nodiscard]] std::optional<CallRefusal> refusal_of(const Exchange& exchange);

// What a server answers to a request that may simply be sent again: 40001, 40P01, and what a
// statement that it forgot or whose tables changed gives.
[[nodiscard]] bool may_repeat(std::string_view state);

}  // namespace trivet::store::postgres
