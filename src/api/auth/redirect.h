// Answers that send the browser on to the application, with what came of the flow in the address
// (dialects/auth.md, 8.2): sessions in the fragment, codes in the query, errors in either or both.
// Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/accounts/accounts.h"
#include "http/message.h"

namespace trivet::api::accounts {

// In the order in which they are written; values are not encoded yet.
using Parameters = std::vector<std::pair<std::string_view, std::string>>;

enum class Where : uint8_t { query, fragment, query_and_fragment };

// 303 to `target`, whose own query is kept and whose fragment goes. A fragment gets `sb=`, by which
// clients know that it is ours.
[[nodiscard]] http::Response see_other(std::string target, const Parameters& parameters,
                                       Where where);

[[nodiscard]] Parameters error_parameters(const trivet::auth::Refusal& refusal);
// `type` empty: there is none.
[[nodiscard]] Parameters session_parameters(const trivet::auth::Issued& issued, std::string type);

// application/x-www-form-urlencoded.
[[nodiscard]] std::string encode_component(std::string_view text);

}  // namespace trivet::api::accounts
