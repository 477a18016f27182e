#include "store/mysql/read/rows.h"

#include <vector>

#include "store/mysql/values.h"

namespace trivet::store::mysql {

namespace {

std::unexpected<Error> damaged() {
  Error error(ErrorCode::data_corrupted, "the database answered something unreadable");
  error.log_text = "mysql: text of embedded rows";
  return std::unexpected(std::move(error));
}

// rows = { "(" cell { "," cell } ")" }; cell = "~" | value | "[" rows "]" | "(" … ")"
class NestedReader {
 public:
  NestedReader(std::string_view text, Arena& arena) : text_(text), arena_(arena) {}

  result<Value> embed(const Embed& embed) {
    if (take('~')) return Value();
    if (embed.to_one) {
      std::vector<Value> cells;
      TRIVET_CHECK(row(embed.level, cells));
      return rows_value(embed.level, cells, 1);
    }
    if (!take('[')) return damaged();
    std::vector<Value> cells;
    uint32_t count = 0;
    while (!take(']')) {
      TRIVET_CHECK(row(embed.level, cells));
      ++count;
    }
    return rows_value(embed.level, cells, count);
  }

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  result<void> row(const Level& level, std::vector<Value>& cells) {
    if (!take('(')) return damaged();
    bool first = true;
    const auto next = [&] { return std::exchange(first, false) || take(','); };
    for (const Output& output : level.outputs) {
      if (!next()) return damaged();
      TRIVET_TRY(const Value cell, scalar(output.expr.type));
      cells.push_back(cell);
    }
    for (const Embed& below : level.embeds) {
      if (!next()) return damaged();
      TRIVET_TRY(const Value cell, embed(below));
      cells.push_back(cell);
    }
    if (!take(')')) return damaged();
    return {};
  }

  result<Value> scalar(Type type) {
    if (take('~')) return Value();
    const size_t end = text_.find_first_of(",)", at_);
    if (end == text_.npos) return damaged();
    const std::string_view text = text_.substr(at_, end - at_);
    at_ = end;
    return parse_value(text, type, arena_);
  }

  Value rows_value(const Level& level, const std::vector<Value>& cells, uint32_t count) {
    auto* batch = new (arena_.allocate(sizeof(Batch))) Batch;
    batch->columns = static_cast<uint32_t>(level.outputs.size() + level.embeds.size());
    batch->rows = count;
    batch->cells = arena_.copy_list(cells).as_list().data();
    return Value::rows(batch);
  }

  std::string_view text_;
  Arena& arena_;
  size_t at_ = 0;
};

}  // namespace

result<Batch> decode_rows(const Answer& answer, const Level& level, size_t extra, Arena& arena) {
  const size_t outputs = level.outputs.size();
  const size_t width = outputs + level.embeds.size();
  Value* cells = arena.allocate_array<Value>(width * answer.rows);
  Value* to = cells;
  // A level that shows nothing has a constant as its column.
  const size_t filler = width + extra == 0 ? 1 : 0;
  TRIVET_ASSERT(answer.cells.size() == (width + extra + filler) * answer.rows);
  const Value* from = answer.cells.data();
  for (uint32_t row = 0; row < answer.rows; ++row) {
    for (size_t i = 0; i < outputs; ++i) *to++ = *from++;
    from += extra + filler;
    for (const Embed& embed : level.embeds) {
      const Value cell = *from++;
      if (cell.is_null()) return damaged();
      NestedReader reader(cell.as_text(), arena);
      TRIVET_TRY(*to, reader.embed(embed));
      if (!reader.at_end()) return damaged();
      ++to;
    }
  }
  return Batch{static_cast<uint32_t>(width), answer.rows, cells};
}

}  // namespace trivet::store::mysql
