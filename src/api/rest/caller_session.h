// What a database learns of a request: settings of its transaction, as PostgREST names them (request.…). Pure.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"
#include "store/session.h"
#include "value/identity.h"

namespace trivet::api::rest {

// As a list of names in a setting says it: "Sales".
[[nodiscard]] std::string quoted_name(std::string_view name);
// An object by names in lower case. Credentials stay here: who asks is told by the claims.
[[nodiscard]] std::string headers_json(const http::Request& request);
// An object; of several of one name the first.
[[nodiscard]] std::string cookies_json(const http::Request& request);

// Role, claims, method, path, headers and cookies. Each is set always, so that none is left from others. `path` is the one below the
// prefix, as sent.
[[nodiscard]] store::Settings caller_settings(const http::Request& request, const Identity& identity,
                                              const std::string& anonymous_role, std::string_view path);

}  // namespace trivet::api::rest
