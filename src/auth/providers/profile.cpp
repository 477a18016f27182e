#include "auth/providers/profile.h"

#include <optional>

#include "auth/accounts/json_object.h"
#include "value/json_builder.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr uint32_t depth_max = 32;
constexpr size_t text_bytes_max = 2048;
constexpr size_t subject_bytes_max = 255;

// "a.b": a member of a member.
std::optional<JsonValue> find(JsonValue object, std::string_view path) {
  const size_t dot = path.find('.');
  const auto member = object.find(path.substr(0, dot));
  if (!member || dot == path.npos) return member;
  return find(*member, path.substr(dot + 1));
}

// Texts, and whole numbers, which some use for ids. What no database keeps is nothing.
std::string text_at(JsonValue object, std::string_view path) {
  const auto value = find(object, path);
  std::string text;
  if (value && value->kind() == JsonKind::string) value->as_string().append_to(text);
  if (value && value->kind() == JsonKind::number &&
      value->as_number().find_first_not_of("0123456789") == std::string_view::npos)
    text = value->as_number();
  return text.size() > text_bytes_max || text.find('\0') != text.npos ? std::string() : text;
}

std::string filled(JsonValue object, std::string_view pattern) {
  std::string out;
  while (!pattern.empty()) {
    const size_t open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == pattern.npos) break;
    const size_t close = pattern.find('}', open);
    const std::string value = text_at(object, pattern.substr(open + 1, close - open - 1));
    if (value.empty()) return {};
    out += value;
    pattern.remove_prefix(close + 1);
  }
  return out;
}

std::string member_of(JsonValue object, std::string_view spec) {
  if (spec.find('{') != spec.npos) return filled(object, spec);
  while (!spec.empty()) {
    const size_t bar = spec.find('|');
    std::string text = text_at(object, spec.substr(0, bar));
    if (!text.empty() || bar == spec.npos) return text;
    spec.remove_prefix(bar + 1);
  }
  return {};
}

// Some write truth as text or number.
bool is_true(JsonValue object, std::string_view path) {
  const auto value = find(object, path);
  if (!value) return false;
  return value->raw() == "true" || value->raw() == "\"true\"" || value->raw() == "1" ||
         value->raw() == "\"1\"";
}

bool is_proven(const Provider& provider, JsonValue object) {
  if (provider.options.trust_email) return true;
  switch (provider.form.proof) {
    case EmailProof::flag:
      return is_true(object, provider.form.verified);
    case EmailProof::present:
      return !text_at(object, provider.form.verified).empty();
    case EmailProof::none:
      break;
  }
  return false;
}

// The primary one; of a list that marks none, the first that is verified.
void choose_email(JsonValue list, ExternalProfile& profile) {
  if (list.kind() != JsonKind::array) return;
  profile.email.clear();
  profile.email_verified = false;
  for (const JsonValue entry : list.elements()) {
    const std::string email = text_at(entry, "email");
    const bool is_verified = is_true(entry, "verified");
    const bool is_primary = is_true(entry, "primary");
    if (email.empty() || (!is_primary && (profile.email_verified || !is_verified))) continue;
    profile.email = email;
    profile.email_verified = is_verified;
    if (is_primary) return;
  }
}

void add_text(JsonBuilder& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.member(name, text);
}

std::string data_of(const Provider& provider, JsonValue object, const ExternalProfile& profile) {
  const Preset& form = provider.form;
  const std::string name = member_of(object, form.full_name);
  const std::string picture = member_of(object, form.picture);
  const std::string user_name = member_of(object, form.user_name);
  JsonBuilder json;
  json.open_object();
  add_text(json, "iss", provider.is_openid() ? text_at(object, "iss") : std::string());
  json.member("sub", profile.subject);
  add_text(json, "name", name);
  for (const std::string_view part : {"given_name", "family_name"})
    add_text(json, part, text_at(object, part));
  add_text(json, "preferred_username", user_name);
  add_text(json, "picture", picture);
  add_text(json, "email", profile.email);
  json.member("email_verified", profile.email_verified).member("phone_verified", false);
  add_text(json, "full_name", name);
  add_text(json, "avatar_url", picture);
  add_text(json, "user_name", user_name);
  json.member("provider_id", profile.subject).close();
  return json.take();
}

}  // namespace

result<ExternalProfile> read_profile(const Provider& provider, std::string_view profile,
                                     std::string_view emails) {
  const auto object = parse_json(profile, depth_max);
  if (!object || object->kind() != JsonKind::object)
    return fail(ErrorCode::connection_failed, "the profile is no JSON object");
  ExternalProfile read;
  read.provider = provider.options.name;
  read.subject = member_of(*object, provider.form.subject);
  if (read.subject.empty() || read.subject.size() > subject_bytes_max)
    return fail(ErrorCode::connection_failed, "the profile doesn't say who it is");
  read.email = member_of(*object, provider.form.email);
  read.email_verified = !read.email.empty() && is_proven(provider, *object);
  if (!emails.empty())
    if (const auto list = parse_json(emails, depth_max)) choose_email(*list, read);
  read.data = data_of(provider, *object, read);
  return read;
}

void add_name(ExternalProfile& profile, std::string_view user_json) {
  const auto user = user_json.size() > text_bytes_max
                        ? std::unexpected(JsonFault{JsonFault::Reason::too_deep, 0})
                        : parse_json(user_json, depth_max);
  if (!user || !text_at(JsonValue::trusted(profile.data), "name").empty()) return;
  const std::string first = text_at(*user, "name.firstName");
  const std::string last = text_at(*user, "name.lastName");
  const std::string name = first + (first.empty() || last.empty() ? "" : " ") + last;
  if (name.empty()) return;
  JsonBuilder json;
  json.open_object().member("name", name).member("full_name", name).close();
  profile.data = merge_json(profile.data, json.take());
}

}  // namespace trivet::auth
