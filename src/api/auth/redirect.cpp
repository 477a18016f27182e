#include "api/auth/redirect.h"

#include <algorithm>

namespace trivet::api::accounts {
namespace {

std::string_view error_word(int status) {
  switch (status) {
    case 400:
      return "invalid_request";
    case 401:
      return "unauthorized_client";
    case 403:
      return "access_denied";
    case 503:
      return "temporarily_unavailable";
    default:
      return status >= 500 ? "server_error" : "";
  }
}

std::string joined(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out.append(name).append(1, '=').append(encode_component(value));
  }
  return out;
}

// What tells clients that a fragment is ours, in its place: names are sorted.
Parameters with_mark(Parameters parameters) {
  static constexpr std::string_view mark = "sb";
  const auto place = std::ranges::find_if(
      parameters, [](const auto& parameter) { return parameter.first > mark; });
  parameters.insert(place, {mark, std::string()});
  return parameters;
}

}  // namespace

std::string encode_component(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
    if (c == ' ') out += '+';
    if (is_plain) out += c;
    if (is_plain || c == ' ') continue;
    out += '%';
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

http::Response see_other(std::string target, const Parameters& parameters, Where where) {
  target.resize(std::min(target.find('#'), target.size()));
  if (where != Where::fragment)
    target += (target.find('?') == target.npos ? '?' : '&') + joined(parameters);
  if (where != Where::query) target += '#' + joined(with_mark(parameters));
  http::Response response;
  response.status = 303;
  response.set("Location", target);
  response.set("Cache-Control", "no-store");
  response.set("Referrer-Policy", "no-referrer");
  return response;
}

Parameters error_parameters(const trivet::auth::Refusal& refusal) {
  Parameters parameters;
  const std::string_view word = error_word(refusal.status);
  if (!word.empty()) parameters.emplace_back("error", word);
  parameters.emplace_back("error_code", refusal.code);
  parameters.emplace_back("error_description", refusal.message);
  return parameters;
}

Parameters session_parameters(const trivet::auth::Issued& issued, std::string type) {
  Parameters parameters{{"access_token", issued.access_token},
                        {"expires_at", std::to_string(issued.expires_at)},
                        {"expires_in", std::to_string(issued.expires_in)},
                        {"refresh_token", issued.refresh_token},
                        {"token_type", "bearer"}};
  if (!issued.provider_refresh_token.empty())
    parameters.emplace_back("provider_refresh_token", issued.provider_refresh_token);
  if (!issued.provider_token.empty())
    parameters.emplace_back("provider_token", issued.provider_token);
  std::ranges::sort(parameters, {}, &Parameters::value_type::first);
  if (!type.empty()) parameters.emplace_back("type", std::move(type));
  return parameters;
}

}  // namespace trivet::api::accounts
