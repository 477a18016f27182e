#include "api/rest/request/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "api/rest/request/csv.h"
#include "api/rest/request/url.h"
#include "base/unicode.h"
#include "http/text.h"

namespace trivet::api::rest {
namespace {

std::unexpected<Error> too_many_rows(const Limits& limits) {
  return fail(ErrorCode::too_large, "Too many rows in one request",
              fmt::format("At most {} rows are allowed.", limits.write_rows_max));
}

// Before anything is allocated for them.
result<void> check_size(size_t rows, size_t keys, const Limits& limits) {
  if (rows > limits.write_rows_max) return too_many_rows(limits);
  if (keys > body_keys_max)
    return fail(ErrorCode::too_large, "Too many columns in one request",
                fmt::format("At most {} columns are allowed.", body_keys_max));
  if (keys > 0 && rows > body_cells_max / keys)
    return fail(ErrorCode::too_large, "Too many values in one request",
                fmt::format("{} rows of {} columns were sent, at most {} values are allowed.", rows,
                            keys, body_cells_max),
                "Send the rows in several requests.");
  return {};
}

Cell json_cell(JsonValue value) {
  return {.kind = value.is_null() ? Cell::Kind::null : Cell::Kind::json, .text = {}, .json = value};
}

// Finds keys; rows mostly repeat the first one's order, so the next position is tried first.
class KeyIndex {
 public:
  explicit KeyIndex(const std::vector<std::string>& keys) : keys_(keys) {}
  std::optional<size_t> find(JsonString key, size_t expected, Arena& arena) {
    if (expected < keys_.size() && key.equals(keys_[expected])) return expected;
    if (index_.empty())
      for (size_t i = 0; i < keys_.size(); ++i) index_.emplace(keys_[i], i);
    const auto found = index_.find(key.text(arena));
    if (found == index_.end()) return std::nullopt;
    return found->second;
  }

