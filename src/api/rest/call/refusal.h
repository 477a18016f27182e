// A call that the database refused → the answer (dialects/rest.md, sections 9 and 13). Pure.
#pragma once

#include "http/message.h"
#include "store/procedure.h"
#include "value/identity.h"

namespace trivet::api::rest {

// What a function raised is told as it raised it; `PTnnn` and `PGRST` choose the status, the latter also the whole body and
// headers.
[[nodiscard]] http::Response refusal_response(const store::CallRefusal& refusal, Role role, http::Method method);

// Sets each of `json`, an array of objects with one text each, as response.headers is written. False: it isn't that.
[[nodiscard]] bool set_headers(http::Response& response, std::string_view json);

}  // namespace trivet::api::rest
