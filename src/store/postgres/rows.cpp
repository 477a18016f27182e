#include "store/postgres/rows.h"

#include <libpq-fe.h>

#include <vector>

#include "store/postgres/bytes.h"

namespace trivet::store::postgres {

namespace {

// A cell on its way: its bytes and type, or null.
struct Cell {
  std::string_view bytes;
  TypeNumber type = 0;
  bool null = true;
};

std::unexpected<Error> damaged() {
  Error error(ErrorCode::data_corrupted, "the database answered something unreadable");
  error.log_text = "postgresql: rows of another shape than asked for";
  return std::unexpected(std::move(error));
}

Cell take_cell(ByteReader& in, TypeNumber type) {
  const auto length = in.number<int32_t>();
  if (length < 0) return {{}, type, true};
  return {in.take(static_cast<size_t>(length)), type, false};
}

// The header of an array: number of elements (of all dimensions) and their type.
struct ArrayHeader {
  uint32_t count = 0;
  TypeNumber element = 0;
};

result<ArrayHeader> take_array(ByteReader& in) {
  const auto dimensions = in.number<int32_t>();
  in.number<int32_t>();  // whether there are nulls
  ArrayHeader header{0, in.number<TypeNumber>()};
  for (int32_t i = 0; i < dimensions && !in.failed(); ++i) {
    const auto size = in.number<int32_t>();
    in.number<int32_t>();  // its first index
    header.count = (i == 0 ? 1 : header.count) * static_cast<uint32_t>(size);
  }
  // Every element takes four bytes at least.
  if (in.failed() || header.count > in.size() / 4) return damaged();
  return header;
}

result<Value> decode_list(std::string_view bytes, Arena& arena) {
  ByteReader in(bytes);
  TRIVET_TRY(const ArrayHeader header, take_array(in));
  Value* values = arena.allocate_array<Value>(header.count);
  for (uint32_t i = 0; i < header.count; ++i) {
    const Cell cell = take_cell(in, header.element);
    values[i] = Value();
    if (cell.null) continue;
    TRIVET_TRY(values[i], decode_value(cell.bytes, cell.type, arena));
  }
  if (in.failed()) return damaged();
  return Value::list({values, header.count});
}

class RowDecoder {
 public:
  explicit RowDecoder(Arena& arena) : arena_(arena) {}

  result<void> cells(const Level& level, Value* to, auto&& next_cell) {
    for (const Output& output : level.outputs) {
      const Cell cell = next_cell();
      *to = Value();
      if (!cell.null) {
        TRIVET_TRY(*to, output.expr.is_list ? decode_list(cell.bytes, arena_)
                                            : decode_value(cell.bytes, cell.type, arena_));
      } else if (output.expr.is_list && output.expr.op == Op::column) {
        *to = Value::list({});  // an absent list reads as an empty one
      }
      ++to;
    }
    for (const Embed& embed : level.embeds) {
      const Cell cell = next_cell();
      *to = Value();
      if (embed.to_one && !cell.null) {
        TRIVET_TRY(*to, one(embed.level, cell));
      } else if (!embed.to_one) {
        TRIVET_TRY(*to, many(embed.level, cell));
      }
      ++to;
    }
    return {};
  }

 private:
  static uint32_t width(const Level& level) {
    return static_cast<uint32_t>(level.outputs.size() + level.embeds.size());
  }

  Batch* batch(const Level& level, uint32_t rows) {
    auto* made = new (arena_.allocate(sizeof(Batch))) Batch;
    made->columns = width(level);
    made->rows = rows;
    made->cells = arena_.allocate_array<Value>(size_t{rows} * made->columns);
    return made;
  }

  result<void> record(const Level& level, std::string_view bytes, Value* to) {
    ByteReader in(bytes);
    const auto columns = in.number<int32_t>();
    if (in.failed() || columns != static_cast<int32_t>(width(level))) return damaged();
    TRIVET_CHECK(cells(level, to, [&in] {
      const auto type = in.number<TypeNumber>();
      return take_cell(in, type);
    }));
    if (in.failed()) return damaged();
    return {};
  }

  result<Value> one(const Level& level, const Cell& cell) {
    Batch* rows = batch(level, 1);
    TRIVET_CHECK(record(level, cell.bytes, const_cast<Value*>(rows->cells)));
    return Value::rows(rows);
  }

  result<Value> many(const Level& level, const Cell& cell) {
    if (cell.null) return damaged();
    ByteReader in(cell.bytes);
    TRIVET_TRY(const ArrayHeader header, take_array(in));
    Batch* rows = batch(level, header.count);
    Value* to = const_cast<Value*>(rows->cells);
    for (uint32_t i = 0; i < header.count; ++i) {
      const Cell element = take_cell(in, header.element);
      if (element.null || in.failed()) return damaged();
      TRIVET_CHECK(record(level, element.bytes, to));
      to += rows->columns;
    }
    return Value::rows(rows);
  }

  Arena& arena_;
};

Cell result_cell(const PGresult& rows, int row, int column) {
  if (PQgetisnull(&rows, row, column) != 0) return {{}, PQftype(&rows, column), true};
  return {{PQgetvalue(&rows, row, column), static_cast<size_t>(PQgetlength(&rows, row, column))},
          PQftype(&rows, column),
          false};
}

}  // namespace

result<Batch> decode_rows(const pg_result& rows, const Level& level, Arena& arena) {
  const auto columns = static_cast<uint32_t>(level.outputs.size() + level.embeds.size());
  const int count = PQntuples(&rows);
  if (PQnfields(&rows) != static_cast<int>(columns)) return damaged();
  Value* cells = arena.allocate_array<Value>(size_t{columns} * static_cast<size_t>(count));
  RowDecoder decoder(arena);
  for (int row = 0; row < count; ++row) {
    int column = 0;
    TRIVET_CHECK(decoder.cells(level, cells + size_t{columns} * static_cast<size_t>(row),
                               [&] { return result_cell(rows, row, column++); }));
  }
  return Batch{columns, static_cast<uint32_t>(count), cells};
}

int64_t integer_at(const pg_result& rows, int row, int column) {
  const Cell cell = result_cell(rows, row, column);
  ByteReader in(cell.bytes);
  if (cell.null) return 0;
  if (cell.bytes.size() == 1) return in.number<int8_t>();
  return cell.bytes.size() == 4 ? in.number<int32_t>() : in.number<int64_t>();
}

result<Value> cell_at(const pg_result& rows, int row, int column, bool is_list, Arena& arena) {
  const Cell cell = result_cell(rows, row, column);
  if (cell.null) return Value();
  return is_list ? decode_list(cell.bytes, arena) : decode_value(cell.bytes, cell.type, arena);
}

}  // namespace trivet::store::postgres
