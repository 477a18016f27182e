#include "api/rest/request/prefer.h"

#include <charconv>

#include "http/text.h"

namespace trivet::api::rest {
namespace {

// The first of a kind wins; a later one is still a known word.
template <class T>
bool choose(std::string_view token, T& field, T none,
            std::initializer_list<std::pair<std::string_view, T>> words) {
  for (const auto& [word, value] : words) {
    if (token != word) continue;
    if (field == none) field = value;
    return true;
  }
  return false;
}

bool read_max_affected(std::string_view token, Preferences& preferences) {
  if (!token.starts_with("max-affected=")) return false;
  const std::string_view digits = token.substr(13);
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return false;
  if (!preferences.max_affected) preferences.max_affected = value;
  return true;
}

bool read_zone(std::string_view token, Preferences& preferences) {
  if (!token.starts_with("timezone=")) return false;
  std::shared_ptr<const Zone> zone = find_zone(token.substr(9));
  if (!zone) return false;
  if (!preferences.zone) {
    preferences.zone = std::move(zone);
    preferences.zone_name = token.substr(9);
  }
  return true;
}

bool read_token(std::string_view token, Preferences& p) {
  using engine::CountKind;
  return choose(token, p.return_, Return::unspecified,
                {{"return=minimal", Return::minimal},
                 {"return=headers-only", Return::headers_only},
                 {"return=representation", Return::representation}}) ||
         choose(token, p.resolution, Resolution::none,
                {{"resolution=merge-duplicates", Resolution::merge_duplicates},
                 {"resolution=ignore-duplicates", Resolution::ignore_duplicates}}) ||
         choose(token, p.missing, Missing::unspecified,
                {{"missing=default", Missing::default_}, {"missing=null", Missing::null}}) ||
         choose(token, p.count, CountKind::none,
                {{"count=exact", CountKind::exact},
                 {"count=planned", CountKind::planned},
                 {"count=estimated", CountKind::estimated}}) ||
         choose(token, p.handling, Handling::unspecified,
                {{"handling=strict", Handling::strict}, {"handling=lenient", Handling::lenient}}) ||
         choose(token, p.transaction, Transaction::unspecified,
                {{"tx=commit", Transaction::commit}, {"tx=rollback", Transaction::rollback}}) ||
         read_max_affected(token, p) || read_zone(token, p);
}

}  // namespace

Preferences parse_prefer(std::string_view value) {
  Preferences preferences;
  while (!value.empty()) {
    const std::string_view token = http::take_element(value);
    if (!token.empty() && !read_token(token, preferences)) preferences.unknown.emplace_back(token);
  }
  return preferences;
}

}  // namespace trivet::api::rest
