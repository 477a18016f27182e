#include "store/memory/reader.h"

#include <algorithm>
#include <utility>

#include "value/copy.h"

namespace trivet::store::memory {

std::vector<RowScope> Reader::all_rows(int model) const {
  std::vector<RowScope> rows;
  for (const RowPointer& row : database_.tables[model].rows) rows.push_back({model, row->cells});
  return rows;
}

result<Value> Reader::value_of(const Expr& expr, const RowScope& row) {
  const Evaluation evaluation{*database_.schema, params_, &source_, arena_};
  return evaluate(evaluation, expr, {&row, 1});
}

result<bool> Reader::holds(const Expr& predicate, const RowScope& row) {
  const Evaluation evaluation{*database_.schema, params_, &source_, arena_, before_};
  return evaluate_predicate(evaluation, predicate, {&row, 1});
}

const schema::Enum* Reader::enum_of(const Expr& expr) const {
  return expr.enum_index < 0 ? nullptr : &database_.schema->enums[expr.enum_index];
}

bool Reader::same(const Expr& expr, Value left, Value right) const {
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  return compare_values(left, right, expr.type, enum_of(expr)) == 0;
}

result<void> Reader::filter(const Level& level, std::vector<RowScope>& rows) {
  if (!level.where) return {};
  std::vector<RowScope> kept;
  for (const RowScope& row : rows) {
    TRIVET_TRY(const bool holds_here, holds(*level.where, row));
    if (holds_here) kept.push_back(row);
  }
  rows = std::move(kept);
  return {};
}

result<std::vector<Reader::ResultRow>> Reader::plain_rows(const Level& level,
                                                          const std::vector<RowScope>& rows) {
  std::vector<ResultRow> results;
  for (const RowScope& row : rows) {
    ResultRow made;
    made.row = row;
    for (const OrderTerm& term : level.order) {
      TRIVET_TRY(const Value key, value_of(term.expr, row));
      made.keys.push_back(key);
    }
    for (const Output& output : level.outputs) {
      TRIVET_TRY(const Value cell, value_of(output.expr, row));
      made.cells.push_back(cell);
    }
    results.push_back(std::move(made));
  }
  return results;
}

void Reader::order(const Level& level, std::vector<ResultRow>& rows) const {
  std::stable_sort(rows.begin(), rows.end(), [&](const ResultRow& a, const ResultRow& b) {
    for (size_t i = 0; i < level.order.size(); ++i) {
      const OrderTerm& term = level.order[i];
      const Value left = a.keys[i];
      const Value right = b.keys[i];
      if (left.is_null() || right.is_null()) {
        if (left.is_null() == right.is_null()) continue;
        return left.is_null() == term.nulls_first;
      }
      const int order = compare_values(left, right, term.expr.type, enum_of(term.expr));
      if (order != 0) return term.descending ? order > 0 : order < 0;
    }
    return false;
  });
}

void Reader::drop_duplicates(const Level& level, std::vector<ResultRow>& rows) const {
  if (!level.distinct) return;
  std::vector<ResultRow> kept;
  for (ResultRow& row : rows) {
    const bool known = std::ranges::any_of(kept, [&](const ResultRow& other) {
      for (size_t i = 0; i < row.cells.size(); ++i)
        if (!same(level.outputs[i].expr, row.cells[i], other.cells[i])) return false;
      return true;
    });
    if (!known) kept.push_back(std::move(row));
  }
  rows = std::move(kept);
}

void Reader::cut(const Level& level, std::vector<ResultRow>& rows) const {
  const auto number = [&](int param) {
    return static_cast<size_t>(std::max<int64_t>(0, params_[param].as_integer()));
  };
  if (level.offset_param >= 0 && !params_[level.offset_param].is_null())
    rows.erase(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(
                                                std::min(number(level.offset_param), rows.size())));
  if (level.limit_param >= 0 && !params_[level.limit_param].is_null() &&
      number(level.limit_param) < rows.size())
    rows.resize(number(level.limit_param));
}

result<std::vector<RowScope>> Reader::linked(const Embed& embed, const RowScope& row) {
  std::vector<RowScope> rows;
  const auto add_from = [&](const RowScope& from, const Link& link) {
    source_.for_each_linked(from, link, [&](const RowScope& found) {
      rows.push_back(found);
      return true;
    });
  };
  if (embed.near) {
    TRIVET_TRY(const bool shown, holds(*embed.near, row));
    if (!shown) return rows;
  }
  if (!embed.through) {
    add_from(row, embed.link);
    return rows;
  }
  add_from(row, Link{embed.link.relation, embed.link.side, -1, 0});
  for (const RowScope& junction : std::exchange(rows, {})) {
    TRIVET_TRY(const bool open, holds(*embed.through, junction));
    if (open) add_from(junction, Link{embed.link.second, embed.link.second_side, -1, 0});
  }
  return rows;
}

result<Value> Reader::embed(const Embed& embed, const RowScope& row) {
  TRIVET_TRY(std::vector<RowScope> rows, linked(embed, row));
  TRIVET_TRY(const Batch batch, read(embed.level, std::move(rows), nullptr));
  if (embed.to_one && batch.rows == 0) return Value();
  Batch* kept = new (arena_.allocate(sizeof(Batch))) Batch(batch);
  if (embed.to_one) kept->rows = 1;
  return Value::rows(kept);
}

result<Batch> Reader::read(const Level& level, std::vector<RowScope> candidates, int64_t* total) {
  TRIVET_CHECK(filter(level, candidates));
  auto made = level.grouped ? grouped_rows(level, candidates) : plain_rows(level, candidates);
  if (!made) return std::unexpected(std::move(made).error());
  std::vector<ResultRow>& rows = *made;
  order(level, rows);
  drop_duplicates(level, rows);
  if (total != nullptr) *total = static_cast<int64_t>(rows.size());
  cut(level, rows);
  const size_t columns = level.outputs.size() + level.embeds.size();
  Value* cells = arena_.allocate_array<Value>(rows.size() * columns);
  Value* next = cells;
  for (const ResultRow& row : rows) {
    for (const Value& cell : row.cells) *next++ = copy_value(cell, arena_);
    for (const Embed& child : level.embeds) {
      TRIVET_TRY(const Value cell, embed(child, row.row));
      *next++ = cell;
    }
  }
  return Batch{static_cast<uint32_t>(columns), static_cast<uint32_t>(rows.size()), cells};
}

}  // namespace trivet::store::memory
