// Setting values as text, both ways.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "app/config/settings.h"

namespace trivet::app {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

struct Unit {
  std::string_view name;
  uint64_t factor;
};
constexpr Unit byte_units[] = {{"", 1},           {"B", 1},           {"KB", 1000},
                               {"MB", 1000000},   {"GB", 1000000000}, {"KiB", 1024},
                               {"MiB", 1u << 20}, {"GiB", 1u << 30}};
constexpr Unit time_units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};

std::unexpected<Error> expected(std::string_view what, std::string_view got) {
  return fail(ErrorCode::bad_config, fmt::format("expected {}, got \"{}\"", what, got));
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

template <size_t N>
result<uint64_t> parse_number(std::string_view text, const Unit (&units)[N],
                              std::string_view what) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return expected(what, text);
  const std::string_view unit = trim(text.substr(static_cast<size_t>(end - text.data())));
  const auto* found = std::ranges::find(units, unit, &Unit::name);
  if (found == std::end(units)) return expected(what, text);
  if (number > std::numeric_limits<int64_t>::max() / found->factor) return expected(what, text);
  return number * found->factor;
}

result<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "1" || text == "on" || text == "yes") return true;
  if (text == "false" || text == "0" || text == "off" || text == "no") return false;
  return expected("true or false", text);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    if (const std::string_view item = trim(text.substr(0, comma)); !item.empty())
      items.emplace_back(item);
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
  }
  return items;
}

std::string choice_text(std::span<const std::string_view> choices) {
  return fmt::format("one of {}", fmt::join(choices, ", "));
}

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// user:***@host of a URL; `?password=…` likewise.
std::string without_password(std::string text) {
  const size_t start = text.find("://");
  if (start == std::string::npos) return text;
  const size_t end = std::min(text.find_first_of("/?", start + 3), text.size());
  const size_t at = text.rfind('@', end);
  const size_t colon = text.find(':', start + 3);
  if (at != std::string::npos && at > start && colon < at) text.replace(colon + 1, at - colon - 1, "***");
  if (const size_t given = text.find("password="); given != std::string::npos)
    text.replace(given + 9, std::min(text.find('&', given), text.size()) - given - 9, "***");
  return text;
}

std::string duration_text(std::chrono::milliseconds value) {
  const auto ms = value.count();
  return ms % 1000 == 0 ? fmt::format("\"{}s\"", ms / 1000) : fmt::format("\"{}ms\"", ms);
}

}  // namespace

std::string_view type_text(const Setting& setting) {
  Config config;
  return std::visit(
      Overloaded{[](std::string*) { return "text"; },
                 [](std::vector<std::string>*) { return "list of text"; },
                 [](bool*) { return "true or false"; }, [](uint32_t*) { return "number"; },
                 [](uint64_t*) { return "number (or bytes, as in 16MiB)"; },
                 [](std::chrono::milliseconds*) { return "duration, as in 500ms, 30s or 2m"; }},
      setting.slot(config));
}

result<void> assign(const Setting& setting, Config& config, std::string_view text) {
  const std::string_view what = type_text(setting);
  if (!setting.choices.empty() && std::ranges::find(setting.choices, text) == setting.choices.end())
    return expected(choice_text(setting.choices), text);
  const auto number32 = [&](uint32_t* to) -> result<void> {
    TRIVET_TRY(const uint64_t number, parse_number(text, byte_units, what));
    if (number > std::numeric_limits<uint32_t>::max()) return expected(what, text);
    *to = static_cast<uint32_t>(number);
    return {};
  };
  const auto number64 = [&](uint64_t* to) -> result<void> {
    TRIVET_TRY(*to, parse_number(text, byte_units, what));
    return {};
  };
  const auto duration = [&](std::chrono::milliseconds* to) -> result<void> {
    TRIVET_TRY(const uint64_t ms, parse_number(text, time_units, what));
    *to = std::chrono::milliseconds(ms);
    return {};
  };
  const auto boolean = [&](bool* to) -> result<void> {
    TRIVET_TRY(*to, parse_boolean(text));
    return {};
  };
  const auto list = [&](std::vector<std::string>* to) -> result<void> {
    *to = split_list(text);
    return {};
  };
  const auto plain = [&](std::string* to) -> result<void> {
    *to = text;
    return {};
  };
  return std::visit(Overloaded{plain, list, boolean, number32, number64, duration},
                    setting.slot(config));
}

std::string value_text(const Setting& setting, const Config& config) {
  Config copy = config;
  return std::visit(
      Overloaded{[&](std::string* value) {
                   if (setting.is_secret) return std::string(value->empty() ? "\"\"" : "\"(set)\"");
                   return quote(without_password(*value));
                 },
                 [&](std::vector<std::string>* value) {
                   std::vector<std::string> quoted;
                   for (const std::string& item : *value)
                     quoted.push_back(setting.is_secret ? "\"(set)\"" : quote(item));
                   return fmt::format("[{}]", fmt::join(quoted, ", "));
                 },
                 [](bool* value) { return std::string(*value ? "true" : "false"); },
                 [](uint32_t* value) { return std::to_string(*value); },
                 [](uint64_t* value) { return std::to_string(*value); },
                 [](std::chrono::milliseconds* value) { return duration_text(*value); }},
      setting.slot(copy));
}

bool has_same_value(const Setting& setting, const Config& a, const Config& b) {
  Config left = a;
  Config right = b;
  const Slot other = setting.slot(right);
  return std::visit([&](auto* value) { return *value == *std::get<decltype(value)>(other); },
                    setting.slot(left));
}

void copy_value(const Setting& setting, const Config& from, Config& to) {
  Config source = from;
  const Slot given = setting.slot(source);
  std::visit([&](auto* value) { *value = *std::get<decltype(value)>(given); }, setting.slot(to));
}

}  // namespace trivet::app
