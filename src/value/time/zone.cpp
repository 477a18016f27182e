#include "value/zone.h"

#include <unicode/basictz.h>
#include <unicode/strenum.h>
#include <unicode/timezone.h>

#include "base/unicode.h"

namespace trivet {
namespace {

double to_icu_ms(int64_t us) {
  // ICU counts whole milliseconds; flooring keeps an instant on its own side of a transition.
  return static_cast<double>(us / 1000 - (us % 1000 < 0));
}

class IcuZone final : public Zone {
 public:
  IcuZone(std::unique_ptr<icu::BasicTimeZone> zone, std::string name)
      : zone_(std::move(zone)), name_(std::move(name)) {}

  int32_t offset_at(int64_t utc_us) const override {
    int32_t raw = 0;
    int32_t saving = 0;
    UErrorCode status = U_ZERO_ERROR;
    zone_->getOffset(to_icu_ms(utc_us), false, raw, saving, status);
    return (raw + saving) / 1000;
  }

  int32_t offset_of_local(int64_t local_us) const override {
    int32_t raw = 0;
    int32_t saving = 0;
    UErrorCode status = U_ZERO_ERROR;
    // A gap reads as the time before it, which moves forward over the gap; an overlap as its
    // second, standard time.
    zone_->getOffsetFromLocal(to_icu_ms(local_us), UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_LATTER, raw,
                              saving, status);
    return (raw + saving) / 1000;
  }

  std::string_view name() const override { return name_; }

 private:
  std::unique_ptr<icu::BasicTimeZone> zone_;
  std::string name_;
};

class UtcZone final : public Zone {
 public:
  int32_t offset_at(int64_t) const override { return 0; }
  int32_t offset_of_local(int64_t) const override { return 0; }
  std::string_view name() const override { return "UTC"; }
};

bool looks_like_zone_name(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '/' && c != '_' && c != '-' && c != '+')
      return false;
  }
  return true;
}

// ICU knows ids by their exact case only.
std::unique_ptr<icu::TimeZone> find_ignoring_case(const std::string& folded) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> ids(
      icu::TimeZone::createTimeZoneIDEnumeration(UCAL_ZONE_TYPE_ANY, nullptr, nullptr, status));
  if (U_FAILURE(status)) return nullptr;
  int32_t size = 0;
  while (const char* id = ids->next(&size, status)) {
    if (lower_ascii({id, static_cast<size_t>(size)}) == folded) {
      return std::unique_ptr<icu::TimeZone>(
          icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(id)));
    }
  }
  return nullptr;
}

std::unique_ptr<icu::TimeZone> find_icu_zone(std::string_view name) {
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(
      icu::UnicodeString::fromUTF8({name.data(), static_cast<int32_t>(name.size())})));
  if (zone != nullptr && *zone != icu::TimeZone::getUnknown()) return zone;
  return find_ignoring_case(lower_ascii(name));
}

}  // namespace

std::shared_ptr<const Zone> find_zone(std::string_view name) {
  if (!looks_like_zone_name(name)) return nullptr;
  const std::string folded = lower_ascii(name);
  if (folded == "utc" || folded == "z" || folded == "gmt" || folded == "etc/utc" ||
      folded == "zulu") {
    return std::make_shared<UtcZone>();
  }
  // ICU takes custom ids such as GMT+5; they are no IANA names.
  if (folded.starts_with("gmt") && folded.size() > 4) return nullptr;
  std::unique_ptr<icu::TimeZone> zone = find_icu_zone(name);
  if (zone == nullptr) return nullptr;
  icu::UnicodeString id;
  std::string canonical;
  zone->getID(id).toUTF8String(canonical);
  auto* basic = dynamic_cast<icu::BasicTimeZone*>(zone.get());
  if (basic == nullptr) return nullptr;
  zone.release();
  return std::make_shared<IcuZone>(std::unique_ptr<icu::BasicTimeZone>(basic),
                                   std::move(canonical));
}

}  // namespace trivet
