#include "auth/claims.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "auth/jose/json_object.h"

namespace trivet::auth {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

// Seconds of a NumericDate claim; nullopt when absent or null.
result<std::optional<double>> numeric_date(const object& claims, std::string_view name) {
  element value;
  if (claims.at_key(name).get(value) != simdjson::SUCCESS || value.is_null())
    return std::optional<double>();
  double seconds = 0;
  if (value.get(seconds) != simdjson::SUCCESS)
    return fail(ErrorCode::bad_jwt_claims,
                "The JWT '" + std::string(name) + "' claim must be a number");
  return std::optional<double>(seconds);
}

int64_t to_seconds(double value) {
  constexpr double limit = 9e15;
  return static_cast<int64_t>(std::ceil(std::clamp(value, -limit, limit)));
}

std::unexpected<Error> bad_audience_type() {
  return fail(ErrorCode::bad_jwt_claims,
              "The JWT 'aud' claim must be a string or an array of strings");
}

// An absent, null or empty audience passes, as in PostgREST.
result<void> check_audience(const object& members, std::string_view wanted) {
  element value;
  if (members.at_key("aud").get(value) != simdjson::SUCCESS || value.is_null()) return {};
  bool found = false;
  size_t count = 0;
  array items;
  if (value.get(items) == simdjson::SUCCESS) {
    for (const element item : items) {
      std::string_view text;
      if (item.get(text) != simdjson::SUCCESS) return bad_audience_type();
      found = found || text == wanted;
      ++count;
    }
  } else {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return bad_audience_type();
    found = text == wanted;
    count = 1;
  }
  if (!wanted.empty() && count > 0 && !found)
    return fail(ErrorCode::bad_jwt_claims, "JWT not in audience");
  return {};
}

}  // namespace

result<int64_t> check_times(const object& claims, int64_t now_seconds) {
  TRIVET_TRY(const std::optional<double> expires, numeric_date(claims, "exp"));
  TRIVET_TRY(const std::optional<double> not_before, numeric_date(claims, "nbf"));
  TRIVET_TRY(const std::optional<double> issued, numeric_date(claims, "iat"));
  const int64_t expires_at = expires ? to_seconds(*expires) : no_expiry;
  TRIVET_CHECK(check_expiry(expires_at, now_seconds));
  const double latest = static_cast<double>(now_seconds + clock_skew_seconds);
  if (not_before && *not_before > latest)
    return fail(ErrorCode::bad_jwt_claims, "JWT not yet valid");
  if (issued && *issued > latest) return fail(ErrorCode::bad_jwt_claims, "JWT issued at future");
  return expires_at;
}

result<Claims> parse_claims(std::string json, const VerifyOptions& options) {
  simdjson::dom::parser parser;
  const std::optional<object> members = parse_json_object(parser, json);
  if (!members) return fail(ErrorCode::bad_jwt_claims, "Parsing claims failed");
  Claims claims;
  TRIVET_TRY(claims.expires_at, check_times(*members, options.now_seconds));
  TRIVET_CHECK(check_audience(*members, options.audience));
  // An ID token tells a program who its user is (oauth_server/), under the same keys; it opens nothing.
  std::string_view use;
  if (members->at_key("token_use").get(use) == simdjson::SUCCESS && use == "id")
    return fail(ErrorCode::bad_jwt, "Unsupported token type");
  element role;
  if (members->at_key("role").get(role) == simdjson::SUCCESS && !role.is_null()) {
    std::string_view text;
    if (role.get(text) != simdjson::SUCCESS)
      return fail(ErrorCode::bad_jwt_claims, "Parsing claims failed");
    claims.role = text;
  }
  claims.json = std::move(json);
  return claims;
}

}  // namespace trivet::auth
