// The Prefer header (dialects/rest.md, section 7; RFC 7240). Values; pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/operation.h"
#include "value/zone.h"

namespace trivet::api::rest {

enum class Return : uint8_t { unspecified, minimal, headers_only, representation };
enum class Resolution : uint8_t { none, merge_duplicates, ignore_duplicates };
enum class Missing : uint8_t { unspecified, null, default_ };
enum class Handling : uint8_t { unspecified, strict, lenient };
enum class Transaction : uint8_t { unspecified, commit, rollback };

struct Preferences {
  Return return_ = Return::unspecified;
  Resolution resolution = Resolution::none;
  Missing missing = Missing::unspecified;
  engine::CountKind count = engine::CountKind::none;
  Handling handling = Handling::unspecified;
  Transaction transaction = Transaction::unspecified;
  std::optional<uint64_t> max_affected;
  std::shared_ptr<const Zone> zone;  // timezone=, if it is known
  std::string zone_name;             // as sent
  std::vector<std::string> unknown;  // in the order sent

  [[nodiscard]] bool strict() const { return handling == Handling::strict; }
};

// `value` is all Prefer header values joined by ','.
[[nodiscard]] Preferences parse_prefer(std::string_view value);

}  // namespace trivet::api::rest