 private:
  const std::vector<std::string>& keys_;
  std::unordered_map<std::string_view, size_t> index_;  // made when a row has another order
};

enum class KeyRule : uint8_t { all_must_match, others_ignored };

std::unexpected<Error> keys_differ() {
  return fail(ErrorCode::bad_body, "All object keys must match");
}

result<void> read_row(JsonValue row, KeyRule rule, KeyIndex& index, Payload& payload,
                      Arena& arena) {
  const size_t base = payload.cells.size();
  const size_t width = payload.keys.size();
  payload.cells.resize(base + width);
  size_t expected = 0;
  size_t given = 0;
  for (const JsonMember& member : row.members()) {
    const std::optional<size_t> at = index.find(member.key, expected, arena);
    if (!at) {
      if (rule == KeyRule::all_must_match) return keys_differ();
      continue;
    }
    Cell& cell = payload.cells[base + *at];
    given += cell.kind == Cell::Kind::absent;
    cell = json_cell(member.value);
    expected = *at + 1;
  }
  if (rule == KeyRule::all_must_match && given != width) return keys_differ();
  ++payload.rows;
  return {};
}

// Each distinct key once, in the order of its first use. More than may be is as good as too many.
void take_keys(JsonValue row, Payload& payload, Arena& arena) {
  constexpr size_t few = 16;  // compared one by one
  std::unordered_set<std::string_view> known;
  for (const JsonMember& member : row.members()) {
    const std::string_view key = member.key.text(arena);
    if (payload.keys.size() < few) {
      if (std::ranges::find(payload.keys, key) != payload.keys.end()) continue;
    } else {
      if (known.empty())
        for (const std::string& first : payload.keys) known.insert(arena.copy(first));
      if (!known.insert(key).second) continue;
    }
    payload.keys.emplace_back(key);
    if (payload.keys.size() > body_keys_max) return;
  }
}

result<Payload> parse_json_body(const BodySource& source, const Limits& limits, Arena& arena) {
  const auto document = parse_json(source.bytes, limits.json_depth_max);
  if (!document) return fail(ErrorCode::bad_body, "Empty or invalid json");
  std::vector<JsonValue> rows;
  if (document->kind() == JsonKind::object) rows.push_back(*document);
  if (document->kind() == JsonKind::array)
    for (const JsonValue& element : document->elements()) rows.push_back(element);
  TRIVET_CHECK(check_size(rows.size(), 0, limits));

  Payload payload;
  KeyRule rule = KeyRule::all_must_match;
  if (source.columns) {
    payload.keys = *source.columns;
    rule = KeyRule::others_ignored;
  } else if (!rows.empty() && rows[0].kind() == JsonKind::object) {
    take_keys(rows[0], payload, arena);
  }
  TRIVET_CHECK(check_size(rows.size(), payload.keys.size(), limits));
  KeyIndex index(payload.keys);
  payload.cells.reserve(rows.size() * payload.keys.size());
  for (const JsonValue& row : rows) {
    if (row.kind() != JsonKind::object) return keys_differ();
    TRIVET_CHECK(read_row(row, rule, index, payload, arena));
  }
  return payload;
}

Cell text_cell(std::string_view text) {
  return {.kind = Cell::Kind::text, .text = text, .json = {}};
}

// Keeps only the keys that `columns=` names, in its order.
Payload select_keys(Payload payload, const std::vector<std::string>* columns) {
  if (!columns) return payload;
  Payload kept{.keys = *columns, .cells = {}, .rows = payload.rows};
  kept.cells.resize(size_t{kept.rows} * kept.keys.size());
  for (size_t key = 0; key < kept.keys.size(); ++key) {
    const auto from = std::ranges::find(payload.keys, kept.keys[key]);
    if (from == payload.keys.end()) continue;
    const auto column = static_cast<size_t>(from - payload.keys.begin());
    for (uint32_t row = 0; row < kept.rows; ++row)
      kept.cells[row * kept.keys.size() + key] = payload.at(row, column);
  }
  return kept;
}

result<Payload> parse_csv_body(const BodySource& source, const Limits& limits, Arena& arena) {
  if (!is_valid_utf8(source.bytes)) return fail(ErrorCode::bad_body, "Invalid UTF-8 in the body");
  TRIVET_TRY(const CsvTable table, parse_csv(source.bytes, arena));
  const size_t columns = source.columns ? source.columns->size() : 0;
  TRIVET_CHECK(check_size(table.rows, std::max(columns, table.header.size()), limits));
  Payload payload{.keys = {}, .cells = {}, .rows = table.rows};
  for (const std::string_view name : table.header) payload.keys.emplace_back(name);
  payload.cells.reserve(table.fields.size());
  for (const std::string_view field : table.fields)
    payload.cells.push_back(field == "NULL" ? Cell{.kind = Cell::Kind::null, .text = {}, .json = {}}
                                            : text_cell(field));
  return select_keys(std::move(payload), source.columns);
}

result<Payload> parse_form_body(const BodySource& source, const Limits& limits, Arena& arena) {
  Payload payload{.keys = {}, .cells = {}, .rows = 1};
  std::unordered_map<std::string, size_t> known;
  for (const Parameter& parameter : split_query(source.bytes)) {
    const Cell cell = text_cell(arena.copy(parameter.value));
    const auto [at, fresh] = known.emplace(parameter.key, payload.keys.size());
    if (!fresh) {
      payload.cells[at->second] = cell;
      continue;
    }
    payload.keys.push_back(parameter.key);
    payload.cells.push_back(cell);
    TRIVET_CHECK(check_size(1, payload.keys.size(), limits));
  }
  return select_keys(std::move(payload), source.columns);
}

}  // namespace

result<Payload> parse_body(const BodySource& source, const Limits& limits, Arena& arena) {
  std::string_view rest = source.content_type;
  const std::string_view type = http::trim_blanks(http::take_until(rest, ';'));
  if (type.empty() || http::equals_lower(type, "application/json") ||
      http::equals_lower(type, "application/vnd.pgrst.array+json") ||
      http::equals_lower(type, "application/vnd.pgrst.object+json"))
    return parse_json_body(source, limits, arena);
  if (http::equals_lower(type, "text/csv")) return parse_csv_body(source, limits, arena);
  if (http::equals_lower(type, "application/x-www-form-urlencoded"))
    return parse_form_body(source, limits, arena);
  return fail(ErrorCode::bad_body, "Content-Type not acceptable: " + std::string(type));
}

}  // namespace trivet::api::rest
