// PostgREST 14's settings, as data: which have a counterpart that takes the same value, and why the
// others have none. (docs/references/configuration of PostgREST.)
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace trivet::app {

// How a value is written.
enum class PostgrestForm : uint8_t { text, boolean, seconds, list };

struct Counterpart {
  std::string_view name;
  std::string_view setting;  // of Trivet
  PostgrestForm form;
};
[[nodiscard]] std::span<const Counterpart> postgrest_counterparts();

struct WithoutCounterpart {
  std::string_view name;      // with a dot at its end: of all that begin so
  std::string_view harmless;  // the value that asks for what Trivet does anyway; empty: none
  std::string_view reason;
};
[[nodiscard]] std::span<const WithoutCounterpart> postgrest_without_counterpart();

// Older names → those of now; others as they are.
[[nodiscard]] std::string_view current_postgrest_name(std::string_view name);

}  // namespace trivet::app
