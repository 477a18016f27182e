// The parsed query string of a REST request (dialects/rest.md, section 2): names as written, nothing resolved.
//
// A value type; owns all its text. `segment` says from which `&` part of the query string a value came, so that the decode
// cache can put another value in the same place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace trivet::api::rest {

struct JsonStep {
  bool as_text = false;   // ->> instead of ->
  bool is_index = false;
  int64_t index = 0;
  std::string key;
};

// A column, or a place inside a JSON column.
struct FieldRef {
  std::string name;
  std::vector<JsonStep> path;
};

enum class Aggregate : uint8_t { none, sum, avg, count, max, min };
enum class Join : uint8_t { left, inner };

struct SelectItem {
  enum class Kind : uint8_t { star, column, count_rows, embed, spread };
  Kind kind = Kind::column;
  std::string alias;  // empty = none
  FieldRef field;     // column; embed and spread: field.name is the target
  std::string cast;   // before the aggregate; empty = none
  Aggregate aggregate = Aggregate::none;
  std::string aggregate_cast;
  std::string hint;   // embed, spread; empty = none
  Join join = Join::left;
  std::vector<SelectItem> items;
};

enum class FilterOp : uint8_t {
  eq, neq, gt, gte, lt, lte, like, ilike, match, imatch, in, is, isdistinct,
  fts, plfts, phfts, wfts, cs, cd, ov, sl, sr, nxr, nxl, adj,
};
[[nodiscard]] std::string_view filter_op_name(FilterOp op);

enum class Quantifier : uint8_t { none, any, all };
enum class IsValue : uint8_t { null, not_null, true_, false_, unknown };

struct Filter {
  FieldRef field;
  bool negated = false;
  FilterOp op = FilterOp::eq;
  Quantifier quantifier = Quantifier::none;
  IsValue is = IsValue::null;
  std::string config;              // fts family
  std::string value;
  std::vector<std::string> list;   // in
  int segment = -1;                // plain filters only
};

struct Logic {
  enum class Kind : uint8_t { filter, and_, or_ };
  Kind kind = Kind::filter;
  bool negated = false;
  Filter filter;
  std::vector<Logic> children;
};

enum class Direction : uint8_t { unspecified, asc, desc };
enum class Nulls : uint8_t { unspecified, first, last };

struct OrderItem {
  std::string relation;  // related order; empty = own column
  FieldRef field;
  Direction direction = Direction::unspecified;
  Nulls nulls = Nulls::unspecified;
};

using EmbedPath = std::vector<std::string>;

template <class T>
struct AtPath {
  EmbedPath path;  // empty = the root
  T value;
};

struct LimitValue {
  int64_t value = 0;
  int segment = -1;
};

struct Query {
  std::vector<SelectItem> select;  // `*` when absent
  std::vector<AtPath<Logic>> conditions;  // filters and logic trees, in order
  std::vector<AtPath<std::vector<OrderItem>>> orders;
  std::vector<AtPath<LimitValue>> limits;
  std::vector<AtPath<LimitValue>> offsets;
  std::optional<std::vector<std::string>> columns;
  std::optional<std::vector<std::string>> on_conflict;
  bool has_select = false;
};

}  // namespace trivet::api::rest
