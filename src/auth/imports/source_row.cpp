#include "auth/imports/source_row.h"

#include <algorithm>
#include <charconv>

#include "value/datetime.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr size_t milliseconds_digits = 12;  // seconds have ten until the year 2286

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::string> text_of(const data::Cell& cell) {
  if (cell.kind == data::CellKind::quoted) return std::string(cell.text);
  if (cell.kind == data::CellKind::bare) {
    if (cell.text == "NULL" || cell.text == "\\N") return std::nullopt;
    return std::string(cell.text);
  }
  if (cell.json.is_null()) return std::nullopt;
  if (cell.json.kind() != JsonKind::string) return std::string(cell.json.raw());
  std::string text;
  cell.json.as_string().append_to(text);
  return text;
}

std::unexpected<Error> wrong(std::string_view name, std::string_view what) {
  return fail(ErrorCode::bad_config, std::string(name) + " is no " + std::string(what));
}

std::optional<int64_t> time_of_digits(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  constexpr int64_t most = 253'402'300'799'999;  // the year 9999
  if (number > most) return std::nullopt;
  return text.size() >= milliseconds_digits ? number * 1'000 : number * 1'000'000;
}

}  // namespace

SourceRow::SourceRow(const data::RowReader& reader) {
  const auto names = reader.names();
  for (size_t i = 0; i < names.size(); ++i) add(names[i], reader.cells()[i]);
}

SourceRow::SourceRow(JsonValue object) {
  for (const JsonMember& member : object.members()) {
    std::string name;
    member.key.append_to(name);
    add(name, {data::CellKind::json, {}, member.value});
  }
}

void SourceRow::add(std::string_view name, const data::Cell& cell) {
  names_.emplace_back(name);
  std::optional<std::string> text = text_of(cell);
  if (text && !text->empty()) columns_.emplace_back(std::string(name), *std::move(text));
}

const std::string* SourceRow::find(std::string_view name) const {
  for (const auto& [known, text] : columns_)
    if (is_same_name(known, name)) return &text;
  return nullptr;
}

bool SourceRow::has(std::string_view name) const {
  return std::ranges::any_of(names_,
                             [name](const std::string& known) { return is_same_name(known, name); });
}

std::optional<std::string> SourceRow::text(std::string_view name) const {
  const std::string* found = find(name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

result<int64_t> SourceRow::time(std::string_view name) const {
  const std::string* found = find(name);
  if (found == nullptr) return 0;
  if (const std::optional<int64_t> time = time_of_digits(*found)) return *time;
  std::string literal = *found;
  // As SQL Server writes datetimeoffset: "2024-01-02 03:04:05.1234567 +00:00".
  const size_t blank = literal.rfind(' ');
  if (blank != literal.npos && blank + 1 < literal.size() &&
      (literal[blank + 1] == '+' || literal[blank + 1] == '-'))
    literal.erase(blank, 1);
  const auto time = parse_datetime(literal, Type::timestamptz, {});
  return time ? result<int64_t>(*time) : wrong(name, "time");
}

result<std::optional<bool>> SourceRow::flag(std::string_view name) const {
  const std::string* found = find(name);
  if (found == nullptr) return std::optional<bool>();
  for (const std::string_view yes : {"true", "t", "1", "yes"})
    if (is_same_name(*found, yes)) return std::optional(true);
  for (const std::string_view no : {"false", "f", "0", "no"})
    if (is_same_name(*found, no)) return std::optional(false);
  return wrong(name, "true or false");
}

result<std::string> SourceRow::object(std::string_view name) const {
  const std::string* found = find(name);
  if (found == nullptr) return std::string("{}");
  const auto json = parse_json(*found, 32);
  if (!json || json->kind() != JsonKind::object) return wrong(name, "JSON object");
  return *found;
}

}  // namespace trivet::auth
