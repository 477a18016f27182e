// The objects of the auth dialect as JSON (dialects/auth.md, section 3), and its errors (section 2).
// Pure functions.
#pragma once

#include <string>

#include "auth/accounts/accounts.h"
#include "http/message.h"
#include "value/json_builder.h"

namespace trivet::api::accounts {

// The members of a User, into an open object.
void add_user(JsonBuilder& json, const trivet::auth::User& user);
[[nodiscard]] std::string user_json(const trivet::auth::User& user);
[[nodiscard]] std::string factor_json(const trivet::auth::Factor& factor);
[[nodiscard]] std::string session_json(const trivet::auth::Issued& issued);

// RFC 3339 in UTC, up to 6 fractional digits.
[[nodiscard]] std::string time_text(int64_t us);

[[nodiscard]] http::Response json_response(int status, std::string body);
[[nodiscard]] http::Response session_response(const trivet::auth::Issued& issued);
// In the body of the version that the request's X-Supabase-Api-Version asks for.
[[nodiscard]] http::Response error_response(const trivet::auth::Refusal& refusal,
                                            const http::Request& request);

}  // namespace trivet::api::accounts
