#include "api/rest/encode/error.h"

#include <string>

#include "value/json_writer.h"

namespace trivet::api::rest {
namespace {

void append_or_null(std::string& out, std::string_view text) {
  if (text.empty()) out += "null";
  else append_json_string(out, text);
}

bool is_key_error(ErrorCode code) {
  return code == ErrorCode::no_api_key || code == ErrorCode::bad_api_key;
}

// The gateway in front of the database API answers these, with a body of its own.
std::string key_error_body(const Error& error) {
  std::string body = "{\"message\":";
  append_json_string(body, error.message);
  body += ",\"hint\":";
  append_json_string(body, error.hint);
  body += '}';
  return body;
}

void add_headers(http::Response& response, const Error& error, std::string_view code) {
  response.set("Proxy-Status", "PostgREST; error=" + std::string(code));
  if (response.status == 401) {
    const bool bad_token =
        error.code == ErrorCode::bad_jwt || error.code == ErrorCode::bad_jwt_claims;
    response.set("WWW-Authenticate",
                 bad_token ? "Bearer error=\"invalid_token\", error_description=\"" +
                                 error.message + "\""
                           : std::string("Bearer"));
  }
  if (response.status == 503) response.set("Retry-After", "1");
}

}  // namespace

int error_status(const Error& error, Role role) {
  if (error.code == ErrorCode::permission_denied) return role == Role::anon ? 401 : 403;
  return error_code_info(error.code).http_status;
}

std::string error_body(const Error& error) {
  if (is_key_error(error.code)) return key_error_body(error);
  std::string body = "{\"code\":";
  append_json_string(body, error_code_info(error.code).text);
  body += ",\"details\":";
  if (!error.details_json.empty()) body += error.details_json;
  else append_or_null(body, error.details);
  body += ",\"hint\":";
  append_or_null(body, error.hint);
  body += ",\"message\":";
  append_json_string(body, error.message);
  body += '}';
  return body;
}

http::Response error_response(const Error& error, Role role, http::Method method) {
  http::Response response;
  response.status = error_status(error, role);
  response.content_type = "application/json; charset=utf-8";
  add_headers(response, error, error_code_info(error.code).text);
  if (method != http::Method::head) response.body = error_body(error);
  return response;
}

}  // namespace trivet::api::rest
