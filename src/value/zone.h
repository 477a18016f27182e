// Zone: an IANA time zone, for printing timestamptz and for reading timestamps that name no zone.
//
// Rules come from ICU. UTC is a null Zone pointer everywhere, so that the common case costs
// nothing. A Zone is immutable and may be shared by threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace trivet {

class Zone {
 public:
  virtual ~Zone() = default;
  // Seconds east of UTC at that instant (µs since the epoch).
  [[nodiscard]] virtual int32_t offset_at(int64_t utc_us) const = 0;
  // Seconds east of UTC for a wall-clock time given as if it were UTC. In a gap or overlap: the
  // offset before the change (PostgreSQL's choice is standard time in an overlap; the gap moves
  // forward).
  [[nodiscard]] virtual int32_t offset_of_local(int64_t local_us) const = 0;
  [[nodiscard]] virtual std::string_view name() const = 0;
};

// By IANA name, letter case ignored ("Europe/Berlin", "utc"). UTC and its aliases give a Zone too.
// Null if unknown.
[[nodiscard]] std::shared_ptr<const Zone> find_zone(std::string_view name);

}  // namespace trivet
