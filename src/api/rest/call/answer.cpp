#include "api/rest/call/answer.h"

#include <fmt/format.h>


#include "api/rest/call/refusal.h"
#include "api/rest/encode/error.h"

namespace trivet::api::rest {
namespace {

using store::ResultShape;

std::string range_text(const PreparedCall& prepared, const store::CallAnswer& answer) {
  const ResultShape shape = prepared.call.procedure->shape;
  if (shape != ResultShape::rows && shape != ResultShape::values) return "0-0/*";
  const bool none = answer.rows == 0 || answer.total == 0;
  return fmt::format("{}/{}", none ? "*" : fmt::format("{}-{}", prepared.offset, prepared.offset + answer.rows - 1),
                     answer.total ? std::to_string(*answer.total) : "*");
}

void set_status(const PreparedCall& prepared, const store::CallAnswer& answer, http::Response& response) {
  if (!answer.total) return;
  if (prepared.offset > *answer.total) {
    response.status = 416;
    response.body = error_body(Error(
        ErrorCode::bad_range, "Requested range not satisfiable",
        fmt::format("An offset of {} was requested, but there are only {} rows.", prepared.offset, *answer.total)));
  } else if (answer.rows < *answer.total) {
    response.status = 206;
  }
}

}  // namespace

http::Response call_response(const PreparedCall& prepared, http::Method method, store::CallAnswer answer) {
  http::Response response;
  if (prepared.call.procedure->shape == ResultShape::nothing) {
    response.status = 204;
  } else {
    response.content_type = content_type(prepared.media);
    response.body = std::move(answer.body);
  }
  if (!prepared.profile.empty() && !response.content_type.empty()) response.set("Content-Profile", prepared.profile);
  set_status(prepared, answer, response);
  response.set("Content-Range", range_text(prepared, answer));
  if (!prepared.preference_applied.empty()) response.set("Preference-Applied", prepared.preference_applied);
  set_chosen(response, {answer.status, answer.headers}, method);
  if (method == http::Method::head) response.body.clear();
  return response;
}

}  // namespace trivet::api::rest
