#include "auth/sms/sms.h"

#include <algorithm>

#include "value/datetime.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

constexpr std::string_view place = "{{ .Code }}";
constexpr size_t digits_min = 2;
constexpr size_t digits_max = 15;

std::string time_text(int64_t us) {
  std::string text;
  append_timestamp(text, us, 'T');
  return text += 'Z';
}

// Who it is for, in the dialect's words. Nothing that lets anybody in.
std::string user_json(const User& user) {
  JsonBuilder json;
  json.open_object().member("id", user.id).member("aud", user.aud).member("role", user.role);
  json.member("email", user.email).member("phone", user.phone);
  if (!user.phone_change.empty()) json.member("new_phone", user.phone_change);
  json.key("app_metadata").raw(user.app_metadata);
  json.key("user_metadata").raw(user.user_metadata);
  json.member("created_at", time_text(user.created_at));
  json.member("updated_at", time_text(user.updated_at));
  json.member("is_anonymous", user.is_anonymous).close();
  return json.take();
}

}  // namespace

std::string normalize_phone(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::string digits(text);
  std::erase(digits, ' ');
  const bool is_number =
      digits.size() >= digits_min && digits.size() <= digits_max && digits.front() != '0' &&
      std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? digits : std::string();
}

result<void> check_sms_template(std::string_view text) {
  const size_t at = text.find(place);
  const bool is_one = at != text.npos && text.find("{{") == at &&
                      text.substr(at + place.size()).find("{{") == text.npos;
  if (is_one) return {};
  return fail(ErrorCode::bad_config, "auth.sms_template holds {{ .Code }}, once, and no other {{ }}");
}

std::string fill_sms_template(std::string_view text, std::string_view code) {
  std::string filled(text);
  filled.replace(filled.find(place), place.size(), code);
  return filled;
}

std::string sms_payload(const Sms& sms) {
  JsonBuilder json;
  json.open_object().key("metadata").open_object().member("uuid", sms.id);
  json.member("time", time_text(sms.at_us)).member("name", "send-sms").close();
  json.key("user").raw(user_json(sms.user)).key("sms").open_object();
  json.member("otp", sms.code).member("phone", sms.to);
  if (sms.kind == "mfa") json.member("sms_type", "mfa");
  json.member("channel", sms.channel).member("text", sms.text).close().close();
  return json.take();
}

}  // namespace trivet::auth
