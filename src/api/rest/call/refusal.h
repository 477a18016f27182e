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

// What the database set response.status and response.headers to; empty = nothing.
struct ChosenAnswer {
  const std::string& status;
  const std::string& headers;
};
// Sets both; where they are none the answer becomes PGRST111 or PGRST112.
void set_chosen(http::Response& response, const ChosenAnswer& chosen, http::Method method);

}  // namespace trivet::api::rest
