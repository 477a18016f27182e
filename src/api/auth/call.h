// Call: one request to /auth/v1 as endpoints read it. A JSON body whatever its Content-Type, `null`
// the same as absent, unknown members ignored (dialects/auth.md, section 1). Lives as long as the request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/accounts/accounts.h"
#include "http/message.h"
#include "value/identity.h"
#include "value/json_reader.h"

namespace trivet::api::accounts {

template <class T>
using answer = trivet::auth::answer<T>;

using Pairs = std::vector<std::pair<std::string, std::string>>;
// application/x-www-form-urlencoded, as queries and forms are; what is no escape stays.
[[nodiscard]] Pairs decode_pairs(std::string_view text);
// The first of that name; empty if there is none.
[[nodiscard]] std::string find_value(const Pairs& pairs, std::string_view name);

struct Call {
  const http::Request& request;
  trivet::auth::Client client;
  JsonValue body;                    // an object, or null
  std::vector<std::string> ids;      // in the path, in order
  const Identity* identity = nullptr;
  trivet::auth::Caller caller{};     // routes of signed-in users

  // Empty if absent.
  [[nodiscard]] std::string query(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::string text_or_empty(std::string_view name) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
  // A member that is an object, as JSON.
  [[nodiscard]] std::optional<std::string> object(std::string_view name) const;
  // The PKCE pair of the body, in the form of auth/proof/pkce.h; empty if there is none.
  [[nodiscard]] answer<std::string> challenge() const;
  // Of a cookie that the browser sent; empty if it sent none.
  [[nodiscard]] std::string cookie(std::string_view name) const;
  // The query's, else the header's, else the body's.
  [[nodiscard]] std::string redirect_to() const;
};

// 400 bad_json if it is no object; 413 beyond 1 MiB. Empty is null.
[[nodiscard]] answer<JsonValue> parse_body(std::string_view text);

}  // namespace trivet::api::accounts
